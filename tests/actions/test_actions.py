"""Each action, run as the action server runs it, with a tracker by hand."""

import asyncio
import json
from typing import Any

import pytest
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answer_no import AnswerNo
from actions.answer_several import MOST, AnswerSeveral
from actions.answer_yes import AnswerYes
from actions.clarify import Clarify
from actions.decide_on_pain import DecideOnPain
from actions.out_of_scope import OutOfScope
from actions.suggest_consultation import SuggestConsultation
from actions.validate_daily_life_form import ValidateDailyLifeForm, read_answer
from mend.understanding.pain import Heard


def run(
    action: Action,
    message: dict[str, Any] | None = None,
    slots: dict[str, Any] | None = None,
    events: list[dict[str, Any]] | None = None,
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    tracker = Tracker(
        "s", slots or {}, message or {}, events or [], False, None, {}, "action_listen"
    )
    dispatcher = CollectingDispatcher()
    done = asyncio.run(action.run(dispatcher, tracker, {}))
    slots_set = {e["name"]: e["value"] for e in done if e["event"] == "slot"}
    return dispatcher.messages, slots_set


def said(text: str, intent: str = "pain", **more: Any) -> dict[str, Any]:
    return {"text": text, "intent": {"name": intent}, "heard": {}, **more}


def test_suggestion_names_back_what_was_heard() -> None:
    heard = Heard(pain=True, limits=("can't {sleep} on\nthat side",)).as_dict()
    messages, slots = run(SuggestConsultation(), said("x", heard=heard))

    assert messages[0]["response"] == "utter_suggest_consultation_limits"
    assert messages[0]["limits"] == "can't sleep on that side"
    assert slots == {"consultation_offered": True}


def test_suggestion_is_not_repeated_after_no_thanks() -> None:
    messages, slots = run(SuggestConsultation(), slots={"consultation_declined": True})

    assert messages[0]["response"] == "utter_advice_after_no"
    assert slots == {}


def test_no_thanks_is_remembered() -> None:
    messages, slots = run(AnswerNo(), slots={"consultation_offered": True})

    assert messages[0]["response"] == "utter_consultation_declined"
    assert slots == {"consultation_offered": False, "consultation_declined": True}


def test_a_no_to_nothing_changes_nothing() -> None:
    messages, slots = run(AnswerNo())

    assert messages[0]["response"] == "utter_fine_then"
    assert slots == {}


@pytest.mark.parametrize(
    ("offered", "response"),
    [(True, "utter_consultation_form"), (False, "utter_yes_to_what")],
)
def test_yes(offered: bool, response: str) -> None:
    messages, _ = run(AnswerYes(), slots={"consultation_offered": offered})

    assert messages[0]["response"] == response


FORM = ValidateDailyLifeForm()


@pytest.mark.parametrize(
    ("slot", "text", "intent", "answer"),
    [
        ("pain_limits", "no", "deny", "none"),
        ("pain_limits", "nothing really", "faq", "none"),
        ("pain_limits", "hmm", "clarify", None),
        ("pain_limits", "...", "out_of_scope", None),
        ("pain_limits", "whatever", "skip", "skipped"),
        ("pain_duration", "2 weeks", "faq", "short"),
        ("pain_duration", "Less than 2 weeks", "pain", "short"),
        ("pain_duration", "about 3 months", "faq", "long_no_better"),
        ("pain_duration", "dunno", "out_of_scope", None),
        ("pain_score", "5, quite a bit", "pain", "5"),
        ("pain_score", "seven", "out_of_scope", "7"),
        ("pain_score", "10", "out_of_scope", "10"),
        ("pain_score", "lots", "out_of_scope", None),
        ("pain_score", "100", "out_of_scope", None),
    ],
)
def test_reading_an_answer(
    slot: str, text: str, intent: str, answer: str | None
) -> None:
    assert read_answer(slot, text, intent, Heard()) == answer


def test_a_named_activity_is_a_limit() -> None:
    message = said("Sleeping", entities=[{"entity": "activity"}])
    _, slots = run(FORM, message, {"requested_slot": "pain_limits"})

    assert slots == {"pain_limits": "Sleeping", "requested_slot": None}


def test_a_limit_said_at_a_later_question_ends_the_form() -> None:
    message = said("2 weeks, can't sleep", heard={"limits": ["can't sleep"]})
    slots = {"requested_slot": "pain_duration", "pain_limits": "none"}
    _, after = run(FORM, message, slots)

    assert after["pain_limits"] == "can't sleep"
    assert after["requested_slot"] is None


def test_the_next_question_follows() -> None:
    _, slots = run(FORM, said("no", "deny"), {"requested_slot": "pain_limits"})

    assert slots == {"pain_limits": "none", "requested_slot": "pain_duration"}


@pytest.mark.parametrize("intent", ["faq", "red_flag"])
def test_another_matter_is_left_to_other_rules(intent: str) -> None:
    slots = {"requested_slot": "pain_duration"}

    assert run(FORM, said("how long does it take?", intent), slots) == ([], {})


def test_a_red_flag_is_never_an_answer() -> None:
    slots = {"requested_slot": "pain_duration"}

    assert run(FORM, said("2 weeks", "red_flag"), slots) == ([], {})


def test_two_answers_that_cannot_be_read_end_the_form() -> None:
    asked = {"requested_slot": "pain_score"}
    _, first = run(FORM, said("eh", "out_of_scope"), asked)
    again = {**asked, "daily_life_misses": first["daily_life_misses"]}
    _, second = run(FORM, said("eh", "out_of_scope"), again)

    assert first == {"daily_life_misses": 1.0, "requested_slot": "pain_score"}
    assert second == {"daily_life_misses": 2.0, "requested_slot": None}


def test_what_was_said_already_is_not_asked() -> None:
    heard = Heard(pain=True, body_part="Knee", score=2, duration_days=3).as_dict()
    _, slots = run(FORM, said("my Knee", heard=heard))

    assert slots["pain_score"] == "2"
    assert slots["pain_duration"] == "short"
    assert slots["pain_part"] == "knee"
    assert slots["requested_slot"] == "pain_limits"


@pytest.mark.parametrize(
    ("slots", "response"),
    [
        ({"pain_limits": "sleeping"}, "utter_suggest_consultation_limits"),
        ({"pain_limits": "none", "pain_score": "4"}, "utter_suggest_consultation"),
        ({"pain_duration": "long_no_better"}, "utter_suggest_consultation"),
        ({"pain_duration": "long_better"}, "utter_self_care"),
        ({"pain_limits": "skipped", "pain_score": "skipped"}, "utter_self_care"),
        ({"daily_life_misses": 2.0}, "utter_questions_left"),
        (
            {"pain_score": "9", "consultation_declined": True},
            "utter_advice_after_no",
        ),
    ],
)
def test_decision_on_pain(slots: dict[str, Any], response: str) -> None:
    messages, after = run(DecideOnPain(), slots=slots)

    assert [message["response"] for message in messages] == [response]
    assert after["pain_limits"] is after["pain_score"] is after["pain_duration"] is None
    assert after["daily_life_misses"] == 0.0


def test_clarify_offers_near_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "actions.clarify.titles", lambda: {"a.b": "A or B?", "c.d": "C or D?"}
    )
    near = {"suggestions": ["faq/c.d", "faq/gone", "faq/a.b"]}
    messages, _ = run(Clarify(), said("x", "clarify", understanding=near))

    assert messages[0]["response"] == "utter_clarify"
    assert messages[0]["choices"] == [
        {"title": "C or D?", "intent": "faq/c.d"},
        {"title": "A or B?", "intent": "faq/a.b"},
    ]
    # A text or data of its own would take the place of the written ones, and with
    # them of a check question that belongs before.
    assert not messages[0]["text"]
    assert not messages[0]["custom"]
    json.dumps(messages)


