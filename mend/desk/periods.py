"""The days a page of figures is about, as they stand in its address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

LAST = {"7": "7 days", "30": "30 days", "90": "90 days"}
DEFAULT = "30"
MOST_DAYS = 731
# So many columns can still be told apart on a phone.
_DAILY, _WEEKLY = 31, 186


@dataclass(frozen=True)
class Period:
    """A span of days, both ends included.

    Attributes:
        first: first day.
        last: last day.
        name: key of `LAST`, None for days that were chosen.
    """

    first: date
    last: date
    name: str | None = None

    @property
    def in_address(self) -> dict[str, str]:
        """Return what stands in the address for it."""
        if self.name:
            return {"last": self.name}
        return {"from": self.first.isoformat(), "to": self.last.isoformat()}

    @property
    def step(self) -> str:
        """Return what a column stands for: day, week or month."""
        days = (self.last - self.first).days + 1
        return "day" if days <= _DAILY else "week" if days <= _WEEKLY else "month"

    def parts(self) -> Iterator[tuple[str, date, date]]:
        """Yield label, first and last day of each column."""
        first = self.first
        while first <= self.last:
            last = min(self._end_of_part(first), self.last)
            yield self._label(first), first, last
            first = last + timedelta(days=1)

    def _end_of_part(self, day: date) -> date:
        if self.step == "day":
            return day
        if self.step == "week":
            return day + timedelta(days=6 - day.weekday())
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(1)

    def _label(self, day: date) -> str:
        if self.step == "month":
            return f"{day:%b %Y}"
        return f"{'week of ' if self.step == 'week' else ''}{day.day} {day:%b}"


def asked_period(asked: Mapping[str, str], today: date) -> Period:
    """Return the period an address asks for; what makes no sense is the last 30 days.

    Args:
        asked: ``last``, or ``from`` and ``to`` as ISO dates; days to come are left out.
        today: the clinic's day.
    """
    first, last = _date(asked.get("from")), _date(asked.get("to"))
    if first or last:
        last = min(last or today, today)
        first = first or last
        if first <= last and (last - first).days < MOST_DAYS:
            return Period(first, last)
    name = asked.get("last", DEFAULT)
    name = name if name in LAST else DEFAULT
    return Period(today - timedelta(days=int(name) - 1), today, name)


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
