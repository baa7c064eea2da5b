"""How long what is kept, and the daily deletion of what is older."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, func, or_, select
from sqlalchemy.orm import Session

from mend.records import audit, erasure, tracker
from mend.records.database import Database
from mend.records.tables import (
    Audit,
    Contact,
    Conversation,
    Escalation,
    Message,
    Note,
    Outbox,
    StaffSession,
)
from mend.settings import Settings

KEPT_LONG_ENOUGH = "The chat was deleted after the time the clinic keeps chats."
RUN_EVERY = timedelta(days=1)
# Chats in one transaction: visitors wait for it no longer than for another's message.
_AT_A_TIME = 50
_DONE = "records.retained"
WHAT = (
    "chats_without_case",
    "chats_with_closed_cases",
    "messages",
    "contacts",
    "notes",
    "notices",
    "sessions",
    "audit_rows",
)
"""What is counted when it is deleted."""


@dataclass(frozen=True)
class Ages:
    """How long what is kept.

    Attributes:
        chats: Chats without a case, after their last message; also traces of work
            that is done: sent notices, ended sessions.
        cases: Chats with cases, after the last of them was closed.
        audit: Rows of the audit list.
    """

    chats: timedelta
    cases: timedelta
    audit: timedelta

    @classmethod
    def of(cls, settings: Settings) -> "Ages":
        """Return what the clinic has set."""
        return cls(
            chats=timedelta(days=settings.keep_chats_days),
            cases=timedelta(days=settings.keep_cases_days),
            audit=timedelta(days=settings.keep_audit_days),
        )


def is_due(s: Session, now: datetime) -> bool:
    """Say whether a day has passed since the last run."""
    last = s.execute(
        select(func.max(Audit.at)).where(Audit.action == _DONE)
    ).scalar_one()
    return last is None or now - last >= RUN_EVERY


def what_is_old(s: Session, now: datetime, ages: Ages) -> dict[str, int]:
    """Count what `delete_old` would delete, and delete nothing."""
    without, with_cases = _old_chats(now, ages), _old_case_chats(now, ages)
    both = or_(*(Conversation.id.in_(query) for query in (without, with_cases)))
    cases = (
        select(Escalation.id)
        .join(Conversation, Conversation.id == Escalation.conversation_id)
        .where(both)
    )
    chats = select(Conversation.id).where(both)

    def count(query: Any) -> int:
        number: int = s.execute(
            select(func.count()).select_from(query.subquery())
        ).scalar_one()
        return number

    return {
        "chats_without_case": count(without),
        "chats_with_closed_cases": count(with_cases),
        "messages": count(select(Message.id).where(Message.conversation_id.in_(chats))),
        "contacts": count(select(Contact.id).where(Contact.escalation_id.in_(cases))),
        "notes": count(select(Note.id).where(Note.escalation_id.in_(cases))),
        "notices": count(select(Outbox.id).where(_done_notices(now, ages))),
        "sessions": count(select(StaffSession.id).where(_old_sessions(now, ages))),
        "audit_rows": audit.older_than(s, now - ages.audit),
    }


def delete_old(
    db: Database, tracker_url: str, now: datetime, ages: Ages
) -> dict[str, int]:
    """Delete everything that is older than it may be; return how many of what.

    What stays of a chat and its cases is said at `erasure.erase`. A run that is broken
    off leaves no half-deleted chat; the next run does the rest. Rasa's rows go too.

    Raises:
        mend.records.audit.ChainBroken: The audit list was changed. Everything but its
            own old rows is deleted then.
        sqlalchemy.exc.SQLAlchemyError: One of the databases is locked or out of reach.
    """
    gone = dict.fromkeys(WHAT, 0)
    for name, query in (
        ("chats_without_case", _old_chats(now, ages)),
        ("chats_with_closed_cases", _old_case_chats(now, ages)),
    ):
        while _delete_some(db, name, query, now, gone):
            pass
    with db.transaction() as s:
        for name, table, old in (
            ("notices", Outbox, _done_notices(now, ages)),
            ("sessions", StaffSession, _old_sessions(now, ages)),
        ):
            statement = delete(table).where(old)
            gone[name] = s.execute(
                statement.execution_options(synchronize_session=False)
            ).rowcount
    tracker.erase_pending(db, tracker_url, now)
    tracker.erase_orphans(db, tracker_url)
    try:
        with db.transaction() as s:
            gone["audit_rows"] = audit.cut(s, now - ages.audit, now)
    finally:
        with db.transaction() as s:
            audit.record(
                s,
                actor="system",
                action=_DONE,
                object="records",
                details={**gone, **_in_days(ages)},
                now=now,
            )
        db.forget_old_pages()
    return gone


def _delete_some(
    db: Database, name: str, query: Any, now: datetime, gone: dict[str, int]
) -> bool:
    """Delete some of the chats a query finds; say whether there were any."""
    with db.transaction() as s:
        ids = s.execute(query.order_by(Conversation.id).limit(_AT_A_TIME)).scalars()
        for conversation_id in ids.all():
            chat = erasure.locked(s, conversation_id)
            # The visitor or the staff may have written since (PostgreSQL).
            still = query.where(Conversation.id == conversation_id)
            if s.execute(still).first() is None:
                continue
            counts = erasure.wipe(s, chat, now, why=KEPT_LONG_ENOUGH)
            chat.erased_by = "retention"
            gone[name] += 1
            for what in ("messages", "contacts", "notes"):
                gone[what] += counts[what]
            s.flush()
        return s.execute(query.limit(1)).first() is not None


def _old_chats(now: datetime, ages: Ages) -> Any:
    """Select the ids of chats without a case that are too old."""
    has_case = exists().where(Escalation.conversation_id == Conversation.id)
    return select(Conversation.id).where(
        Conversation.erased_at.is_(None),
        Conversation.last_seen_at < now - ages.chats,
        ~has_case,
    )


def _old_case_chats(now: datetime, ages: Ages) -> Any:
    """Select the ids of chats whose cases were all closed too long ago."""
    of_it = Escalation.conversation_id == Conversation.id
    lately = Escalation.closed_at.is_(None) | (Escalation.closed_at >= now - ages.cases)
    return select(Conversation.id).where(
        Conversation.erased_at.is_(None),
        Conversation.last_seen_at < now - ages.chats,
        exists().where(of_it),
        ~exists().where(of_it, lately),
    )


def _done_notices(now: datetime, ages: Ages) -> Any:
    return Outbox.sent_at < now - ages.chats


def _old_sessions(now: datetime, ages: Ages) -> Any:
    return StaffSession.last_seen_at < now - ages.chats


def _in_days(ages: Ages) -> dict[str, int]:
    return {
        "days_of_chats": ages.chats.days,
        "days_of_cases": ages.cases.days,
        "days_of_audit": ages.audit.days,
    }
