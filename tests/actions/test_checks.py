"""A "no" to a check question about a red flag, in and out of the pain questions."""

from typing import Any

import pytest

from actions.answer_no import AnswerNo
from actions.validate_daily_life_form import ValidateDailyLifeForm
from tests.actions.test_actions import run, said

CHOSEN = {"understanding": {"by": "choice"}}


def after_a_check(*actions: str, doubt: str | None = "RF03.same_day") -> list[Any]:
    """Return the events of a turn that put a check question, and of one more."""
    parsed = {"understanding": {"doubt": doubt} if doubt else {}}
    return [
        {"event": "user", "parse_data": parsed},
        *({"event": "action", "name": name} for name in actions),
        {"event": "user", "parse_data": {}},
    ]


def responses(messages: Any) -> list[str]:
    return [message["response"] for message in messages]


@pytest.mark.parametrize(
    ("action", "response"),
    [
        ("utter_faq", "utter_check_no"),
        ("action_suggest_consultation", "utter_check_no_offer"),
        ("action_decide_on_pain", "utter_check_no_offer"),
    ],
)
def test_a_no_to_the_check_question_declines_nothing(
    action: str, response: str
) -> None:
    slots = {"consultation_offered": True}
    messages, after = run(AnswerNo(), said("no", "deny"), slots, after_a_check(action))

    assert responses(messages) == [response]
    assert after == {}


@pytest.mark.parametrize(
    ("message", "doubt"),
    [
        (said("No thanks", "deny", **CHOSEN), "RF03.same_day"),
        (said("no thank you", "deny"), "RF03.same_day"),
        (said("no", "deny"), None),
    ],
)
def test_a_no_to_the_suggestion_declines_it(
    message: dict[str, Any], doubt: str | None
) -> None:
    events = after_a_check("action_suggest_consultation", doubt=doubt)
    messages, after = run(AnswerNo(), message, {"consultation_offered": True}, events)

    assert responses(messages) == ["utter_consultation_declined"]
    assert after["consultation_declined"] is True


FORM = ValidateDailyLifeForm()
EVENTS = after_a_check("daily_life_form")


@pytest.mark.parametrize("asked", ["pain_limits", "pain_duration", "pain_score"])
def test_a_bare_no_in_the_pain_questions_answers_the_check_first(asked: str) -> None:
    slots = {"requested_slot": asked, "daily_life_misses": 1.0}
    messages, after = run(FORM, said("no", "deny"), slots, EVENTS)

    assert responses(messages) == ["utter_check_no_and_on"]
    assert after == {"daily_life_misses": 1.0, "requested_slot": asked}


@pytest.mark.parametrize(
    "message",
    [
        said("No, it doesn't stop me", "deny", **CHOSEN),
        said("no it doesn't stop me at all", "deny"),
    ],
)
def test_a_no_to_our_question_is_its_answer(message: dict[str, Any]) -> None:
    messages, after = run(FORM, message, {"requested_slot": "pain_limits"}, EVENTS)

    assert messages == []
    assert after == {"pain_limits": "none", "requested_slot": "pain_duration"}
