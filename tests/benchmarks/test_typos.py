from __future__ import annotations

import pytest

from benchmarks.typos import SLIPS, with_slips

TEXT = "does it hurt when you massage a sore scar on my knee"


@pytest.mark.parametrize("kind", SLIPS)
def test_a_slip_changes_the_text_a_little(kind):
    slipped = with_slips(TEXT, kind)
    assert slipped != TEXT
    assert abs(len(slipped) - len(TEXT)) <= 2
    assert with_slips(TEXT, kind) == slipped
    assert any(with_slips(TEXT, kind, seed) != slipped for seed in range(1, 6))


@pytest.mark.parametrize("kind", SLIPS)
@pytest.mark.parametrize("text", ["", "?", "a", "12 34", "🙂", "x" * 1000])
def test_nothing_to_slip_on_is_left_alone_or_slips(kind, text):
    assert isinstance(with_slips(text, kind), str)


def test_each_kind_does_what_it_is_named():
    assert with_slips("two words", "missing space") == "twowords"
    assert with_slips("bcd bad", "dropped vowel") == "bcd bd"
    assert with_slips("my scar", "autocorrect") in {"mu scar", "my scare"}
    key = with_slips("scar", "neighbouring key")
    assert len(key) == 4
    assert sum(a != b for a, b in zip(key, "scar", strict=True)) == 1


def test_long_texts_slip_more_than_once():
    long = " ".join(["word"] * 30)
    slipped = with_slips(long, "missing space")
    assert long.count(" ") - slipped.count(" ") == 3
