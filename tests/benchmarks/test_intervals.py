import pytest

from benchmarks.intervals import counted_line, interval, percent, percentile, wilson


def test_wilson_as_in_the_literature():
    # Newcombe 1998, table I: 81 of 263.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)


@pytest.mark.parametrize("total", [1, 7, 5000])
def test_wilson_stays_within_zero_and_one(total):
    low, high = wilson(0, total)
    assert low == 0
    assert 0 < high < 1
    low, high = wilson(total, total)
    assert 0 < low < 1
    assert high == pytest.approx(1)


def test_nothing_measured_is_not_known():
    assert wilson(0, 0) == (0, 1)
    assert percent(0, 0) == "-"


def test_texts():
    assert percent(1, 8) == "12.5%"
    assert interval(81, 263) == "25.5% to 36.6%"
    words = counted_line("flags", 81, 263).split()
    assert words == ["flags", "81", "of", "263", "30.8%", "(25.5%", "to", "36.6%)"]


@pytest.mark.parametrize(("share", "value"), [(0.5, 2), (0.75, 3), (0.95, 4), (0, 1)])
def test_percentile_is_a_value_that_was_measured(share, value):
    assert percentile([4, 1, 3, 2], share) == value


def test_no_percentile_of_nothing():
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)
