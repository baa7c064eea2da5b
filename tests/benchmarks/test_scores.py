import pytest

from benchmarks.scores import (
    Labelled,
    Scored,
    at_threshold,
    best_threshold,
    hits,
    kept,
    oos_auc,
    top1,
)

APART = [
    Scored(True, True, 0.9),
    Scored(True, False, 0.8),
    Scored(True, True, 0.3),
    Scored(False, False, 0.2),
    Scored(False, False, 0.1),
]
LABELLED = [
    Labelled("price", "price", 0.9),
    Labelled("hours", "hours", 0.6),
    Labelled("hours", "price", 0.3),
    Labelled(None, "price", 0.4),
    Labelled(None, "hours", 0.1),
]


def test_only_messages_in_scope_can_be_right():
    assert hits(APART) == (2, 3)
    assert top1(APART) == pytest.approx(2 / 3)
    assert hits([Scored(False, True, 0.5)]) == (0, 0)


def test_auc_is_one_when_confidence_separates():
    assert oos_auc(APART) == 1.0
    turned = [Scored(not s.in_scope, s.right, s.confidence) for s in APART]
    assert oos_auc(turned) == 0.0


def test_kept_counts_what_is_above_the_refused():
    outside = [Scored(False, False, number / 10) for number in range(1, 11)]
    inside = [Scored(True, True, 0.8), Scored(True, True, 0.81)]
    # 80 % of ten are refused at 0.8; an equal confidence would be refused too.
    assert kept([*outside, *inside]) == 0.5
    assert kept([*outside, *inside], refused=0.7) == 1.0
    assert kept([*outside, *inside], refused=1.0) == 0.0
    assert kept([*outside, Scored(True, False, 0.9)]) == 0.0


def test_a_threshold_refuses_what_is_below():
    at = at_threshold(LABELLED, 0.5)
    assert at.in_scope == pytest.approx(2 / 3)
    assert at.oos_recall == 1.0
    assert 0 < at.mcc < 1
    assert at_threshold(LABELLED, 0.4).oos_recall == 0.5


def test_mcc_is_one_when_all_is_right():
    clear = [one for one in LABELLED if one.guess == one.label or not one.label]
    assert at_threshold(clear, 0.5).mcc == 1.0
    assert best_threshold(clear).mcc == 1.0
    assert 0.4 < best_threshold(clear).threshold <= 0.6


def test_a_guess_out_of_scope_is_never_right():
    assert not Labelled(None, "price", 0.9).scored.right
    assert not Labelled(None, "price", 0.9).scored.in_scope
