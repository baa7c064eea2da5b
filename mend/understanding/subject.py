"""Keep to the subject: what is talked about, and questions that leave it out.

After "what is Graston?" the question "does it hurt?" means IASTM. Pure: from what was
said before (`Talk`) and a question to the ways in which it could be asked in full.
Which way is taken is decided by what the model makes of each (`question.settle`).

The subjects and the words that name them are data (`data/lexicon/subjects.yml`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from mend.understanding.lexicon import LexiconError
from mend.understanding.reading import Match, Reading

SUBJECTS_FILE = "subjects.yml"
CUE = "about_"
KINDS = ("treatment", "complaint")
REMEMBERED = 3
GAP = "{}"
_MANY_WORDS = 14
_FEW_WORDS = 6

_PRONOUN = re.compile(
    r"\b(?:(?:that|this|these|those)\s+ones?|it|that|this|these|those|they|them|ones?)"
    r"\b(?!')",
    re.IGNORECASE,
)
_ITS = re.compile(r"\bit'?s\b", re.IGNORECASE)
# "it" that stands for nothing: "is it normal to", "how long does it take to".
_EMPTY_IT = re.compile(
    r"\b(?:it|that|this|one)\s+(?:(?!takes?\b|lasts?\b)\w+\s+){0,2}?(?:to|that|if|when)\b",
    re.IGNORECASE,
)
_FILLERS = r"^\W*(?:(?:ok|okay|oh|right|hm+|thanks|great|cool|fine|sure)\b\W*)*"
_ABOUT = r"(?:(?:what|how) ?about|what if|same for)\b"
_JOINED_ON = re.compile(
    rf"{_FILLERS}(?:(?:and|but|or|also|so)\b\W*(?:{_ABOUT})?|{_ABOUT})\W*",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"^\s*(?:for|in|with|on|after|before|during|at|by|from|without)\b",
    re.IGNORECASE,
)
# "and what is cupping?" asks in full; "and cupping?" goes on with the last question.
_IN_FULL = re.compile(r"^\s*(?:what|how|why|when|where|which|who)\b", re.IGNORECASE)
_OTHER_ONE = re.compile(
    r"\b(?:the\s+)?(?:(?:other|previous|earlier)\s+(?:one|treatment|thing)|first\s+one)\b",
    re.IGNORECASE,
)
_ASKS_NOTHING = re.compile(r"\b(?:a|an|the|my|for|in|with|on|after)\b", re.IGNORECASE)
_TAIL = re.compile(r"[\s?.!]+$")


@dataclass(frozen=True)
class Subject:
    """Something that visitors talk about.

    Attributes:
        name: key in the data file.
        kind: one of `KINDS`.
        say: how it is put into a question.
        answers: ids, or beginnings of ids that end in a dot.
        weak: its words may also be about the subject before.
        join: the word before it at the end of a question.
    """

    name: str
    kind: str
    say: str
    answers: tuple[str, ...]
    weak: bool = False
    join: str = "with"


@dataclass(frozen=True)
class Named:
    """A subject named in a message: its name, and the characters that name it."""

    name: str
    start: int
    end: int


@dataclass(frozen=True)
class Way:
    """A question in full.

    Attributes:
        gapped: the question with `GAP` in the place of its subject.
        words: what is put there.
        name: the subject's name.
    """

    gapped: str
    words: str
    name: str

    @property
    def text(self) -> str:
        """Return the question to be ranked."""
        return self.gapped.replace(GAP, self.words, 1)


@dataclass(frozen=True)
class Talk:
    """What the conversation has been about.

    Attributes:
        subjects: names, the latest first, at most `REMEMBERED`.
        asked: the last question, with `GAP` where its subject stood; "" for none.
    """

    subjects: tuple[str, ...] = ()
    asked: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Give a JSON-able form."""
        return {"subjects": list(self.subjects), "asked": self.asked}

    @classmethod
    def from_dict(cls, data: object) -> Talk:
        """Read what `as_dict` gave; anything else is a talk about nothing."""
        if not isinstance(data, Mapping):
            return cls()
        names, asked = data.get("subjects"), data.get("asked")
        return cls(
            tuple(map(str, names)) if isinstance(names, list) else (),
            asked if isinstance(asked, str) else "",
        )


