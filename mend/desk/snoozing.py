"""Until when a case can be put off, in the clinic's own time."""

import datetime as dt

from mend.clinic.hours import Hours

AFTERNOON = dt.time(14)
# When work begins on a day on which the clinic is closed, or its hours not known.
MORNING = dt.time(8)

CHOICES = {
    "afternoon": "This afternoon",
    "tomorrow": "Tomorrow",
    "next_week": "Next week",
}


def choices(now: dt.datetime, hours: Hours) -> dict[str, dt.datetime]:
    """Return the moments that are offered, by the names in `CHOICES`.

    Args:
        now: The present moment in the clinic's own time zone.
        hours: When the clinic is open; a case comes back when a day begins.
    """
    today = now.date()
    afternoon = dt.datetime.combine(today, AFTERNOON, now.tzinfo)
    monday = today + dt.timedelta(days=7 - today.weekday())
    offered = {
        "afternoon": afternoon,
        "tomorrow": morning_of(today + dt.timedelta(days=1), now, hours),
        "next_week": morning_of(monday, now, hours),
    }
    return {name: moment for name, moment in offered.items() if moment > now}


def morning_of(day: dt.date, now: dt.datetime, hours: Hours) -> dt.datetime:
    """Return when work begins on `day`, in the time zone of `now`."""
    spans = hours.on(day)
    return dt.datetime.combine(day, spans[0][0] if spans else MORNING, now.tzinfo)
