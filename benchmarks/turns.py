"""From what Rasa's pipeline found in a message to a turn that can be judged.

Pure. The turn is the one that the chat would give as first of a conversation:
outcome and answer ids, without texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mend.judgement import Question, first_answer, judge
from mend.learning import turns
from mend.understanding.decision import FAQ, RED_FLAG

# What the screening, words of pain or a button settle, no threshold changes.
_SETTLED_BY = ("screening", "heard", "choice")


@dataclass(frozen=True)
class Guess:
    """The likeliest intent of a message, whether or not it was acted on.

    Attributes:
        name: full intent name.
        confidence: 0 to 1.
        right: whether acting on it would have been right.
    """

    name: str
    confidence: float
    right: bool

    @property
    def is_answer(self) -> bool:
        """Tell whether it is an answer of the catalogue."""
        return self.name.startswith(FAQ)


@dataclass(frozen=True)
class Measured:
    """One question and what came of it.

    Attributes:
        question: with what is expected.
        turn: outcome and answer ids.
        verdict: one of `mend.judgement.VERDICTS`.
        offered: answer ids on the buttons of a "Did you mean ...?".
        guess: None where something else than the score settled the meaning.
        cpu_ms: time it took.
    """

    question: Question
    turn: Mapping[str, Any]
    verdict: str
    offered: tuple[str, ...]
    guess: Guess | None
    cpu_ms: float

    @property
    def expected(self) -> str:
        """What would have been right, in few words."""
        if self.question.kind == "pain_report":
            limits = self.question.limits_daily_tasks
            return {True: "pain, limits life", False: "pain", None: "pain, any"}[limits]
        return " or ".join(self.question.expect) or str(self.question.kind)

    @property
    def got(self) -> str:
        """The first answer id, or the outcome of a turn without one."""
        return first_answer(self.turn) or str(self.turn["outcome"])

    @property
    def right_offered(self) -> bool:
        """Tell whether a right answer was on a button."""
        return not set(self.offered).isdisjoint(self.question.expect)


def measure(
    question: Question,
    parsed: Mapping[str, Any],
    outcomes: Mapping[str, str],
    cpu_ms: float = 0.0,
) -> Measured:
    """Judge what the pipeline made of a question.

    Args:
        question: what was asked.
        parsed: parse data, as Rasa's message processor gives it.
        outcomes: outcome of each answer id, from the catalogue.
        cpu_ms: time it took.
    """
    turn = turn_of(parsed, outcomes)
    clarified = turn["outcome"] == "clarify"
    suggestions = _found(parsed).get("suggestions") or () if clarified else ()
    return Measured(
        question=question,
        turn=turn,
        verdict=judge(question, turn),
        offered=tuple(str(name).removeprefix(FAQ) for name in suggestions),
        guess=_guess(question, parsed, outcomes),
        cpu_ms=cpu_ms,
    )


def turn_of(parsed: Mapping[str, Any], outcomes: Mapping[str, str]) -> dict[str, Any]:
    """Return the turn that the chat would give to a message so understood."""
    fallback = {"intent": (parsed.get("intent") or {}).get("name")}
    found = _found(parsed)
    return turns.turn_of(found if found.get("intent") else fallback, outcomes)


def _found(parsed: Mapping[str, Any]) -> Mapping[str, Any]:
    return parsed.get("understanding") or {}


def _guess(
    question: Question, parsed: Mapping[str, Any], outcomes: Mapping[str, str]
) -> Guess | None:
    found = _found(parsed)
    if found.get("by") in _SETTLED_BY:
        return None
    if str(found.get("intent")).startswith(RED_FLAG):
        return None
    for ranked in parsed.get("intent_ranking") or ():
        name = str(ranked["name"])
        # As `decide` does: a red flag too faint to be taken is no candidate.
        if not name.startswith(RED_FLAG):
            right = judge(question, turns.turn_of_intent(name, outcomes)) == "right"
            return Guess(name, float(ranked["confidence"]), right)
    return None
