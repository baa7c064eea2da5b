"""What is compared between systems, and how their answers are judged. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.measures import REFUSAL_EXPECTED
from benchmarks.scores import Scored
from benchmarks.systems import Examples, System
from benchmarks.turns import turn_of
from mend.judgement import Question, judge
from mend.understanding.decision import FAQ, OUT_OF_SCOPE

NO_ANSWER = "nlu_fallback"
"""What Rasa's FallbackClassifier makes of a message it is not sure about."""


@dataclass(frozen=True)
class Costs:
    """What a system costs, on one core.

    Attributes:
        train_cpu_s: CPU seconds of training, after imports.
        import_cpu_s: CPU seconds of imports before a model can be loaded.
        load_cpu_s: CPU seconds of loading the model.
        p50: CPU milliseconds per message, the median,
        p95: ... and what one in twenty exceeds.
        resident_mb: memory after all messages.
    """

    train_cpu_s: float
    import_cpu_s: float
    load_cpu_s: float
    p50: float
    p95: float
    resident_mb: float


@dataclass(frozen=True)
class Decided:
    """How the decisions of a system were judged; see `mend.judgement`.

    Attributes:
        verdicts: one per message.
        offered: messages where a right answer was among those asked about.
    """

    verdicts: tuple[str, ...]
    offered: int = 0

    def count(self, verdict: str) -> int:
        """Return how many messages have a verdict."""
        return self.verdicts.count(verdict)


@dataclass(frozen=True)
class Row:
    """All figures of one system.

    Attributes:
        title: its name.
        examples: how many it was trained on.
        scored: each message, by the likeliest intent.
        inside: decisions on messages in scope,
        outside: ... and out of scope.
        costs: of training and asking.
        day: when it was measured, ISO.
    """

    title: str
    examples: int
    scored: tuple[Scored, ...]
    inside: Decided
    outside: Decided
    costs: Costs
    day: str


def plain(text: str) -> str:
    """Return a text without capitals, punctuation and spare spaces."""
    return " ".join(re.findall(r"\w+", text.lower()))


def unseen(questions: Iterable[Question], examples: Examples) -> list[Question]:
    """Return the questions that are not, word for word, among the examples.

    Short ones are, although nobody copied them; they would measure memory.
    """
    seen = {plain(text) for texts in examples.values() for text in texts}
    return [question for question in questions if plain(question.text) not in seen]


def in_scope(question: Question) -> bool | None:
    """Tell whether there is an answer; None if nothing or both would be right."""
    refused = REFUSAL_EXPECTED in question.expect
    answered = any(name != REFUSAL_EXPECTED for name in question.expect)
    return answered if answered != refused else None


def score(
    question: Question,
    ranking: Sequence[tuple[str, float]],
    outcomes: Mapping[str, str],
) -> Scored:
    """Judge the likeliest intent, whatever the confidence.

    Out of scope is an intent that all systems are trained on. How sure a system is
    that there is an answer is therefore its confidence in the best other intent.

    Args:
        question: with what is expected.
        ranking: full intent names and confidences, likeliest first.
        outcomes: outcome of each answer id, from the catalogue.
    """
    likeliest = ranking[0][0] if ranking else OUT_OF_SCOPE
    turn = turn_of({"intent": {"name": likeliest}}, outcomes)
    return Scored(
        in_scope=bool(in_scope(question)),
        right=judge(question, turn) == "right",
        confidence=max((c for name, c in ranking if name != OUT_OF_SCOPE), default=0.0),
    )


def read_ranking(system: System, found: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Return what Rasa ranked, without the entry that its fallback puts on top."""
    return [
        (system.full_name(str(each["name"])), float(each["confidence"]))
        for each in found.get("intent_ranking") or ()
        if each["name"] != NO_ANSWER
    ]


def decided_turn(
    system: System, found: Mapping[str, Any], outcomes: Mapping[str, str]
) -> dict[str, Any]:
    """Return the turn that a system's own decision leads to."""
    if system.ours:
        return turn_of(found, outcomes)
    name = str(found["intent"]["name"])
    intent = OUT_OF_SCOPE if name == NO_ANSWER else system.full_name(name)
    return turn_of({"intent": {"name": intent}}, outcomes)


def judge_all(
    system: System,
    questions: Sequence[Question],
    found: Sequence[Mapping[str, Any]],
    outcomes: Mapping[str, str],
) -> tuple[Decided, Decided]:
    """Judge a system's own decisions, in scope and out of scope."""
    verdicts: dict[bool, list[str]] = {True: [], False: []}
    offered = 0
    for question, one in zip(questions, found, strict=True):
        verdict = judge(question, decided_turn(system, one, outcomes))
        inside = bool(in_scope(question))
        verdicts[inside].append(verdict)
        if inside and verdict == "clarified":
            names = (one.get("understanding") or {}).get("suggestions") or ()
            ids = {str(name).removeprefix(FAQ) for name in names}
            offered += not ids.isdisjoint(question.expect)
    return Decided(tuple(verdicts[True]), offered), Decided(tuple(verdicts[False]))
