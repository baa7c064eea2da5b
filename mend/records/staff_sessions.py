"""Sessions of the staff: who a token belongs to, and when that ends.

Somebody whose password was right but who still owes the second factor has a session
too, which opens nothing but the page that asks for it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mend.records import audit
from mend.records.database import Database
from mend.records.tables import StaffSession, StaffUser
from mend.records.tokens import new_token, sha256

# OWASP ASVS 5.0, 7.3.1 and 7.3.2: a session ends when nobody uses it, and in any case.
IDLE_LASTS = timedelta(minutes=30)
SESSION_LASTS = timedelta(hours=12)
# Not every page view needs a write; the idle time is right to within this.
TOUCH_EVERY = timedelta(minutes=1)
# Between the password and the second factor.
HALF_WAY_LASTS = timedelta(minutes=10)

CODE, SET_UP = "code", "set_up"


@dataclass(frozen=True)
class SignedIn:
    """The person behind a session."""

    session_id: int
    staff_id: int
    name: str
    email: str
    role: str


@dataclass(frozen=True)
class HalfWay:
    """Somebody whose password was right; `waits_for` is `CODE` or `SET_UP`."""

    session_id: int
    staff_id: int
    name: str
    email: str
    waits_for: str


@dataclass(frozen=True)
class OpenSession:
    """A place where somebody is signed in."""

    id: int
    device: str
    since: datetime
    last_seen: datetime


def open_session(
    s: Session,
    staff_id: int,
    now: datetime,
    *,
    device: str = "",
    waits_for: str | None = None,
) -> str:
    """Start a session and return its token, 256 random bits; only its hash is kept.

    Args:
        s: An open write session.
        staff_id: Who signs in.
        now: When.
        device: Browser and system in words.
        waits_for: What is owed yet, `CODE` or `SET_UP`; None when nothing is.
    """
    token = new_token()
    s.add(
        StaffSession(
            staff_id=staff_id,
            token_sha256=sha256(token),
            created_at=now,
            last_seen_at=now,
            device=device[:100],
            waits_for=waits_for,
        )
    )
    if waits_for is not None:
        return token
    s.get(StaffUser, staff_id).last_sign_in_at = now
    audit.record(
        s,
        actor=audit.staff_actor(staff_id),
        action="staff.signed_in",
        object=f"staff:{staff_id}",
        now=now,
    )
    return token


def signed_in(s: Session, token: str, now: datetime) -> SignedIn | None:
    """Return who a token belongs to, None when its session is over."""
    found = s.execute(
        select(StaffSession, StaffUser)
        .join(StaffUser, StaffUser.id == StaffSession.staff_id)
        .where(
            StaffSession.token_sha256 == sha256(token),
            *_is_open(now),
            StaffUser.active.is_(True),
        )
    ).one_or_none()
    if found is None:
        return None
    session, person = found
    return SignedIn(
        session_id=session.id,
        staff_id=person.id,
        name=person.name,
        email=person.email,
        role=person.role,
    )


def half_way(s: Session, token: str, now: datetime) -> HalfWay | None:
    """Return who has given the password and owes more, None for everybody else."""
    found = s.execute(
        select(StaffSession, StaffUser)
        .join(StaffUser, StaffUser.id == StaffSession.staff_id)
        .where(
            StaffSession.token_sha256 == sha256(token),
            StaffSession.waits_for.is_not(None),
            StaffSession.ended_at.is_(None),
            StaffSession.created_at > now - HALF_WAY_LASTS,
            StaffUser.active.is_(True),
        )
    ).one_or_none()
    if found is None:
        return None
    session, person = found
    return HalfWay(
        session_id=session.id,
        staff_id=person.id,
        name=person.name,
        email=person.email,
        waits_for=session.waits_for,
    )


def open_sessions(s: Session, staff_id: int, now: datetime) -> list[OpenSession]:
    """Return where a person is signed in, the latest used first."""
    rows = s.execute(
        select(StaffSession)
        .where(StaffSession.staff_id == staff_id, *_is_open(now))
        .order_by(StaffSession.last_seen_at.desc(), StaffSession.id.desc())
    ).scalars()
    return [
        OpenSession(row.id, row.device, row.created_at, row.last_seen_at)
        for row in rows
    ]


def touch_session(db: Database, session_id: int, now: datetime) -> None:
    """Note that the session is in use, at most once in `TOUCH_EVERY`."""
    with db.reading() as s:
        seen = s.execute(
            select(StaffSession.last_seen_at).where(StaffSession.id == session_id)
        ).scalar_one()
    if now - seen < TOUCH_EVERY:
        return
    with db.transaction() as s:
        s.get(StaffSession, session_id).last_seen_at = now


def leave_half_way(s: Session, session_id: int, now: datetime) -> None:
    """End a session that was only half way; nobody was signed in by it."""
    s.get(StaffSession, session_id).ended_at = now


def end_session(
    s: Session, session_id: int, now: datetime, *, staff_id: int | None = None
) -> bool:
    """End one session; say whether it was open.

    Args:
        s: An open write session.
        session_id: Which.
        now: When.
        staff_id: Only if it belongs to this person; None for whosever it is.
    """
    query = select(StaffSession).where(StaffSession.id == session_id)
    if staff_id is not None:
        query = query.where(StaffSession.staff_id == staff_id)
    session = s.execute(query).scalar_one_or_none()
    if session is None or session.ended_at is not None:
        return False
    session.ended_at = now
    audit.record(
        s,
        actor=audit.staff_actor(session.staff_id),
        action="staff.signed_out",
        object=f"staff:{session.staff_id}",
        now=now,
    )
    return True


def end_all_sessions(
    s: Session, staff_id: int, now: datetime, *, but: int | None = None
) -> int:
    """End every session of a person (but one); return how many were open."""
    ended: int = s.execute(
        update(StaffSession)
        .where(
            StaffSession.staff_id == staff_id,
            StaffSession.ended_at.is_(None),
            StaffSession.id != (but or 0),
        )
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    ).rowcount
    if ended:
        audit.record(
            s,
            actor=audit.staff_actor(staff_id),
            action="staff.signed_out_everywhere",
            object=f"staff:{staff_id}",
            details={"sessions": ended},
            now=now,
        )
    return ended


def _is_open(now: datetime) -> tuple[Any, ...]:
    return (
        StaffSession.ended_at.is_(None),
        StaffSession.waits_for.is_(None),
        StaffSession.created_at > now - SESSION_LASTS,
        StaffSession.last_seen_at > now - IDLE_LASTS,
    )
