"""The body part goes with what is said at the end of the questions about pain."""

from typing import Any

import pytest

from actions.decide_on_pain import DecideOnPain
from actions.suggest_consultation import SuggestConsultation
from actions.validate_daily_life_form import ValidateDailyLifeForm
from mend.understanding.pain import Heard
from tests.actions.test_actions import run, said


@pytest.mark.parametrize(
    "slots", [{}, {"daily_life_misses": 2.0}, {"pain_limits": "sleeping"}]
)
def test_of_the_questions(slots: dict[str, Any]) -> None:
    messages, after = run(DecideOnPain(), slots={**slots, "pain_part": "left knee"})

    assert messages[0]["part"] == "left knee"
    assert after["pain_part"] is after["pain_lasting"] is None


@pytest.mark.parametrize(
    ("heard", "part"),
    [
        (Heard(body_part="Nee", place="left knee"), "left knee"),
        (Heard(body_part="Knee"), "knee"),
        (Heard(), None),
    ],
)
def test_of_a_report_that_needs_no_questions(heard: Heard, part: str | None) -> None:
    message = said("x", heard=heard.as_dict())
    messages, _ = run(SuggestConsultation(), message, {"consultation_declined": True})

    assert messages[0]["part"] == part


def test_a_plain_yes_is_a_limit_that_nobody_names() -> None:
    asked = {"requested_slot": "pain_limits"}
    _, after = run(ValidateDailyLifeForm(), said("yes it does", "affirm"), asked)
    assert after == {"pain_limits": "yes", "requested_slot": None}

    messages, _ = run(DecideOnPain(), slots={"pain_limits": "yes"})
    assert messages[0]["response"] == "utter_suggest_consultation"
