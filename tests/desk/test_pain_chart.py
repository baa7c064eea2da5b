from __future__ import annotations

import re

import pytest

from mend.desk.pain_chart import pain_chart
from mend.desk.wording import HEARD_WORDS

SCORE, LASTS = HEARD_WORDS["score"], HEARD_WORDS["duration"]


def filled(bar: str) -> int:
    found = re.search(r'class="fill" y="4" width="(\d+)"', bar)
    assert found
    return int(found[1])


def test_worse_is_longer_and_from_our_threshold_on_strong() -> None:
    bars = [pain_chart({"score": score})[SCORE] for score in range(11)]
    widths = [filled(bar) for bar in bars]
    assert widths == sorted(widths)
    assert widths[10] == 240
    assert ["strong" in bar for bar in bars] == [False] * 4 + [True] * 7


def test_longer_is_longer() -> None:
    spans = ("two days", "two weeks", "3 months", "2 years", "20 years")
    widths = [filled(pain_chart({"duration": span})[LASTS]) for span in spans]
    assert widths == sorted(widths)
    assert widths[0] < widths[1] < widths[2] < widths[3]
    assert widths[4] <= 240


def test_the_eye_only_and_no_style_of_its_own() -> None:
    bar = pain_chart({"score": 5})[SCORE]
    assert 'aria-hidden="true"' in bar
    assert "style=" not in bar


@pytest.mark.parametrize(
    "heard",
    [
        None,
        "x",
        [],
        {},
        {"score": True},
        {"score": 11},
        {"score": -1},
        {"score": "7"},
        {"duration": "a while"},
        {"duration": 3},
        {"duration": "<script>"},
    ],
)
def test_of_any_other_shape_nothing_is_drawn(heard: object) -> None:
    assert pain_chart(heard) == {}
