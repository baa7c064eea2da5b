"""Opening hours in words: at every moment of the week, in the clinic's own time."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from mend.clinic import load_clinic
from mend.clinic.customs import Customs
from mend.clinic.hours import Hours
from tests.clinic.test_file import DEMO, clinic

LONDON = ZoneInfo("Europe/London")


def at(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=LONDON)


def today(of, when):
    return of.facts(when)["clinic.hours_today"]


@pytest.mark.parametrize(
    ("when", "says"),
    [
        ("2026-11-23T07:59", "we are closed now and open today at 8:00"),
        ("2026-11-23T08:00", "we are open today until 18:00"),
        ("2026-11-23T17:59", "we are open today until 18:00"),
        ("2026-11-23T18:00", "we are closed now and open again tomorrow at 8:00"),
        ("2026-11-28T14:00", "we are closed now and open again on Monday at 8:00"),
        ("2026-11-29T00:00", "we are closed today and open again tomorrow at 8:00"),
        # Christmas Day 2026 is a Friday; the demo clinic is closed on Saturday too.
        ("2026-12-25T10:00", "we are closed today and open again on Monday at 8:00"),
    ],
)
def test_hours_today_in_words(when, says):
    assert today(load_clinic(DEMO), at(when)) == says


def test_a_break_at_noon():
    broken = clinic(hours={"monday": "8:00-12:00, 14:00-18:00", "tuesday": "closed"})
    says = {
        "07:00": "we are closed now and open today at 8:00",
        "08:00": "we are open today until 12:00, and again from 14:00",
        "12:00": "we are closed now and open again today at 14:00",
        "14:00": "we are open today until 18:00",
        "18:00": "we are closed now and open again on Monday 30 November at 8:00",
    }
    for time, words in says.items():
        when = dt.datetime.fromisoformat(f"2026-11-23T{time}+00:00")
        assert today(broken, when) == words
    assert broken.facts(at("2026-11-23T10:00"))["clinic.hours_week"] == (
        "Monday 8:00 to 12:00 and 14:00 to 18:00; Tuesday to Sunday closed"
    )


def test_a_long_holiday_is_told_with_its_end():
    days = [f"2026-12-{day}" for day in range(21, 32)]
    away = clinic(
        hours=dict.fromkeys(("monday", "friday"), "08:00-18:00"), closed_on=days
    )
    told = today(away, at("2026-12-18T19:00"))
    assert told == "we are closed now and open again on Friday 1 January at 8:00"
    assert today(clinic(hours={"sunday": "closed"}), at("2026-12-18T19:00")) == (
        "we are closed today"
    )


def test_hours_use_the_clinics_own_time_zone():
    singapore = clinic(timezone="Asia/Singapore", hours={"monday": "09:00-17:00"})
    early = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.timezone.utc)
    assert today(singapore, early) == "we are open today until 17:00"
    late = early + dt.timedelta(hours=7)
    assert today(singapore, late).startswith("we are closed now")
    # Monday in Singapore, Sunday in London
    sunday = dt.datetime(2026, 11, 22, 23, 0, tzinfo=dt.timezone.utc)
    assert today(singapore, sunday) == "we are closed now and open today at 9:00"


def test_clocks_that_change_do_not_shift_the_hours():
    open_late = clinic(timezone="Europe/London", hours={"sunday": "00:30-09:00"})
    # 2027-03-28: 01:00 becomes 02:00 in London, so 08:30 is 07:30 UTC.
    when = dt.datetime(2027, 3, 28, 7, 30, tzinfo=dt.timezone.utc)
    assert today(open_late, when) == "we are open today until 9:00"
    assert "closed" in today(open_late, when + dt.timedelta(minutes=30))


@pytest.mark.parametrize(
    ("country", "phone", "says"),
    [
        ("GB", "020 7946 0123", "we are open today until 18:00"),
        ("US", "212 555 0123", "we are open today until 6:00 pm"),
        ("DE", "030 123456", "we are open today until 18:00"),
        (None, "12345678", "we are open today until 18:00"),
        ("ZZ", "12345678", "we are open today until 18:00"),
    ],
)
def test_times_are_written_as_in_the_country(country, phone, says):
    somewhere = clinic(country=country, phone=phone, hours={"monday": "00:05-18:00"})
    assert today(somewhere, at("2026-11-23T10:00")) == says


def test_midnight_and_noon_in_twelve_hours():
    american = clinic(
        country="US", phone="212 555 0123", hours={"monday": "0:05-12:30"}
    )
    week = american.facts(at("2026-11-23T10:00"))["clinic.hours_week"]
    assert week.startswith("Monday 12:05 am to 12:30 pm;")


def test_holidays_that_are_over_are_not_told():
    demo = load_clinic(DEMO)
    opening = demo.facts(at("2026-12-26T10:00"))["clinic.opening"]
    assert "We are closed on 26 December and 1 January." in opening
    opening = demo.facts(at("2027-01-02T10:00"))["clinic.opening"]
    assert "About public holidays, please ask us on 020 7946 0123." in opening


class TestCounting:
    """Time in which the clinic is open, for due times."""

    HOURS = Hours(
        {"monday": ((dt.time(8), dt.time(12)), (dt.time(14), dt.time(18)))},
        (),
        Customs("GB", None),
    )

    @staticmethod
    def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
        return dt.datetime(2026, 11, day, hour, minute, tzinfo=dt.timezone.utc)

    def test_closed_times_do_not_count(self) -> None:
        after = self.HOURS.after(self.at(23, 11), dt.timedelta(hours=2))
        assert after == self.at(23, 15)
        assert self.HOURS.after(self.at(23, 17), dt.timedelta(hours=2)) == self.at(
            30, 9
        )

    def test_no_time_gives_the_next_open_moment(self) -> None:
        assert self.HOURS.after(self.at(23, 12), dt.timedelta(0)) == self.at(23, 14)
        assert self.HOURS.after(self.at(23, 9), dt.timedelta(0)) == self.at(23, 9)

    def test_same_time_next_day_is_inside_the_hours(self) -> None:
        for hour, then in ((3, 8), (9, 9), (13, 13), (22, 18)):
            next_day = self.HOURS.same_time_next_day(self.at(23, hour))
            assert next_day == self.at(30, then)

    def test_never_open(self) -> None:
        closed = Hours({}, (), Customs("GB", None))
        assert not closed.known
        assert closed.after(self.at(23, 9), dt.timedelta(0)) is None
        assert closed.same_time_next_day(self.at(23, 9)) is None
