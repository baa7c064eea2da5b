import pytest

from mend.understanding.told import split_side, told


def test_all_that_was_said() -> None:
    slots = {
        "pain_part": "left knee",
        "pain_limits": "can't run; sleeping",
        "pain_score": "7",
        "pain_lasting": "Over 2 weeks, no better",
        "pain_duration": "long_no_better",
        "consultation_offered": True,
    }
    assert told(slots) == {
        "limits": ["can't run", "sleeping"],
        "body_part": "knee",
        "side": "left",
        "score": 7,
        "duration": "Over 2 weeks, no better",
        "better": False,
    }


@pytest.mark.parametrize(
    "slots",
    [
        {},
        {"pain_limits": "none", "pain_score": "skipped", "pain_duration": "skipped"},
        {"pain_limits": "skipped", "pain_part": None, "pain_lasting": None},
    ],
)
def test_nothing_that_was_not(slots: dict[str, object]) -> None:
    assert told(slots) == {}


def test_a_score_of_nothing_is_a_score() -> None:
    assert told({"pain_score": "0", "pain_duration": "long_better"}) == {
        "score": 0,
        "better": True,
    }


@pytest.mark.parametrize(
    ("place", "split"),
    [("both knees", ("both", "knees")), ("lower back", ("", "lower back"))],
)
def test_side(place: str, split: tuple[str, str]) -> None:
    assert split_side(place) == split
