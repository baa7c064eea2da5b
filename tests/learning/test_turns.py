from __future__ import annotations

import pytest

from mend.learning.turns import turn_of

OUTCOMES = {"chat.human": "handoff", "healing.time": "answered"}


@pytest.mark.parametrize(
    ("intent", "outcome", "answer"),
    [
        ("faq/healing.time", "answered", "healing.time"),
        ("faq/chat.human", "handoff", "chat.human"),
        ("faq/chat.thanks", "small_talk", "chat.thanks"),
        ("red_flag/RF01.emergency", "red_flag", None),
        ("pain", "assess", None),
        ("pain_limits_life", "suggest_consultation", None),
        ("clarify", "clarify", None),
        ("out_of_scope", "out_of_scope", None),
        ("affirm", "small_talk", None),
    ],
)
def test_one_intent(intent: str, outcome: str, answer: str | None) -> None:
    turn = turn_of({"intent": intent}, OUTCOMES)
    assert turn["outcome"] == outcome
    assert [m["answer"] for m in turn["messages"]] == ([answer] if answer else [])


def test_several_answers_at_once() -> None:
    several = ["faq/healing.time", "faq/scar.time"]
    turn = turn_of({"intent": "several", "several": several}, OUTCOMES)
    assert turn == {
        "outcome": "answered",
        "messages": [{"answer": "healing.time"}, {"answer": "scar.time"}],
    }
