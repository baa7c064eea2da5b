from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mend.clinic import Clinic
from mend.desk.due import OPEN_TIME, DueTimes
from mend.records.tables import URGENCIES

LONDON = ZoneInfo("Europe/London")
CLINIC = Clinic(
    name="Riverside Physiotherapy",
    phone="020 7946 0123",
    country="GB",
    timezone="Europe/London",
    hours={
        "monday": "08:00-12:00, 14:00-18:00",
        "tuesday": "08:00-20:00",
        "wednesday": "08:00-18:00",
        "friday": "08:00-17:00",
        "saturday": "09:00-13:00",
    },
    closed_on=("2026-11-25",),  # a Wednesday
)
DUE = DueTimes.of(CLINIC)


def at(written: str) -> datetime:
    return datetime.strptime(written, "%Y-%m-%d %H:%M").replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("urgency", "since", "due"),
    [
        # Monday 23 November 2026, with a break from noon to two
        ("emergency", "2026-11-23 09:00", "2026-11-23 09:30"),
        ("emergency", "2026-11-23 11:50", "2026-11-23 14:20"),
        ("emergency", "2026-11-23 11:30", "2026-11-23 12:00"),
        ("emergency", "2026-11-22 03:00", "2026-11-23 08:30"),  # a Sunday night
        ("same_day", "2026-11-23 11:00", "2026-11-23 15:00"),
        ("same_day", "2026-11-23 17:00", "2026-11-24 09:00"),
        ("soon", "2026-11-23 09:00", "2026-11-23 15:00"),
        # Tuesday evening: closed on Wednesday this once, and every Thursday
        ("soon", "2026-11-24 18:00", "2026-11-27 10:00"),
        ("routine", "2026-11-23 09:00", "2026-11-24 09:00"),
        ("routine", "2026-11-24 19:00", "2026-11-27 17:00"),
        ("routine", "2026-11-27 16:00", "2026-11-28 13:00"),
        ("routine", "2026-11-22 03:00", "2026-11-24 08:00"),
        ("routine", "2026-11-23 13:00", "2026-11-24 14:00"),
    ],
)
def test_due_in_working_hours(urgency: str, since: str, due: str) -> None:
    assert DUE.due(urgency, at(since)) == at(due)


def test_the_calendar_has_the_clinics_days_and_this_rule() -> None:
    summer = datetime(2026, 7, 1, 23, 30, tzinfo=timezone.utc)
    assert DUE.calendar.day_of(summer) == date(2026, 7, 2)
    since = at("2026-11-23 11:50")
    assert DUE.calendar.due("emergency", since) == at("2026-11-23 14:20")


def test_hours_count_when_the_clock_is_changed() -> None:
    hours = dict.fromkeys(("saturday", "sunday"), "00:00-23:59")
    due = DueTimes.of(CLINIC.copy(update={"hours": hours}))
    # At 2 in the morning of 25 October 2026 it is 1 again.
    assert due.due("same_day", at("2026-10-25 00:30")) == (
        at("2026-10-25 00:30").astimezone(ZoneInfo("UTC")) + timedelta(hours=2)
    )


def test_without_known_hours_every_hour_counts() -> None:
    due = DueTimes.of(CLINIC.copy(update={"hours": {}}))
    since = at("2026-11-22 03:00")
    assert due.due("same_day", since) == since + timedelta(hours=2)
    assert due.due("routine", since) == since + timedelta(days=1)


def test_a_clinic_that_stays_closed_is_late_some_day() -> None:
    closed = tuple(
        (at("2026-11-23 00:00") + timedelta(days=n)).date() for n in range(400)
    )
    due = DueTimes.of(CLINIC.copy(update={"closed_on": closed}))
    since = at("2026-11-23 09:00")
    for urgency in URGENCIES:
        assert due.due(urgency, since) == since + timedelta(days=60)


moments = st.datetimes(
    datetime(2026, 10, 1), datetime(2027, 4, 30), timezones=st.just(ZoneInfo("UTC"))
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(URGENCIES), moments, moments)
def test_who_waits_longer_is_never_due_later(
    urgency: str, one: datetime, other: datetime
) -> None:
    earlier, later = sorted((one, other))
    assert earlier < DUE.due(urgency, earlier) <= DUE.due(urgency, later)


@settings(max_examples=40, deadline=None)
@given(moments, st.timedeltas(timedelta(0), timedelta(days=30)))
def test_overdue_before_is_the_rule_turned_round(now: datetime, ago: timedelta) -> None:
    since = now - ago
    for urgency, before in DUE.overdue_before(now).items():
        if abs(since - before) > timedelta(seconds=2):
            assert (since <= before) == (DUE.due(urgency, since) < now)


def test_the_more_urgent_the_earlier() -> None:
    since = at("2026-11-23 09:00")
    due = [DUE.due(urgency, since) for urgency in URGENCIES]
    assert due == sorted(due)
    assert set(OPEN_TIME) < set(URGENCIES)
