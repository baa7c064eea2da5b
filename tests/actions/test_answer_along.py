from __future__ import annotations

from typing import Any

import pytest

from actions.answer_along import AnswerAlong
from tests.actions.test_actions import run, said


def test_the_answer_is_uttered_and_leaves_the_turn_open() -> None:
    understanding = {"along": ["faq/condition.knee", "faq/iastm.hurts"]}
    messages, after = run(AnswerAlong(), said("x", "pain", understanding=understanding))
    assert [(m["response"], m["along"], m["goes_on"]) for m in messages] == [
        ("utter_faq/condition.knee", True, False),
        ("utter_faq/iastm.hurts", True, True),
    ]
    assert after == {}


@pytest.mark.parametrize("understanding", [{}, {"along": []}, {"along": None}, None])
def test_without_an_answer_nothing_is_said(understanding: Any) -> None:
    messages, _ = run(AnswerAlong(), said("x", "pain", understanding=understanding))
    assert messages == []
