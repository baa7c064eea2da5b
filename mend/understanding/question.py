"""The questions in a message, and which of their readings to take.

"What is it, does it hurt and what does it cost?" holds three questions. Each is asked
in full (see `subject`) before the model ranks it. Pure: the model comes in as a
function.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from mend.understanding.decision import FAQ, OUT_OF_SCOPE, RED_FLAG
from mend.understanding.ranker import Ranked
from mend.understanding.subject import (
    Named,
    Subjects,
    Talk,
    adds_on,
    completions,
    gapped,
    points_back,
)

MOST_QUESTIONS = 3
LEANING = 0.15
"""How much surer a question in full must be than one that could stand alone, or may
be less sure than one that points back ("does it", "and for")."""

Rank = Callable[[str], Sequence[Ranked]]

_WH = r"(?:what|whats|what's|how|hows|how's|why|when|where|wheres|where's|who|which)"
_AUX = r"(?:can|could|do|does|did|is|are|will|would|should|am|any)"
_OPENS = re.compile(
    rf"\W*(?:(?:and|but|so|also|then|plus|or|ok|hi|hello|please)\b\W*)*(?:{_WH}|{_AUX})\b",
    re.IGNORECASE,
)
_WITHIN = (
    rf"(?:{_WH}\b|(?:can|could|do|does|did|will|would|should)\s+\w+|"
    r"(?:is|are|am)\s+(?:it|this|that|they|there|these|i|you|we|he|she|the|my|your|a)\b)"
)
_BOUNDARY = re.compile(
    r"(?P<stop>[?.!;\n]+)"
    rf"|(?:,\s*)?(?:\b(?:and|also|plus)\b|&)\s+(?:also\s+|then\s+)?(?={_WITHIN})"
    rf"|,\s*(?={_WITHIN})",
    re.IGNORECASE,
)
"""Begins with no space: a search that does is slow in a long row of spaces."""


@dataclass(frozen=True)
class Question:
    """One question of a message.

    Attributes:
        text: as written.
        start: where it begins in the message, in characters.
    """

    text: str
    start: int = 0


@dataclass(frozen=True)
class Reading:
    """What the model makes of a question, asked in the best way.

    Attributes:
        ranking: all intents, likeliest first.
        gapped: the question with a gap for its subject, "" if it has none.
        about: the subject that it was completed with, None if asked as written.
    """

    ranking: Sequence[Ranked]
    gapped: str
    about: str | None = None

    @property
    def answer(self) -> Ranked | None:
        """Return the likeliest answer."""
        return next((r for r in self.ranking if r.name.startswith(FAQ)), None)

    @property
    def sure(self) -> float:
        """Return the confidence of the likeliest answer, 0 without one."""
        return self.answer.confidence if self.answer else 0.0


def questions_in(text: str) -> tuple[Question, ...]:
    """Split a message into its questions.

    Args:
        text: a message.

    Returns:
        Two or three questions in their order; the whole message as one if it holds
        fewer or more, for a story with one question is understood better whole.
    """
    pieces = []
    start = 0
    for boundary in _BOUNDARY.finditer(text):
        pieces.append((start, text[start : boundary.start()], boundary["stop"] or ""))
        start = boundary.end()
    pieces.append((start, text[start:], ""))
    found = [
        Question(piece.strip(), start + len(piece) - len(piece.lstrip()))
        for start, piece, stop in pieces
        if len(piece.split()) > 1 and (_OPENS.match(piece) or "?" in stop)
    ]
    if not 2 <= len(found) <= MOST_QUESTIONS:
        return (Question(text),)
    return tuple(found)


def named_within(question: Question, named: Sequence[Named]) -> tuple[Named, ...]:
    """Return the subjects that one question names, with their places in it."""
    end = question.start + len(question.text)
    return tuple(
        replace(one, start=one.start - question.start, end=one.end - question.start)
        for one in named
        if question.start <= one.start and one.end <= end
    )


def settle(
    question: str,
    named: Sequence[Named],
    talk: Talk,
    subjects: Subjects,
    rank: Rank,
    *,
    asks: bool,
    enough: float,
) -> Reading:
    """Rank a question as written and, where it leaves its subject out, in full.

    As written it stands when the model is sure of an answer that does not lean on a
    subject: opening hours are opening hours, whatever was talked about. An answer
    about a subject that the question does not name is a guess, and what was talked
    about is a better one.

    Args:
        question: one question.
        named: the subjects that it names.
        talk: what the conversation has been about.
        subjects: all subjects.
        rank: the model.
        asks: whether the message is a question.
        enough: confidence from which an answer is taken.
    """
    own = [one for one in named if not subjects.is_weak(one.name)]
    plain = Reading(rank(question), gapped(question, own or named))
    ways = completions(question, named, talk, subjects, asks=asks)
    back = points_back(question) or adds_on(question)
    if not ways or not _is_open(plain, enough, back=asks and back):
        return plain
    readings = (Reading(rank(way.text), way.gapped, way.name) for way in ways)
    full = max(readings, key=_sureness)
    if full.sure < max(enough / 2, _refusal(plain)):
        return plain
    agreed = plain.answer and full.answer and plain.answer.name == full.answer.name
    if agreed and plain.sure >= full.sure:
        return replace(full, ranking=plain.ranking) if back else plain
    if plain.sure >= enough and not _leans(plain, named, talk, subjects):
        kept = plain.sure + (-LEANING if back else LEANING)
        if full.sure <= max(kept, enough):
            return plain
    return replace(full, ranking=with_flags_of(plain.ranking, full.ranking))


def with_flags_of(
    plain: Sequence[Ranked], full: Sequence[Ranked]
) -> tuple[Ranked, ...]:
    """Return a ranking with the red flags as the message was written.

    Words from earlier may say which answer is meant; they must not hide a danger.
    """
    flags = [ranked for ranked in plain if ranked.name.startswith(RED_FLAG)]
    others = [ranked for ranked in full if not ranked.name.startswith(RED_FLAG)]
    return tuple(sorted([*flags, *others], key=lambda ranked: -ranked.confidence))


def _sureness(reading: Reading) -> float:
    return reading.sure


def _is_open(plain: Reading, enough: float, *, back: bool) -> bool:
    """Tell whether a reading may be asked in full: not a greeting, a yes, a flag.

    Args:
        plain: the message as written.
        enough: confidence from which an intent is taken.
        back: the message asks, with a pronoun for something said before.
    """
    best = plain.ranking[0] if plain.ranking else None
    if best is None or best.confidence < enough or best.name == OUT_OF_SCOPE:
        return True
    if best.name.startswith(f"{FAQ}chat."):
        return back
    return best.name.startswith(FAQ)


def _refusal(plain: Reading) -> float:
    """Return how sure it is that nobody here can answer the question as written."""
    found = (r.confidence for r in plain.ranking if r.name == OUT_OF_SCOPE)
    return next(found, 0.0)


def _leans(
    plain: Reading, named: Sequence[Named], talk: Talk, subjects: Subjects
) -> bool:
    """Tell whether the likeliest answer is about a subject that was not named.

    What is true of injuries in general is asked of the complaint talked about.
    """
    if plain.answer is None:
        return False
    about = subjects.of_answer(plain.answer.name.removeprefix(FAQ))
    if about == "injury":
        current = talk.subjects[0] if talk.subjects else ""
        return current in subjects and subjects[current].kind == "complaint"
    own = [one.name for one in named if not subjects.is_weak(one.name)]
    return about is not None and about not in own