class Subjects:
    """All subjects, by name. Make it with `load`."""

    def __init__(self, subjects: Mapping[str, Subject]) -> None:
        self._subjects = dict(subjects)
        pairs = [(id_, one.name) for one in subjects.values() for id_ in one.answers]
        self._answers = sorted(pairs, key=lambda pair: -len(pair[0]))

    @classmethod
    def load(cls, lexicon_dir: Path) -> Subjects:
        """Read the subjects.

        Args:
            lexicon_dir: `data/lexicon`.

        Raises:
            LexiconError: a subject has no words, words have no subject, or a kind is
                not one of `KINDS`.
        """
        text = (lexicon_dir / SUBJECTS_FILE).read_text(encoding="utf-8")
        data = yaml.safe_load(text)
        subjects = {
            name: Subject(name, **{**row, "answers": tuple(row["answers"])})
            for name, row in data["subjects"].items()
        }
        cues = {str(cue).removeprefix(CUE) for cue in data["cues"]}
        if odd := cues ^ set(subjects):
            raise LexiconError(
                f"{SUBJECTS_FILE}: {sorted(odd)} must be under subjects and, "
                f"with {CUE} before it, under cues"
            )
        if odd := {one.name for one in subjects.values() if one.kind not in KINDS}:
            raise LexiconError(f"{SUBJECTS_FILE}: kind of {sorted(odd)} is not known")
        return cls(subjects)

    def __contains__(self, name: str) -> bool:
        return name in self._subjects

    def __getitem__(self, name: str) -> Subject:
        return self._subjects[name]

    def is_weak(self, name: str) -> bool:
        """Tell whether a subject's words may be about the subject before."""
        return name in self._subjects and self._subjects[name].weak

    def of_answer(self, answer_id: str) -> str | None:
        """Return the subject of an answer; the longest beginning that fits wins."""
        for beginning, name in self._answers:
            within = beginning.endswith(".") and answer_id.startswith(beginning)
            if within or answer_id == beginning:
                return name
        return None


def named_in(reading: Reading) -> tuple[Named, ...]:
    """Find the subjects that a message names, in its order.

    Of words that lie within longer ones only the longer count.
    """
    found = [
        (match, label.removeprefix(CUE))
        for label in reading.by_label
        if label.startswith(CUE)
        for match in reading.find(label)
    ]
    found.sort(key=lambda pair: (pair[0].first, -pair[0].last))
    kept: list[tuple[Match, str]] = []
    for match, name in found:
        if not any(other.touches(match) for other, _ in kept):
            kept.append((match, name))
    return tuple(Named(name, *reading.span(match)) for match, name in kept)


def points_back(text: str) -> bool:
    """Tell whether a pronoun stands for something said before ("does it hurt")."""
    return bool(_PRONOUN.search(_EMPTY_IT.sub(" ", _ITS.sub("it is", text))))


def adds_on(text: str) -> bool:
    """Tell whether a message goes on from the last one ("and for tennis elbow?")."""
    short = len(text.split()) <= _FEW_WORDS
    return bool(_JOINED_ON.match(text)) or (short and bool(_PREPOSITION.match(text)))


