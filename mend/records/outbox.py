"""Notices of new cases that wait to be sent: who sends them, when again, when no more.

A notice is written with its case (see `escalations.open_case`). Whoever sends it takes
a lease first, so that two workers never send the same one; a worker that dies loses its
lease. A notice whose case was opened or closed meanwhile is not sent any more.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import literal, or_, select, update
from sqlalchemy.orm import Session

from mend.records import audit
from mend.records.database import Database
from mend.records.tables import Escalation, Outbox

# Longer than any sending takes (see the time-outs in `mend.notices`).
LEASE_LASTS = timedelta(minutes=2)
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
# An hour of growing pauses, then once an hour: a mail server may be down for a day.
MOST_TRIES = 32

_NEW_CASE = "new_case"


@dataclass(frozen=True)
class Leased:
    """A notice that this worker, and nobody else, may send now.

    Attributes:
        id: Its row.
        key: The same at every try, so that receivers know a repeat.
        reference: Of the case.
        urgency: Of the case.
        tries: How many with this one.
        lease: Proves that the row is still ours.
    """

    id: int
    key: str
    reference: str
    urgency: str
    tries: int
    lease: str


def lease(db: Database, urgencies: Collection[str], now: datetime) -> Leased | None:
    """Take the notice that has waited longest, None when none is due.

    Args:
        db: The clinic's database.
        urgencies: Of which cases people want notices.
        now: When.
    """
    wanted = (
        select(literal(f"{_NEW_CASE}:") + Escalation.reference)
        .where(Escalation.closed_at.is_(None), Escalation.urgency.in_(urgencies))
        .scalar_subquery()
    )
    free = or_(Outbox.lease_until.is_(None), Outbox.lease_until <= now)
    due = (
        Outbox.kind == _NEW_CASE,
        Outbox.sent_at.is_(None),
        Outbox.gave_up_at.is_(None),
        Outbox.next_try_at <= now,
        free,
    )
    with db.transaction() as s:
        found = s.execute(
            select(Outbox)
            .where(*due, Outbox.dedupe_key.in_(wanted))
            .order_by(Outbox.id)
            .limit(1)
        ).scalar_one_or_none()
        if found is None:
            return None
        token = secrets.token_hex(16)
        # Somebody else may have taken it since it was read (PostgreSQL).
        taken = s.execute(
            update(Outbox)
            .where(Outbox.id == found.id, *due)
            .values(
                lease_until=now + LEASE_LASTS,
                leased_by=token,
                attempts=Outbox.attempts + 1,
            )
            .execution_options(synchronize_session=False)
        ).rowcount
        if not taken:
            return None
        return Leased(
            id=found.id,
            key=found.dedupe_key,
            reference=found.payload["reference"],
            urgency=found.payload["urgency"],
            tries=found.attempts + 1,
            lease=token,
        )


def sent(db: Database, notice: Leased, now: datetime) -> None:
    """Note that the notice has arrived."""
    with db.transaction() as s:
        s.execute(
            update(Outbox)
            .where(Outbox.id == notice.id, Outbox.sent_at.is_(None))
            .values(sent_at=now, lease_until=None, leased_by=None)
            .execution_options(synchronize_session=False)
        )


def failed(db: Database, notice: Leased, now: datetime, jitter: float) -> bool:
    """Try again later, or give up; say whether it was given up.

    Args:
        db: The clinic's database.
        notice: What could not be sent.
        now: When.
        jitter: From 0 to 1: spreads the tries of many notices over the pause.
    """
    gives_up = notice.tries >= MOST_TRIES
    with db.transaction() as s:
        changed = s.execute(
            update(Outbox)
            .where(Outbox.id == notice.id, Outbox.leased_by == notice.lease)
            .values(
                lease_until=None,
                leased_by=None,
                next_try_at=now + pause(notice.tries, jitter),
                gave_up_at=now if gives_up else None,
            )
            .execution_options(synchronize_session=False)
        ).rowcount
        if gives_up and changed:
            audit.record(
                s,
                actor="system",
                action="notice.given_up",
                object=f"case:{notice.reference}",
                details={"tries": notice.tries},
                now=now,
            )
    return gives_up


def pause(tries: int, jitter: float) -> timedelta:
    """Return how long to wait after so many tries: doubling, up to an hour."""
    doubled: timedelta = FIRST_PAUSE * 2 ** min(tries - 1, 16)
    longest = min(doubled, LONGEST_PAUSE)
    return longest * (0.75 + 0.25 * jitter)


def given_up(s: Session) -> list[str]:
    """Return the references of open cases of which a notice could not be sent."""
    rows = s.execute(
        select(Escalation.reference)
        .join(
            Outbox, Outbox.dedupe_key == literal(f"{_NEW_CASE}:") + Escalation.reference
        )
        .where(*_given_up(), Escalation.closed_at.is_(None))
        .order_by(Outbox.id)
    ).scalars()
    return list(rows)


def try_again(s: Session, *, by: int, now: datetime) -> int:
    """Send what was given up after all; return how many notices."""
    again: int = s.execute(
        update(Outbox)
        .where(*_given_up())
        .values(gave_up_at=None, attempts=0, next_try_at=now)
        .execution_options(synchronize_session=False)
    ).rowcount
    audit.record(
        s,
        actor=audit.staff_actor(by),
        action="notice.tried_again",
        object="notices",
        details={"notices": again},
        now=now,
    )
    return again


def _given_up() -> list[Any]:
    return [
        Outbox.sent_at.is_(None),
        Outbox.gave_up_at.is_not(None),
        Outbox.kind == _NEW_CASE,
    ]
