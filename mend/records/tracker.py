"""Rasa's own memory of conversations: we only ever delete from it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import create_engine, event, inspect, select, text
from sqlalchemy.pool import NullPool

from mend.records.database import BUSY_TIMEOUT_S, Database, sqlite_path
from mend.records.tables import Outbox

# A turn that was under way at the erasure may still write; look again after it ended.
LATE_WRITES_S = 60


def erase_events(tracker_url: str, sender_id: str) -> int:
    """Delete Rasa's rows about one visitor; return how many there were.

    Nothing happens when Rasa has not made its database or table yet.

    Raises:
        sqlalchemy.exc.OperationalError: The database is locked or out of reach.
    """
    path = sqlite_path(tracker_url)
    if path is not None and not path.exists():
        return 0
    connect_args = {} if path is None else {"timeout": BUSY_TIMEOUT_S}
    engine = create_engine(
        tracker_url, future=True, poolclass=NullPool, connect_args=connect_args
    )
    if path is not None:
        event.listen(engine, "connect", _overwrite_deleted)
    try:
        if not inspect(engine).has_table("events"):
            return 0
        with engine.begin() as connection:
            deleted: int = connection.execute(
                text("DELETE FROM events WHERE sender_id = :sender_id"),
                {"sender_id": sender_id},
            ).rowcount
        return deleted
    finally:
        engine.dispose()


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


def _overwrite_deleted(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA secure_delete = ON")
