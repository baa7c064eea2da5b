"""By when the staff should have reached the person of a case.

This is our rule, not a promise to visitors: they are told to get help themselves when
it is urgent, and otherwise that the clinic contacts them in its opening hours.

    emergency   30 minutes    They were told to call an ambulance: did they?
    same_day    2 hours       They were told to be seen today.
    soon        4 hours       They were told to be seen within days.
    routine     1 working day, which is also what a clinic says of its e-mails.

Hours count only while the clinic is open, from when the case began to wait for us. A
clinic that has not said when it is open counts every hour of every day.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from mend.clinic import Clinic
from mend.clinic.hours import Hours
from mend.records.day_counts import Calendar
from mend.records.tables import URGENCIES

OPEN_TIME = {
    "emergency": timedelta(minutes=30),
    "same_day": timedelta(hours=2),
    "soon": timedelta(hours=4),
}
RULE = (
    "Due times are our rule: an emergency within 30 minutes, today within 2 hours, "
    "within days within 4 hours, routine within one working day, counted while the "
    "clinic is open."
)
# No due time is further away than this; older cases are overdue without counting.
_FURTHEST = timedelta(days=60)


@dataclass(frozen=True)
class DueTimes:
    """The rule for one clinic."""

    hours: Hours
    zone: ZoneInfo

    @classmethod
    def of(cls, clinic: Clinic) -> "DueTimes":
        """Return the rule with a clinic's opening hours."""
        return cls(clinic.opening(), ZoneInfo(clinic.timezone))

    @property
    def calendar(self) -> Calendar:
        """Return the clinic's days, with this rule."""
        return Calendar(self.zone, self.due)

    def due(self, urgency: str, since: datetime) -> datetime:
        """Return by when a case of this urgency, waiting since then, is due (UTC)."""
        local = since.astimezone(self.zone)
        allowed = OPEN_TIME.get(urgency)
        if not self.hours.known:
            due = since + (allowed or timedelta(days=1))
        elif allowed is not None:
            due = self.hours.after(local, allowed) or since + _FURTHEST
        else:
            begins = self.hours.after(local, timedelta(0)) or local
            due = self.hours.same_time_next_day(begins) or since + _FURTHEST
        return due.astimezone(timezone.utc)

    def overdue_before(self, now: datetime) -> dict[str, datetime]:
        """Return for each urgency the moment before which a waiting case is overdue.

        It is looked for with the rule itself, to the second: who waits longer is
        never due later.
        """
        return {urgency: self._latest_overdue(urgency, now) for urgency in URGENCIES}

    def _latest_overdue(self, urgency: str, now: datetime) -> datetime:
        overdue, not_yet = now - _FURTHEST - timedelta(days=1), now
        while not_yet - overdue > timedelta(seconds=1):
            middle = overdue + (not_yet - overdue) / 2
            if self.due(urgency, middle) < now:
                overdue = middle
            else:
                not_yet = middle
        return overdue
