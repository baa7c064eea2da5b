"""What a message means in its conversation: questions, subject and decision together.

Pure; the model comes in as a function. `AnswerClassifier` calls it for each message,
and so can any measurement, without Rasa.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mend.understanding.decision import (
    FAQ,
    OUT_OF_SCOPE,
    RED_FLAG,
    SEVERAL,
    Decision,
    Thresholds,
    asks,
    danger_in,
    danger_together,
    decide,
    is_clear_answer,
)
from mend.understanding.question import (
    Reading,
    named_within,
    questions_in,
    settle,
)
from mend.understanding.ranker import Ranked
from mend.understanding.red_flags import Silence
from mend.understanding.subject import Named, Subjects, Talk, remember

_OPEN = frozenset({"pain", "pain_limits_life", "clarify", "out_of_scope"})
_FLAG = RED_FLAG.rstrip("/")
_FEWEST_WORDS = 3
_PARTS = re.compile(
    r"(?<=[.!?\n;])\s+|\s-\s|,\s(?=(?:but|and|now|also|then)\s)", re.IGNORECASE
)
_FEWEST_IN_PART = 4  # words: less says too little to be told apart
_MOST_PARTS = 8  # each costs as much as a message
_HIDDEN = 0.1
"""Danger that the whole message must hold for that of a sentence to count.

