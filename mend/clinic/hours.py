"""Opening hours: reading them, and saying them at a moment."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping

from mend.clinic.customs import Customs

WEEKDAYS = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
CLOSED = "closed"
LOOK_AHEAD = 60
"""Days to look for the next one on which the clinic opens."""

_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-\u2013]\s*(\d{1,2}):(\d{2})")

Span = tuple[dt.time, dt.time]


def read_spans(written: str, day: str) -> tuple[Span, ...]:
    """Read the hours of one day, such as ``08:00-12:00, 14:00-18:00``.

    Raises:
        ValueError: they cannot be read, or a time comes before the one it follows.
    """
    if written.strip().lower() == CLOSED:
        return ()
    spans: list[Span] = []
    for part in written.split(","):
        found = _SPAN.fullmatch(part.strip())
        try:
            if not found:
                raise ValueError
            opens = dt.time(int(found[1]), int(found[2]))
            closes = dt.time(int(found[3]), int(found[4]))
        except ValueError:
            raise ValueError(
                f"{day}: {written!r} must look like 08:00-18:00, or "
                "08:00-12:00, 14:00-18:00, or closed"
            ) from None
        if closes <= opens:
            raise ValueError(
                f"{day}: closes at {closes:%H:%M}, before it opens; write the earlier "
                "time first, and 23:59 for midnight"
            )
        if spans and opens <= spans[-1][1]:
            raise ValueError(f"{day}: opens again at {opens:%H:%M}, before it closes")
        spans.append((opens, closes))
    return tuple(spans)


class Hours:
    """When the clinic is open, in its own local time.

    Args:
        week: spans by name of weekday; a day that is missing is closed.
        closed_on: days that are closed although the week says otherwise.
        customs: how times and days are written.
    """

    def __init__(
        self,
        week: Mapping[str, tuple[Span, ...]],
        closed_on: Collection[dt.date],
        customs: Customs,
    ) -> None:
        self._week = week
        self._closed_on = closed_on
        self._customs = customs

    def on(self, day: dt.date) -> tuple[Span, ...]:
        """Return when the clinic is open on `day`."""
        if day in self._closed_on:
            return ()
        return self._week.get(WEEKDAYS[day.weekday()], ())

    def is_open(self, local: dt.datetime) -> bool:
        """Tell whether the clinic is open at a local time."""
        return any(a <= local.time() < b for a, b in self.on(local.date()))

    @property
    def known(self) -> bool:
        """Tell whether the clinic said when it is open."""
        return any(self._week.values())

    def after(self, local: dt.datetime, open_time: dt.timedelta) -> dt.datetime | None:
        """Return when the clinic will have been open for `open_time` since `local`.

        Args:
            local: An aware moment in the clinic's own time zone.
            open_time: How long; none gives the next moment at which it is open.

        Returns:
            An aware moment in the same zone, or None when the clinic is not open that
            long in the next `LOOK_AHEAD` days.
        """
        left = open_time
        for opens, closes in self._spans(local):
            start = max(opens, local.astimezone(dt.timezone.utc))
            if closes <= start:
                continue
            if left <= closes - start:
                return (start + left).astimezone(local.tzinfo)
            left -= closes - start
        return None

    def same_time_next_day(self, local: dt.datetime) -> dt.datetime | None:
        """Return this time of day on the next day on which the clinic opens.

        Earlier than it opens counts as when it opens, later than it closes as when it
        closes. None when it does not open in the next `LOOK_AHEAD` days.
        """
        for ahead in range(1, LOOK_AHEAD):
            day = local.date() + dt.timedelta(days=ahead)
            if spans := self.on(day):
                time = min(max(local.time(), spans[0][0]), spans[-1][1])
                return dt.datetime.combine(day, time, local.tzinfo)
        return None

    def _spans(self, local: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        """Yield the times from that day on at which the clinic is open, in UTC."""
        for ahead in range(LOOK_AHEAD):
            day = local.date() + dt.timedelta(days=ahead)
            for span in self.on(day):
                opens, closes = (
                    dt.datetime.combine(day, time, local.tzinfo).astimezone(
                        dt.timezone.utc
                    )
                    for time in span
                )
                yield opens, closes

    def today(self, local: dt.datetime) -> str:
        """Say whether the clinic is open at a local time, until or from when."""
        now, time = local.time(), self._customs.time
        today = self.on(local.date())
        later = [span for span in today if span[0] > now]
        for opens, closes in today:
            if opens <= now < closes:
                again = f", and again from {time(later[0][0])}" if later else ""
                return f"we are open today until {time(closes)}{again}"
        if later:
            again = "again " if later[0] != today[0] else ""
            return f"we are closed now and open {again}today at {time(later[0][0])}"
        closed = "we are closed now" if today else "we are closed today"
        for ahead in range(1, LOOK_AHEAD):
            day = local.date() + dt.timedelta(days=ahead)
            if spans := self.on(day):
                when = "tomorrow" if ahead == 1 else f"on {day:%A}"
                if ahead > 6:
                    when += f" {self._customs.day(day)}"
                return f"{closed} and open again {when} at {time(spans[0][0])}"
        return closed

    def week(self) -> list[str]:
        """List the usual week, days with the same hours put together."""
        groups: list[tuple[list[str], str]] = []
        for day in WEEKDAYS:
            spans = [
                f"{self._customs.time(opens)} to {self._customs.time(closes)}"
                for opens, closes in self._week.get(day, ())
            ]
            hours = " and ".join(spans) or CLOSED
            if groups and groups[-1][1] == hours:
                groups[-1][0].append(day)
            else:
                groups.append(([day], hours))
        return [
            f"{days[0].capitalize()}"
            + (f" to {days[-1].capitalize()}" if len(days) > 1 else "")
            + f" {hours}"
            for days, hours in groups
        ]

    def next_closed(self, today: dt.date, most: int = 4) -> list[str]:
        """List the next days that are closed although the week says otherwise."""
        ahead = sorted(day for day in self._closed_on if day >= today)
        return [self._customs.day(day) for day in ahead[:most]]
