from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from mend.desk.periods import Period, asked_period

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ({}, "2026-10-25", "2026-11-23"),
        ({"last": "7"}, "2026-11-17", "2026-11-23"),
        ({"last": "90"}, "2026-08-26", "2026-11-23"),
        ({"last": "7000"}, "2026-10-25", "2026-11-23"),
        ({"from": "2026-11-01", "to": "2026-11-10"}, "2026-11-01", "2026-11-10"),
        ({"from": "2026-11-01"}, "2026-11-01", "2026-11-23"),
        ({"to": "2026-11-10"}, "2026-11-10", "2026-11-10"),
        ({"from": "2026-11-20", "to": "2099-01-01"}, "2026-11-20", "2026-11-23"),
        ({"from": "2026-11-10", "to": "2026-11-01"}, "2026-10-25", "2026-11-23"),
        ({"from": "0001-01-01"}, "2026-10-25", "2026-11-23"),
        ({"from": "' OR 1=1", "to": "<script>"}, "2026-10-25", "2026-11-23"),
    ],
)
def test_what_an_address_asks_for(asked: dict[str, str], first: str, last: str) -> None:
    period = asked_period(asked, TODAY)
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)
    assert asked_period(period.in_address, TODAY) == period


@pytest.mark.parametrize(
    ("first", "last", "step", "labels"),
    [
        ("2026-11-21", "2026-11-23", "day", ["21 Nov", "22 Nov", "23 Nov"]),
        (
            "2026-10-01",
            "2026-11-05",
            "week",
            [f"week of {d}" for d in ("1 Oct", "5 Oct", "12 Oct", "19 Oct", "26 Oct")]
            + ["week of 2 Nov"],
        ),
        ("2026-01-15", "2026-08-01", "month", None),
    ],
)
def test_columns_cover_every_day_once(
    first: str, last: str, step: str, labels: list[str] | None
) -> None:
    period = Period(date.fromisoformat(first), date.fromisoformat(last))
    parts = list(period.parts())
    assert period.step == step
    if labels:
        assert [label for label, _, _ in parts] == labels
    assert parts[0][1] == period.first
    assert parts[-1][2] == period.last
    assert all(a[2].toordinal() + 1 == b[1].toordinal() for a, b in pairwise(parts))
    if step == "month":
        assert [label for label, _, _ in parts][:2] == ["Jan 2026", "Feb 2026"]
