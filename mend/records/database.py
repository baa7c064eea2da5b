"""Open the clinic's database, SQLite or PostgreSQL, and run transactions in it."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

BUSY_TIMEOUT_S = 10.0


class Database:
    """The clinic's database; safe to share between threads.

    Every change goes through `transaction()`, every look through `reading()`.
    """

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        self._writing = engine.execution_options(mend_writes=True)
        # SQLite lets writers poll for its lock, and the unlucky wait for seconds while
        # others come and go. Threads of one process queue here instead.
        is_sqlite = engine.dialect.name == "sqlite"
        self._write_queue = threading.Lock() if is_sqlite else None

    @classmethod
    def open(cls, url: str) -> "Database":
        """Open the database at `url`.

        Args:
            url: An SQLAlchemy address, `sqlite:///path/clinic.db` or
                `postgresql://...`. The tables are not made here: see `migrate`.
        """
        if make_url(url).get_backend_name() == "sqlite":
            return cls(_open_sqlite(url))
        return cls(create_engine(url, future=True, pool_pre_ping=True))

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Give a session that commits at the end and rolls back on any error.

        On SQLite the write lock is taken at the start (BEGIN IMMEDIATE), so that
        nothing read inside can have changed when it is written back.

        Raises:
            sqlalchemy.exc.OperationalError: The database stayed locked for longer
                than `BUSY_TIMEOUT_S` seconds, or cannot be written.
        """
        with (
            self._own_turn(),
            Session(self._writing, future=True, expire_on_commit=False) as session,
            session.begin(),
        ):
            session.connection()  # begins now, not at the first statement
            yield session

    @contextmanager
    def _own_turn(self) -> Iterator[None]:
        if self._write_queue is None:
            yield
            return
        if not self._write_queue.acquire(timeout=BUSY_TIMEOUT_S):
            locked = sqlite3.OperationalError("database is locked")
            raise OperationalError("BEGIN IMMEDIATE", None, locked)
        try:
            yield
        finally:
            self._write_queue.release()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that sees one state of the database and changes nothing."""
        with Session(self.engine, future=True, expire_on_commit=False) as session:
            yield session

    def check_writable(self) -> None:
        """Raise what the driver raises unless a write transaction can be made."""
        with self.transaction() as session:
            session.execute(text("UPDATE audit_head SET id = id"))

    def forget_old_pages(self) -> None:
        """Write SQLite's log back and empty it, so that deleted text is gone there too.

        Readers that are busy may keep it from being emptied; the next call does it.
        """
        if self.engine.dialect.name != "sqlite":
            return
        connection = self.engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            connection.close()

    def dispose(self) -> None:
        """Close every connection; leaving a `with` does it too."""
        self.engine.dispose()

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, *_: object) -> None:
        self.dispose()


def sqlite_path(url: str) -> Path | None:
    """Return the file behind an SQLite address, None for anything else."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return None if parsed.database == ":memory:" else Path(parsed.database)


def _open_sqlite(url: str) -> Any:
    engine = create_engine(
        url,
        future=True,
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=56,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_S},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # pysqlite must not begin transactions by itself: it would do so too late for
        # BEGIN IMMEDIATE and not at all for DDL (SQLAlchemy, "Serializable isolation").
        connection.isolation_level = None
        cursor = connection.cursor()
        # First, so that the pragmas below wait for a lock instead of failing.
        cursor.execute(f"PRAGMA busy_timeout = {int(BUSY_TIMEOUT_S * 1000)}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        writes = connection.get_execution_options().get("mend_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
