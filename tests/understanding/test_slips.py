from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mend.understanding.slips import Slips

TEXTS = ["does it hurt my scar", "how do i massage a scar", "is massage safe"] * 3
ENGLISH = {"chess", "message", "car", "hurts"}


@pytest.fixture(scope="module")
def slips() -> Slips:
    return Slips.learn(TEXTS, ENGLISH.__contains__)


@pytest.mark.parametrize(
    ("typed", "undone"),
    [
        # One letter more, less, other, or swapped.
        ("masage", "massage"),
        ("masssage", "massage"),
        ("nassage my scsr", "massage my scar"),
        ("massgae", "massage"),
        ("scr", "scar"),
        ("DOSE it hrut", "does it hurt"),
        # Two words run together.
        ("doesit hurt", "does it hurt"),
        ("howdo i", "how do i"),
        ("ascar", "scar"),
        # What is known, English, too short or far from anything stays.
        ("a scar massage", "a scar massage"),
        ("Message in chess", "Message in chess"),
        ("xy iz 12 ?!", "xy iz 12 ?!"),
        ("zebrafish don't", "zebrafish don't"),
        ("", ""),
    ],
)
def test_slips_are_undone(slips, typed, undone):
    assert slips.undone(typed) == undone


def test_a_word_must_be_used_often_to_be_meant():
    rare = Slips.learn(["keloid scar"] * 2, ENGLISH.__contains__)
    assert rare.undone("keliod") == "keliod"


def test_the_word_most_used_is_meant():
    slips = Slips({"heal": 5, "heel": 9}, ENGLISH.__contains__)
    assert slips.undone("hewl") == "heel"


@given(st.text(max_size=200))
def test_it_never_fails_and_keeps_what_is_no_word(text):
    slips = Slips({"scar": 5, "massage": 4}, ENGLISH.__contains__)
    undone = slips.undone(text)
    assert [c for c in undone if c in "?!.,;\n"] == [c for c in text if c in "?!.,;\n"]
    assert len(undone) <= 2 * len(text) + 1