def completions(
    text: str, named: Sequence[Named], talk: Talk, subjects: Subjects, *, asks: bool
) -> tuple[Way, ...]:
    """Return ways of asking a question in full that leaves out what it is about.

    Args:
        text: the message, or one question of it.
        named: the subjects that it names, with places in `text`.
        talk: what the conversation has been about.
        subjects: all subjects.
        asks: whether it is a question.

    Returns:
        Full questions, the likeliest first; none for a message that says itself what
        it is about, or when nothing was talked about.
    """
    remembered = [subjects[name] for name in talk.subjects if name in subjects]
    if not remembered or len(text.split()) > _MANY_WORDS:
        return ()
    current = remembered[0]
    body = _TAIL.sub("", text.replace("{", " ").replace("}", " "))
    if not _has_words(body):
        return ()
    added = adds_on(body)
    rest = _JOINED_ON.sub("", body, count=1)
    if _OTHER_ONE.search(rest):
        if len(remembered) < 2:
            return ()
        other = remembered[1]
        filled = _OTHER_ONE.sub(GAP, rest, count=1)
        own = asks and _has_words(filled)
        askable = (filled,) if own else tuple(dict.fromkeys((talk.asked, GAP)))
        return tuple(Way(gap, other.say, other.name) for gap in askable if gap)
    without_pronoun = _PRONOUN.sub(GAP, _ITS.sub("it is", body), count=1)
    replaced = Way(without_pronoun, current.say, current.name)
    strong = [one for one in named if not subjects.is_weak(one.name)]
    if strong:
        first = strong[0]
        if added and rest and not _IN_FULL.match(rest):
            swapped = Way(talk.asked, text[first.start : first.end], first.name)
            return _about_another(rest, swapped, first, current, subjects)
        return _pronoun_beside(body, first, replaced, current, subjects, asks=asks)
    if points_back(body):
        return (replaced,)
    if added and rest and not asks:
        return (Way(f"{GAP} {rest}", current.say, current.name),)
    if asks or added:
        gaps = (f"{body} {current.join} {GAP}", f"{GAP} {rest}")
        return tuple(Way(gap, current.say, current.name) for gap in gaps)
    return ()


def _about_another(
    rest: str, swapped: Way, named: Named, current: Subject, subjects: Subjects
) -> tuple[Way, ...]:
    """Return "and cupping?" and "and for tennis elbow?" in full."""
    has_preposition = bool(_PREPOSITION.match(rest))
    joined = rest if has_preposition else f"for {rest}"
    both = Way(f"{GAP} {joined}", current.say, current.name)
    again = (swapped,) if swapped.gapped else ()
    same_kind = named.name in subjects and subjects[named.name].kind == current.kind
    if same_kind and not has_preposition:
        return again
    return (both,) if current.kind == "treatment" else (*again, both)


def _pronoun_beside(
    body: str,
    named: Named,
    replaced: Way,
    current: Subject,
    subjects: Subjects,
    *,
    asks: bool,
) -> tuple[Way, ...]:
    """Return a question in full that names one subject and means another as well.

    "Is it the same as cupping?": the pronoun stands before what is named. "Does
    scraping work for it?": a treatment is named, and a complaint was talked about.
    """
    if not asks:
        return ()
    if points_back(body[: named.start]):
        return (replaced,)
    treats = named.name in subjects and subjects[named.name].kind == "treatment"
    after = body[named.end :]
    if treats and current.kind == "complaint" and points_back(after):
        filled = _PRONOUN.sub(GAP, after, count=1)
        return (Way(body[: named.end] + filled, current.say, current.name),)
    return ()


def gapped(text: str, named: Sequence[Named]) -> str:
    """Return a question with `GAP` where its subject stands.

    "" if it names none, or asks nothing of it ("and cupping?").
    """
    if not named:
        return ""
    first = named[0]
    text = text.replace("{", " ").replace("}", " ")  # same length: places still fit
    before, after = text[: first.start], text[first.end :]
    asked = _ASKS_NOTHING.sub("", _JOINED_ON.sub("", before, count=1) + after)
    return before + GAP + after if _has_words(asked) else ""


def _has_words(text: str) -> bool:
    return re.search(r"\w", text) is not None


def remember(
    talk: Talk,
    named: Sequence[Named],
    about: str | None,
    subjects: Subjects,
) -> tuple[str, ...]:
    """Return the subjects after a message, the latest first.

    Args:
        talk: what the conversation was about before.
        named: the subjects that the message names.
        about: the subject of its answer or of the question in full, if any.
        subjects: all subjects.
    """
    fresh = list(dict.fromkeys(name.name for name in named))
    if talk.subjects:
        fresh = [name for name in fresh if not subjects.is_weak(name)]
    if about == "injury" and (fresh or talk.subjects):
        about = None  # what is true of injuries in general changes no subject
    first = [about] if about is not None else []
    return tuple(dict.fromkeys([*first, *fresh, *talk.subjects]))[:REMEMBERED]
