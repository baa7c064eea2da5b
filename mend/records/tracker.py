"""Rasa's own memory of conversations: we only ever delete from it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import create_engine, event, inspect, select, text
from sqlalchemy.pool import NullPool

from mend.records.database import BUSY_TIMEOUT_S, Database, sqlite_path
from mend.records.tables import Conversation, Outbox

# A turn that was under way at the erasure may still write; look again after it ended.
LATE_WRITES_S = 60


def erase_events(tracker_url: str, sender_id: str) -> int:
    """Delete Rasa's rows about one visitor; return how many there were.

    Nothing happens when Rasa has not made its database or table yet.

    Raises:
        sqlalchemy.exc.OperationalError: The database is locked or out of reach.
    """
    with _events(tracker_url) as connection:
        if connection is None:
            return 0
        return _delete(connection, sender_id)


def erase_orphans(db: Database, tracker_url: str) -> int:
    """Delete Rasa's rows of visitors without a living conversation of ours.

    A chat is in our database before Rasa hears of it, so these belong to nobody: to
    erased chats, and to the probe of `readyz`.

    Returns:
        How many rows there were.
    """
    with _events(tracker_url) as connection:
        if connection is None:
            return 0
        # Rasa's first: a chat that begins meanwhile is then among the living.
        senders = (
            connection.execute(text("SELECT DISTINCT sender_id FROM events"))
            .scalars()
            .all()
        )
        with db.reading() as s:
            living = set(
                s.execute(
                    select(Conversation.sender_id).where(
                        Conversation.erased_at.is_(None)
                    )
                ).scalars()
            )
        return sum(_delete(connection, one) for one in senders if one not in living)


def erase_pending(db: Database, tracker_url: str, now: datetime) -> int:
    """Do the erasures that `journal.erase` left for Rasa's database.

    Each is done at the first call and, in case a turn was just under way, once more
    when `LATE_WRITES_S` seconds have passed; then the sender id is forgotten. What the
    erasure deleted in our own database also leaves SQLite's write-ahead log here.

    Returns:
        How many rows of Rasa's were deleted.
    """
    with db.reading() as s:
        due = s.execute(
            select(Outbox.id, Outbox.payload, Outbox.created_at).where(
                Outbox.kind == "erase_events",
                Outbox.sent_at.is_(None),
                Outbox.next_try_at <= now,
            )
        ).all()
    deleted = 0
    for outbox_id, payload, created_at in due:
        deleted += erase_events(tracker_url, payload["sender_id"])
        settled_at = created_at + timedelta(seconds=LATE_WRITES_S)
        with db.transaction() as s:
            row = s.get(Outbox, outbox_id)
            row.attempts += 1
            if now >= settled_at:
                row.sent_at = now
                row.payload = {}
            else:
                row.next_try_at = settled_at
    if due:
        db.forget_old_pages()
    return deleted


@contextmanager
def _events(tracker_url: str) -> Iterator[Any]:
    """Give a transaction in Rasa's database, None where it has no events yet."""
    path = sqlite_path(tracker_url)
    if path is not None and not path.exists():
        yield None
        return
    connect_args = {} if path is None else {"timeout": BUSY_TIMEOUT_S}
    engine = create_engine(
        tracker_url, future=True, poolclass=NullPool, connect_args=connect_args
    )
    if path is not None:
        event.listen(engine, "connect", _overwrite_deleted)
    try:
        if not inspect(engine).has_table("events"):
            yield None
            return
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _delete(connection: Any, sender_id: str) -> int:
    deleted: int = connection.execute(
        text("DELETE FROM events WHERE sender_id = :sender_id"),
        {"sender_id": sender_id},
    ).rowcount
    return deleted


def _overwrite_deleted(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA secure_delete = ON")