def test_clarify_without_choices_is_honest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actions.clarify.titles", dict)
    messages, _ = run(Clarify(), said("x", "clarify"))

    assert messages[0]["response"] == "utter_out_of_scope"


def test_several_answers_are_one_reply_in_parts() -> None:
    several = {"several": ["faq/a.b", "faq/c.d", "faq/e.f", "faq/g.h"]}
    messages, _ = run(AnswerSeveral(), said("x", "several", understanding=several))

    said_so = [(message["response"], message["goes_on"]) for message in messages]
    assert said_so == [
        ("utter_faq/a.b", False),
        ("utter_faq/c.d", True),
        ("utter_faq/e.f", True),
    ]


@pytest.mark.parametrize(
    ("understanding", "responses"),
    [
        # In the order of the questions, each written answer whole.
        ({"several": ["faq/a.b", "faq/c.d"]}, ["utter_faq/a.b", "utter_faq/c.d"]),
        ({"several": ["faq/z.z", "faq/a.b"]}, ["utter_faq/z.z", "utter_faq/a.b"]),
        # No more than can be read in one reply.
        (
            {"several": [f"faq/a.n{n}" for n in range(9)]},
            [f"utter_faq/a.n{n}" for n in range(MOST)],
        ),
        # Nothing was found: say so.
        ({"several": []}, ["utter_out_of_scope"]),
        ({"several": None}, ["utter_out_of_scope"]),
        ({}, ["utter_out_of_scope"]),
        (None, ["utter_out_of_scope"]),
    ],
)
def test_several_answers(
    understanding: dict[str, Any] | None, responses: list[str]
) -> None:
    message = said("x", "several", understanding=understanding)
    messages, slots = run(AnswerSeveral(), message)

    assert [message["response"] for message in messages] == responses
    assert slots == {}


def turn(action: str) -> list[dict[str, Any]]:
    return [{"event": "user"}, {"event": "action", "name": action}]


@pytest.mark.parametrize(
    ("events", "response"),
    [
        ([*turn("utter_faq"), {"event": "user"}], "utter_out_of_scope"),
        ([*turn("action_out_of_scope"), {"event": "user"}], "utter_two_misses"),
        ([*turn("action_clarify"), {"event": "user"}], "utter_two_misses"),
        (
            [*turn("action_clarify"), *turn("utter_faq"), {"event": "user"}],
            "utter_out_of_scope",
        ),
        ([{"event": "user"}], "utter_out_of_scope"),
        ([], "utter_out_of_scope"),
    ],
)
def test_the_second_miss_in_a_row_offers_a_person(
    events: list[dict[str, Any]], response: str
) -> None:
    messages, _ = run(OutOfScope(), events=events)

    assert messages[0]["response"] == response


@pytest.mark.parametrize(
    "action",
    [
        SuggestConsultation(),
        FORM,
        DecideOnPain(),
        Clarify(),
        OutOfScope(),
        AnswerNo(),
        AnswerSeveral(),
    ],
    ids=lambda action: action.name(),
)
@pytest.mark.parametrize("message", [{}, {"text": None, "intent": None}])
def test_an_action_never_raises(action: Action, message: dict[str, Any]) -> None:
    run(action, message, {"requested_slot": "pain_limits"})
