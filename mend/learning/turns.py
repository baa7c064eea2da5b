"""From what was understood to the turn that the chat would give. Pure.

The turn has outcome and answer ids, without texts: enough to be judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mend.understanding.decision import (
    CLARIFY,
    FAQ,
    OUT_OF_SCOPE,
    PAIN,
    PAIN_LIMITS_LIFE,
    RED_FLAG,
    SEVERAL,
)

_OUTCOMES = {
    PAIN: "assess",
    PAIN_LIMITS_LIFE: "suggest_consultation",
    CLARIFY: "clarify",
    OUT_OF_SCOPE: "out_of_scope",
}


def turn_of(
    understood: Mapping[str, Any], outcomes: Mapping[str, str]
) -> dict[str, Any]:
    """Return the turn that the chat would give to a message so understood.

    Args:
        understood: ``intent``, ``several`` for a message that asks more than one
            thing, and ``along`` for what somebody in pain asks, as the pipeline's
            ``understanding`` has them.
        outcomes: outcome of each answer id, from the catalogue.
    """
    name = str(understood.get("intent"))
    if name == SEVERAL:
        return _turn("answered", *_answers(understood, SEVERAL))
    if name in (PAIN, PAIN_LIMITS_LIFE):
        return _turn(_OUTCOMES[name], *_answers(understood, "along"))
    return turn_of_intent(name, outcomes)


def turn_of_intent(name: str, outcomes: Mapping[str, str]) -> dict[str, Any]:
    """Return the turn that the chat would give to an intent, by its full name."""
    if name.startswith(RED_FLAG):
        return _turn("red_flag")
    if name.startswith(FAQ):
        answer = name.removeprefix(FAQ)
        otherwise = "small_talk" if answer.startswith("chat.") else "answered"
        return _turn(outcomes.get(answer, otherwise), answer)
    return _turn(_OUTCOMES.get(name, "small_talk"))


def _answers(understood: Mapping[str, Any], part: str) -> list[str]:
    names = [str(each) for each in understood.get(part) or ()]
    return [each.removeprefix(FAQ) for each in names if each.startswith(FAQ)]


def _turn(outcome: str, *answers: str) -> dict[str, Any]:
    return {"outcome": outcome, "messages": [{"answer": each} for each in answers]}
