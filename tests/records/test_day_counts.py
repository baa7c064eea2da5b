from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from mend.records import day_counts, journal
from mend.records.database import Database
from mend.records.day_counts import Calendar
from mend.records.feedback import record_feedback

from . import making
from .making import (
    NOW,
    answered,
    change,
    new_conversation,
    new_staff,
    red_flag,
    refused,
    turn,
)
from .test_misses import clarify

DAY = NOW.date()
CALENDAR = Calendar(
    ZoneInfo("Europe/London"), lambda urgency, since: since + timedelta(hours=1)
)


def total(db: Database, first: date = DAY, last: date = DAY) -> day_counts.Counts:
    with db.reading() as s:
        counted_now = day_counts.not_kept(s, first, last, CALENDAR)
        return day_counts.in_all(s, first, last, counted_now)


def fill(db: Database) -> None:
    chat = new_conversation(db)
    turn(db, "how long", answered(), conversation=chat)
    turn(db, "how long again", answered(), conversation=chat)
    with db.transaction() as s:
        record_feedback(s, chat, 3, True, None, NOW)
        record_feedback(s, chat, 5, False, None, NOW)
    turn(db, "shoes", refused())
    turn(db, "the scraping", clarify())
    turn(db, "chest pain", red_flag())


EXPECTED = {
    ("conversation", ""): 4,
    ("turn", "answered"): 2,
    ("turn", "refused"): 1,
    ("turn", "clarified"): 1,
    ("turn", "staff"): 1,
    ("answer", "healing.time"): 2,
    ("answer", "RF01.emergency"): 1,
    ("helpful", "healing.time"): 1,
    ("unhelpful", "healing.time"): 1,
}


def test_a_day_is_counted_from_the_journal(db: Database) -> None:
    fill(db)
    assert total(db) == EXPECTED


def test_days_that_are_over_are_kept_once_and_stay_when_chats_go(
    db: Database,
) -> None:
    fill(db)
    assert day_counts.keep(db, CALENDAR, NOW) == 0  # today is not over
    tomorrow = NOW + timedelta(days=1)
    assert day_counts.keep(db, CALENDAR, tomorrow) == 1
    assert day_counts.keep(db, CALENDAR, tomorrow) == 0
    assert total(db) == EXPECTED
    chat = new_conversation(db)
    turn(db, "how long", answered(), conversation=chat)
    with db.transaction() as s:
        journal.erase(s, chat, NOW)
    assert total(db) == EXPECTED


def test_kept_days_and_today_add_up(db: Database) -> None:
    fill(db)
    tomorrow = NOW + timedelta(days=1)
    day_counts.keep(db, CALENDAR, tomorrow)
    turn(db, "shoes", refused(), now=tomorrow)
    both = total(db, DAY, DAY + timedelta(days=1))
    assert both["turn", "refused"] == 2
    with db.reading() as s:
        first = DAY - timedelta(days=1)
        counted_now = day_counts.not_kept(s, first, tomorrow.date(), CALENDAR)
        days = day_counts.by_day(s, first, tomorrow.date(), counted_now)
    assert list(counted_now) == [tomorrow.date()]
    assert [day["turn", "refused"] for day in days.values()] == [0, 1, 1]
    assert ("answer", "healing.time") not in days[DAY]


def test_a_day_waits_until_its_last_answers_are_there(db: Database) -> None:
    fill(db)
    midnight = datetime(2026, 11, 24, 0, 30, tzinfo=timezone.utc)
    assert day_counts.keep(db, CALENDAR, midnight) == 0
    assert day_counts.keep(db, CALENDAR, midnight + timedelta(hours=1)) == 1


@pytest.mark.parametrize(
    ("zone", "day"), [("Pacific/Auckland", date(2026, 11, 24)), ("Europe/London", DAY)]
)
def test_days_are_those_of_the_clinic(db: Database, zone: str, day: date) -> None:
    late = datetime(2026, 11, 23, 20, tzinfo=timezone.utc)
    turn(db, "shoes", refused(), now=late)
    calendar = Calendar(ZoneInfo(zone), CALENDAR.due)
    with db.reading() as s:
        assert day_counts.count_day(s, day, calendar)["turn", "refused"] == 1


def test_chats_about_pain_and_suggestions_count_once_each(db: Database) -> None:
    chat = new_conversation(db)
    for outcome in ("assess", "assess", "suggest_consultation"):
        result = making.refused()
        object.__setattr__(result, "outcome", outcome)
        turn(db, outcome, result, conversation=chat)
    counted = total(db)
    assert (counted["pain", ""], counted["suggested", ""]) == (1, 1)
    assert counted["turn", "pain"] == 3


def test_first_reviews_by_how_long_they_took(db: Database) -> None:
    kim = new_staff(db, "kim@clinic.example", "Kim", "reviewer")
    for minutes in (10, 50, 200):
        case = making.open_case(db, "soon", minutes_ago=minutes)
        change(db, case, "in_review", kim)
    counted = total(db)
    assert {k[1]: n for k, n in counted.items() if k[0] == "review"} == {
        "soon:15m": 1,
        "soon:1h": 1,
        "soon:4h": 1,
    }
    assert counted["due", "soon"] == 2
