"""Slips of the finger are repaired towards words that are known."""

import pytest

from mend.understanding.spelling import Spelling, cleaned, one_slip_apart, plain


@pytest.mark.parametrize(
    ("a", "b", "apart"),
    [
        ("fracture", "fractur", True),
        ("fracture", "frcature", True),
        ("fracture", "fractule", True),
        ("fracture", "fractures", True),
        ("fracture", "fracture", False),
        ("fracture", "fratcuer", False),
        ("swell", "spill", False),
    ],
)
def test_one_slip(a: str, b: str, apart: bool) -> None:
    assert one_slip_apart(a, b) is apart
    assert one_slip_apart(b, a) is apart


def test_repairs_towards_the_one_near_word_only() -> None:
    spelling = Spelling({"cant": ["cannot"]}, real_words=["chess"])
    spelling.learn(["chest", "swollen", "numb"])
    assert spelling.repair("swolen") == "swollen"
    assert spelling.repair("cannot") == "cant"
    assert spelling.repair("chess") == "chess"
    assert spelling.repair("nmub") == "nmub"  # too short to be sure
    assert spelling.repair("nuuumb") == "numb"


def test_joins_words_that_say_one_thing() -> None:
    spelling = Spelling({"cant": ["not able to"]}, real_words=[])
    words = ["i", "not", "able", "to", "walk"]
    assert spelling.join(words) == [("i", 0, 1), ("cant", 1, 4), ("walk", 4, 5)]


def test_cleaning_remembers_where_each_character_stood() -> None:
    text = "ca\u200bn\u2019t"
    kept, places = cleaned(text)
    assert kept == "can't"
    assert [text[place] for place in places[:3]] == ["c", "a", "n"]
    assert plain("Caf\u00e9's") == "cafes"
