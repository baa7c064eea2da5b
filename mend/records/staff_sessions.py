"""Sessions of the staff: who a token belongs to, and when that ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta

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


@dataclass(frozen=True)
class SignedIn:
    """The person behind a session."""

    session_id: int
    staff_id: int
    name: str
    email: str
    role: str


def open_session(s: Session, staff_id: int, now: datetime) -> str:
    """Start a session and return its token, 256 random bits; only its hash is kept."""
    token = new_token()
    s.add(
        StaffSession(
            staff_id=staff_id,
            token_sha256=sha256(token),
            created_at=now,
            last_seen_at=now,
        )
    )
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
            StaffSession.ended_at.is_(None),
            StaffSession.created_at > now - SESSION_LASTS,
            StaffSession.last_seen_at > now - IDLE_LASTS,
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


def end_session(s: Session, session_id: int, now: datetime) -> None:
    """End one session."""
    session = s.get(StaffSession, session_id)
    if session.ended_at is None:
        session.ended_at = now
    audit.record(
        s,
        actor=audit.staff_actor(session.staff_id),
        action="staff.signed_out",
        object=f"staff:{session.staff_id}",
        now=now,
    )


def end_all_sessions(s: Session, staff_id: int, now: datetime) -> int:
    """End every session of a person; return how many were open."""
    ended: int = s.execute(
        update(StaffSession)
        .where(StaffSession.staff_id == staff_id, StaffSession.ended_at.is_(None))
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
