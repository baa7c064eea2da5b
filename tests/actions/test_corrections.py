"""Corrections in the questions about pain: heard, noted, and the questions go on."""

from pathlib import Path
from typing import Any

import pytest

from mend import rasa_without_tensorflow

rasa_without_tensorflow.install()

from rasa.shared.nlu.training_data.message import Message  # noqa: E402

from actions.corrections import Correction, correction  # noqa: E402
from actions.validate_daily_life_form import ValidateDailyLifeForm  # noqa: E402
from mend.understanding.lexicon_component import LexiconComponent  # noqa: E402
from mend.understanding.red_flags import Screener  # noqa: E402
from tests.actions.test_actions import run  # noqa: E402

FORM = ValidateDailyLifeForm()


@pytest.fixture(scope="module")
def component() -> LexiconComponent:
    return LexiconComponent(Screener.load(Path("data/lexicon")))


def parsed(component: LexiconComponent, text: str, intent: str) -> dict[str, Any]:
    message = Message({"text": text})
    component.process([message])
    found: dict[str, Any] = message.as_dict(only_output_properties=True)
    return {**found, "text": text, "intent": {"name": intent}}


def read(component: LexiconComponent, text: str) -> Correction:
    return correction(
        text, parsed(component, text, "pain")["entities"], "left shoulder"
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("no, my left knee", {"part": "left knee"}),
        ("No my left knee", {"part": "left knee"}),
        ("sorry, I meant the other shoulder", {"part": "other shoulder"}),
        ("sorry, the right one", {"part": "right shoulder"}),
        ("no, it's my hip not my knee", {"part": "hip"}),
        ("not my knee, my hip", {"part": "hip"}),
        ("actually it's 6 weeks", {"lasting": "6 weeks"}),
        ("not 2 weeks, 6 weeks", {"lasting": "6 weeks"}),
        ("actually more like a 7", {"score": 7}),
        ("not sleeping, working", {"limits": "working"}),
        ("not walking but running", {"limits": "running"}),
    ],
)
def test_a_correction_is_heard(
    component: LexiconComponent, text: str, wanted: dict[str, Any]
) -> None:
    found = read(component, text)

    names = ("part", "lasting", "score", "limits")
    assert {n: getattr(found, n) for n in names if getattr(found, n) is not None} == (
        wanted
    )


@pytest.mark.parametrize(
    "text",
    [
        *("no", "no it doesn't stop me", "not really", "not much", "no, nothing", ""),
        *("no, I can still walk", "no, work is fine", "no my back is fine", "my knee"),
        *("actually what is IASTM?", "no, is it my left knee?", "6 weeks", "7"),
        *("not just sleeping, also working", "sorry, I don't understand"),
        "no, the pain began when I moved the sofa with my left knee bent",
    ],
)
def test_what_corrects_nothing(component: LexiconComponent, text: str) -> None:
    assert not read(component, text)


@pytest.mark.parametrize("intent", ["deny", "pain", "faq", "clarify", "out_of_scope"])
@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("no, my left knee", {"pain_part": "left knee"}),
        ("sorry, I meant the other shoulder", {"pain_part": "other shoulder"}),
        (
            "actually it's 6 weeks",
            {"pain_duration": "long_no_better", "pain_lasting": "6 weeks"},
        ),
    ],
)
def test_the_slot_changes_and_the_question_comes_again(
    component: LexiconComponent, text: str, slots: dict[str, str], intent: str
) -> None:
    before = {
        "requested_slot": "pain_score",
        "pain_limits": "none",
        "pain_duration": "short",
        "pain_part": "right shoulder",
        "daily_life_misses": 1.0,
    }
    messages, after = run(FORM, parsed(component, text, intent), before)

    assert [message["response"] for message in messages] == ["utter_noted"]
    assert after == {**slots, "requested_slot": "pain_score"}


def test_what_is_noted_is_named_back(component: LexiconComponent) -> None:
    slots = {"requested_slot": "pain_duration", "pain_limits": "none"}
    messages, _ = run(FORM, parsed(component, "no, my left knee", "deny"), slots)

    assert messages[0]["noted"] == "my left knee"


def test_a_corrected_limit_ends_the_questions(component: LexiconComponent) -> None:
    message = parsed(component, "not sleeping, working", "pain_limits_life")
    messages, after = run(FORM, message, {"requested_slot": "pain_limits"})

    assert messages == []  # the suggestion that follows names it back
    assert after == {"pain_limits": "working", "requested_slot": None}


@pytest.mark.parametrize(
    ("text", "screening"),
    [
        # Words that raise a flag win, and so does a score when anything else is said.
        ("no, my left knee", {"flag": "RF05", "tier": "same_day"}),
        ("no, my left arm is numb", None),
        ("sorry, I meant the other calf is swollen", None),
        ("not sleeping, working", None),
    ],
)
def test_a_red_flag_is_no_correction(
    component: LexiconComponent, text: str, screening: dict[str, str] | None
) -> None:
    message = {**parsed(component, text, "red_flag"), "screening": screening}

    assert run(FORM, message, {"requested_slot": "pain_score"}) == ([], {})


@pytest.mark.parametrize(
    "text", ["sorry, I meant the other shoulder", "no, my left calf", "sorry, my jaw"]
)
def test_a_place_alone_is_no_red_flag_whatever_the_score(
    component: LexiconComponent, text: str
) -> None:
    message = parsed(component, text, "red_flag")
    slots = {"requested_slot": "pain_limits", "pain_part": "right shoulder"}
    messages, after = run(FORM, message, slots)

    assert [message["response"] for message in messages] == ["utter_noted"]
    assert after["requested_slot"] == "pain_limits"


def test_a_yes_to_a_check_question_is_no_correction(
    component: LexiconComponent,
) -> None:
    understood = {"understanding": {"by": "choice"}}
    message = {**parsed(component, "no wait, my left knee", "red_flag"), **understood}

    assert run(FORM, message, {"requested_slot": "pain_score"}) == ([], {})


def test_a_new_report_begins_afresh(component: LexiconComponent) -> None:
    left_over = {"pain_limits": "sleeping", "pain_score": "9", "pain_lasting": "a year"}
    message = parsed(component, "my left hip aches", "pain")
    _, after = run(FORM, message, left_over)

    assert after == {
        "pain_limits": None,
        "pain_duration": None,
        "pain_score": None,
        "pain_lasting": None,
        "pain_part": "left hip",
        "requested_slot": "pain_limits",
    }


def test_how_long_is_kept_in_the_own_words(component: LexiconComponent) -> None:
    message = parsed(component, "Over 2 weeks, no better", "pain")
    slots = {"requested_slot": "pain_duration", "pain_limits": "none"}
    _, after = run(FORM, message, slots)

    assert after["pain_lasting"] == "Over 2 weeks, no better"
    assert after["pain_duration"] == "long_no_better"
