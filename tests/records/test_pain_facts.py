"""What staff read about the pain is what was said, and the last word counts."""

from typing import Any

import pytest

from mend.records.pain_facts import pain_facts, pain_summary
from mend.understanding.pain import Heard

NOTHING = {"heard": Heard().as_dict()}


def heard(**facts: Any) -> dict[str, Any]:
    return {"heard": Heard(pain=True, **facts).as_dict()}


def told(**facts: Any) -> dict[str, Any]:
    return {**NOTHING, "told": facts}


def facts(*oldest_first: Any) -> dict[str, Any]:
    found = pain_facts(list(reversed(oldest_first)))
    return {key: value for key, value in found.items() if (key, value) != WHO}


WHO = ("who", "self")


def test_a_no_thanks_or_a_question_afterwards_hides_nothing() -> None:
    report = heard(body_part="knee", side="left", limits=("can't run",))
    passing = {"heard": Heard(body_part="back", score=9).as_dict()}
    assert facts(report, NOTHING, passing, None, {}) == {
        "limits": ["can't run"],
        "body_part": "knee",
        "side": "left",
    }


def test_answers_to_our_questions_join_the_report() -> None:
    report = heard(body_part="Knee", sensation="sore")
    first = told(body_part="knee", duration="6 weeks", better=False)
    last = told(body_part="knee", duration="6 weeks", better=False, score=7)
    assert facts(report, first, last) == {
        "body_part": "knee",
        "sensation": "sore",
        "duration": "6 weeks",
        "better": False,
        "score": 7,
    }


def test_a_correction_counts() -> None:
    report = heard(body_part="knee", side="right", duration="2 weeks")
    wrong = told(body_part="knee", side="right", duration="2 weeks")
    right = told(body_part="knee", side="left", duration="6 weeks")
    found = facts(report, wrong, right)
    assert (found["side"], found["duration"]) == ("left", "6 weeks")


def test_a_side_of_before_does_not_stick_to_another_place() -> None:
    found = facts(heard(body_part="hip", side="left"), told(body_part="hip"))
    assert "side" not in found


def test_limits_are_kept_in_the_order_in_which_they_were_said() -> None:
    first = heard(limits=("can't run",))
    second = heard(limits=("can't sleep", "can't run"))
    assert facts(first, second)["limits"] == ["can't run", "can't sleep"]
    later = heard(limits=("can't work",))
    assert facts(told(limits=["sleeping"]), later)["limits"] == [
        "sleeping",
        "can't work",
    ]
    corrected = told(limits=["working"])
    assert facts(told(limits=["sleeping"]), corrected)["limits"] == ["working"]


def test_an_earlier_report_of_another_place_is_another_matter() -> None:
    knee = heard(body_part="knees", limits=("can't run",), score=8)
    back = heard(body_part="back", limits=("can't sit",))
    assert facts(knee, back) == {"limits": ["can't sit"], "body_part": "back"}
    again = heard(body_part="knee")
    assert facts(knee, again)["score"] == 8


@pytest.mark.parametrize("odd", [[], [None], [{"heard": 3}], [{"told": ["x"]}], [{}]])
def test_nothing_said_is_nothing_told(odd: list[Any]) -> None:
    assert pain_facts(odd) == {}


def test_one_line_for_the_queue() -> None:
    found = {
        "limits": ["can't run", "can't sleep"],
        "body_part": "knee",
        "side": "left",
        "duration": "6 weeks",
        "score": 7,
        "better": False,
    }
    line = "left knee, can't run, can't sleep, 6 weeks, 7 of 10"
    assert pain_summary(found) == line


@pytest.mark.parametrize("odd", [None, [], "x", {}, {"limits": 3, "score": None}])
def test_no_line_without_facts(odd: object) -> None:
    assert pain_summary(odd) == ""
