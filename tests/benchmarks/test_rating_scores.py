"""Scores and agreement of two raters."""

from __future__ import annotations

import pytest

from benchmarks.rating_scores import (
    agreement,
    mean_score,
    missing,
    score,
    score_of,
    settled,
    strict,
)
from tests.benchmarks.made_up_ratings import ITEMS, read


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([True, True, False, True], 75.0),
        ([True, None, False], 50.0),
        ([None, None], None),
        ([], None),
    ],
)
def test_points_of_what_applies(said, expected):
    assert score(said) == expected


def test_each_scale_counts_its_own_items(tmp_path):
    change = {("scar", "A20"): 0, ("scar", "U19"): "na", ("scar", "U1"): 0}
    scores = read(tmp_path, change=change).groups["scar"]
    assert score_of(scores, ITEMS, "actionability") == pytest.approx(100 * 6 / 7)
    assert score_of(scores, ITEMS, "understandability") == pytest.approx(100 * 15 / 16)


ANSWERS = [
    {"1": True, "2": True, "15": None, "18": None},
    {"1": True, "2": False, "15": True, "18": None},
    {"1": True, "2": False, "15": True, "18": None},
]


def test_the_mean_over_answers_counts_each_answer_alike():
    assert mean_score(ANSWERS) == pytest.approx((100 + 2 * 100 * 2 / 3) / 3)
    assert mean_score([{"15": None}, {"15": False}]) == 0.0
    assert mean_score([{"15": None}]) is None
    assert mean_score([]) is None


def test_as_one_piece_every_answer_has_to_meet_an_item():
    assert strict(ANSWERS) == {"1": True, "2": False, "15": True, "18": None}
    assert strict([]) == {}


def test_the_share_that_misses_an_item_is_of_those_it_applies_to():
    assert missing(ANSWERS, "2") == pytest.approx(200 / 3)
    assert missing(ANSWERS, "15") == 0
    assert missing(ANSWERS, "18") is None


def test_agreement_follows_cohen():
    # 20 yes and 15 no alike, 5 and 10 crosswise: the textbook's kappa of 0.4.
    one = [True] * 25 + [False] * 25
    other = [True] * 20 + [False] * 5 + [True] * 10 + [False] * 15
    found = agreement(one, other)
    assert (found.items, found.same) == (50, 35)
    assert found.kappa == pytest.approx(0.4)


def test_agreement_counts_what_does_not_apply():
    found = agreement([True, None, False], [True, None, None])
    assert found.same == 2
    assert found.kappa == pytest.approx(0.5)


def test_no_kappa_where_one_word_was_said_throughout():
    assert agreement([True, True], [True, True]).kappa is None
    assert agreement([], []).kappa is None
    with pytest.raises(ValueError, match="shorter"):
        agreement([True], [])


def test_what_counts_in_the_end():
    one = {"U1": True, "U2": True, "U3": False, "U6": None}
    other = {"U1": True, "U2": False, "U3": True, "U6": True}
    assert settled(one, other, {"U2": True}) == {
        "U1": True,
        "U2": True,
        "U3": False,
        "U6": False,
    }