On examples held back from training this keeps 6 of 7 true alarms and 3 of 10 false."""

EARLIER_MESSAGES = 2
"""So many messages before one are read together with it."""

Rank = Callable[[str], Sequence[Ranked]]


@dataclass(frozen=True)
class Found:
    """What was found in a message before the model sees it.

    Attributes:
        heard: pain facts (`pain.Heard.as_dict`).
        screening: a red flag (`red_flags.Screening.as_dict`), or None.
        choice: full intent name behind a button that was pressed, or None.
        named: subjects that the message names.
        earlier: the visitor's last messages before it, oldest first, as far as they
            were no red flags themselves.
        silence: see `Screener.silence`.
        pain_known: see `decide`.
    """

    heard: Mapping[str, Any] | None = None
    screening: Mapping[str, Any] | None = None
    choice: str | None = None
    named: Sequence[Named] = ()
    earlier: Sequence[str] = ()
    silence: Silence | None = None
    pain_known: bool = False


@dataclass(frozen=True)
class Meaning:
    """What a message means.

    Attributes:
        decision: what it is taken for.
        ranking: all intents, likeliest first.
        talk: what the conversation is about after it.
    """

    decision: Decision
    ranking: Sequence[Ranked]
    talk: Talk


@dataclass(frozen=True)
class Understanding:
    """All that is needed to understand messages, one by one.

    Attributes:
        rank: the model.
        subjects: all subjects.
        thresholds: confidences needed.
    """

    rank: Rank
    subjects: Subjects
    thresholds: Thresholds

    def of(self, text: str, found: Found, talk: Talk) -> Meaning:
        """Return what a message means.

        Args:
            text: as typed.
            found: what was found in it already.
            talk: what the conversation was about before.
        """
        # The lexicon has other words under such labels too (`about_treatment`).
        named = [one for one in found.named if one.name in self.subjects]
        reading = self._read(text, named, talk)
        decided = decide(
            reading.ranking,
            found.heard,
            found.screening,
            found.choice,
            self.thresholds,
            text,
            silence=found.silence,
            pain_known=found.pain_known,
        )
        if decided.along or (decided.by == "score" and not _is_journey(decided)):
            readings = self._several(text, named, talk)
            if readings:
                decided = _with_several(decided, [name for name, _ in readings])
                reading = readings[-1][1]
        if decided.base in _OPEN and found.earlier and found.choice is None:
            decided = self._with_earlier(text, found.earlier, reading, decided)
        if decided.base != _FLAG and found.choice is None:
            decided = self._with_parts(text, found.silence, reading, decided)
        after = self._talk_after(decided, reading, named, talk)
        return Meaning(decided, reading.ranking, after)

    def _with_parts(
        self, text: str, silence: Silence | None, reading: Reading, decided: Decision
    ) -> Decision:
        """Raise a red flag that one sentence of a long message holds.

        Danger is often told in passing, and what else is said hides it from the model;
        but not wholly, while what a single sentence sounds like ("no chest pain, and
        breathing is fine") is often taken back by the others.
        """
        if danger_together(reading.ranking) < _HIDDEN:
            return decided
        parts = [p for p in _PARTS.split(text) if len(p.split()) >= _FEWEST_IN_PART]
        if len(parts) > 1:
            for part in parts[:_MOST_PARTS]:
                ranking = self.rank(part)
                if danger := danger_in(ranking, self.thresholds, silence=silence):
                    return danger
        return decided

    def _with_earlier(
        self, text: str, earlier: Sequence[str], reading: Reading, decided: Decision
    ) -> Decision:
        """Raise a red flag that only shows in several messages together.

        "My calf is sore" and then "it is hot and swollen" are each ordinary. A
        message that is plainly about something else adds nothing to those before.
        """
        others = [r.confidence for r in reading.ranking if r.name == OUT_OF_SCOPE]
        out = max(others, default=0.0)
        if len(text.split()) < _FEWEST_WORDS or out >= self.thresholds.caution:
            return decided
        joined = self.rank(". ".join([*earlier, text]))
        return danger_in(joined, self.thresholds) or decided

    def _read(self, text: str, named: Sequence[Named], talk: Talk) -> Reading:
        return settle(
            text,
            named,
            talk,
            self.subjects,
            self.rank,
            asks=asks(text),
            enough=self.thresholds.answer,
        )

    def _several(
        self, text: str, named: Sequence[Named], talk: Talk
    ) -> list[tuple[str, Reading]]:
        """Read each question by itself; nothing unless each has a clear answer."""
        questions = questions_in(text)
        if len(questions) < 2:
            return []
        # What the message names anywhere before a question is its subject too.
        readings: list[tuple[str, Reading]] = []
        for question in questions:
            earlier = [one for one in named if one.end <= question.start]
            inside = named_within(question, named)
            reading = self._read(question.text, inside, _named(talk, earlier))
            if reading.answer is None or not is_clear_answer(
                reading.ranking, self.thresholds
            ):
                return []
            readings.append((reading.answer.name, reading))
            talk = self._after(talk, [*earlier, *inside], reading, reading.answer.name)
        distinct = {name: (name, reading) for name, reading in readings}
        return list(distinct.values()) if len(distinct) > 1 else []

    def _talk_after(
        self, decided: Decision, reading: Reading, named: Sequence[Named], talk: Talk
    ) -> Talk:
        if decided.intent == SEVERAL:
            for name in reversed(decided.several):
                talk = self._after(talk, named, reading, name)
            return talk
        for name in decided.along:
            talk = self._after(talk, named, reading, name)
        answer = decided.intent if decided.intent.startswith(FAQ) else None
        return self._after(talk, named, reading, answer)

    def _after(
        self, talk: Talk, named: Sequence[Named], reading: Reading, answer: str | None
    ) -> Talk:
        about = reading.about if answer else None
        if answer and about is None:
            about = self.subjects.of_answer(answer.removeprefix(FAQ))
        names = remember(talk, named, about, self.subjects)
        asked = reading.gapped if answer and reading.gapped else talk.asked
        return Talk(names, asked)


def _with_several(decided: Decision, names: Sequence[str]) -> Decision:
    if decided.along:
        return replace(decided, along=tuple(names))
    return replace(decided, intent=SEVERAL, several=tuple(names), suggestions=())


def _named(talk: Talk, named: Sequence[Named]) -> Talk:
    """Return the talk after some subjects were named, the last one first."""
    fresh = [one.name for one in reversed(named)]
    return replace(talk, subjects=tuple(dict.fromkeys([*fresh, *talk.subjects])))


def _is_journey(decided: Decision) -> bool:
    """Tell whether a decision begins a journey: red flags, pain, yes and no."""
    return decided.base not in {FAQ.rstrip("/"), "clarify", "out_of_scope"}
