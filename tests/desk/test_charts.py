from __future__ import annotations

import pytest

from mend.desk.charts import HEIGHT, WIDTH, columns, round_top, share


@pytest.mark.parametrize(
    ("most", "top"), [(0, 2), (2, 2), (3, 4), (9, 10), (11, 20), (61, 80), (820, 1000)]
)
def test_the_upper_edge_is_round_and_even(most: int, top: int) -> None:
    assert round_top(most) == top


def test_columns_are_as_high_as_their_numbers() -> None:
    chart = columns(
        [("Mon", {"a": 5, "b": 5}), ("Tue", {"a": 2, "other": 9})], ["a", "b"]
    )
    assert chart.top == 10
    monday, tuesday = chart.columns
    assert [(b.name, b.y, b.height) for b in monday.blocks] == [
        ("a", HEIGHT / 2, HEIGHT / 2),
        ("b", 0.0, HEIGHT / 2),
    ]
    assert [(b.name, b.height) for b in tuesday.blocks] == [("a", HEIGHT / 5)]
    assert (monday.total, tuesday.total) == (10, 2)
    assert 0 < monday.x < monday.x + monday.width < tuesday.x
    assert tuesday.x + tuesday.width < WIDTH
    assert chart.ticks == ((10, 0.0), (5, HEIGHT / 2), (0, HEIGHT))


@pytest.mark.parametrize(
    ("count", "labels"),
    [(1, ("0",)), (2, ("0", "1")), (3, ("0", "1", "2")), (9, ("0", "4", "8"))],
)
def test_first_middle_and_last_are_named(count: int, labels: tuple[str, ...]) -> None:
    assert columns([(str(n), {}) for n in range(count)], ["a"]).labels == labels


def test_nothing_is_drawn_of_nothing() -> None:
    assert columns([("Mon", {})], ["a"]).columns[0].blocks == ()
    assert share(0, 0) == 0
    assert share(1, 3) == 33
