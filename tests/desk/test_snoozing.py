from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from mend.clinic.customs import Customs
from mend.clinic.hours import Hours
from mend.desk import snoozing

LONDON = ZoneInfo("Europe/London")
HOURS = Hours(
    {
        "monday": ((dt.time(9), dt.time(17)),),
        "tuesday": ((dt.time(7, 30), dt.time(17)),),
    },
    (),
    Customs("GB", None),
)


def at(written: str) -> dt.datetime:
    return dt.datetime.fromisoformat(written).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("now", "offered"),
    [
        (
            "2026-11-23T09:30",  # a Monday
            {
                "afternoon": "2026-11-23T14:00",
                "tomorrow": "2026-11-24T07:30",
                "next_week": "2026-11-30T09:00",
            },
        ),
        (
            "2026-11-28T15:00",  # a Saturday, in the afternoon
            {"tomorrow": "2026-11-29T08:00", "next_week": "2026-11-30T09:00"},
        ),
        (
            "2026-11-29T23:59",
            {"tomorrow": "2026-11-30T09:00", "next_week": "2026-11-30T09:00"},
        ),
    ],
)
def test_what_is_offered(now: str, offered: dict[str, str]) -> None:
    found = snoozing.choices(at(now), HOURS)
    assert found == {name: at(moment) for name, moment in offered.items()}
    assert set(found) <= set(snoozing.CHOICES)
    assert all(moment > at(now) for moment in found.values())


def test_mornings_follow_the_change_of_the_clocks() -> None:
    morning = snoozing.morning_of(dt.date(2027, 3, 28), at("2027-03-27T12:00"), HOURS)
    assert morning.utcoffset() == dt.timedelta(hours=1)
