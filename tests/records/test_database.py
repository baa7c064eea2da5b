import threading

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from mend.records import database as database_module
from mend.records.database import Database
from mend.records.tables import Conversation

from .making import NOW


def _conversation(sender: str) -> Conversation:
    return Conversation(sender_id=sender, created_at=NOW, last_seen_at=NOW)


def _count(db: Database) -> int:
    with db.reading() as s:
        count: int = s.execute(
            select(func.count()).select_from(Conversation)
        ).scalar_one()
    return count


def test_a_crash_inside_a_transaction_leaves_nothing(db: Database) -> None:
    with pytest.raises(KeyError), db.transaction() as s:
        s.add(_conversation("gone"))
        s.flush()
        raise KeyError("crash")
    assert _count(db) == 0


def test_reading_never_changes_anything(db: Database) -> None:
    with db.reading() as s:
        s.add(_conversation("gone"))
        s.flush()
    assert _count(db) == 0


def test_check_writable_needs_the_tables(db: Database) -> None:
    db.check_writable()
    with db.transaction() as s:
        s.execute(text("DROP TABLE audit_head"))
    with pytest.raises(Exception, match="audit_head"):
        db.check_writable()


class TestOnlySqlite:
    @pytest.fixture(autouse=True)
    def _only_sqlite(self, db: Database) -> None:
        if db.engine.dialect.name != "sqlite":
            pytest.skip("about SQLite")

    @pytest.mark.parametrize(
        ("pragma", "value"),
        [
            ("journal_mode", "wal"),
            ("synchronous", 2),
            ("foreign_keys", 1),
            ("secure_delete", 1),
            ("busy_timeout", 10_000),
        ],
    )
    def test_pragmas(self, db: Database, pragma: str, value: object) -> None:
        with db.reading() as s:
            assert s.execute(text(f"PRAGMA {pragma}")).scalar_one() == value

    def test_a_writer_holds_the_lock_from_its_start(
        self, database_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(database_module, "BUSY_TIMEOUT_S", 0.05)
        one, other = Database.open(database_url), Database.open(database_url)
        for second in (one, other):  # the same process, another process
            with (
                one.transaction(),
                pytest.raises(OperationalError, match="locked"),
                second.transaction(),
            ):
                pytest.fail("two writers at the same time")
        with one.transaction():
            pass  # the lock was given back
        one.dispose()
        other.dispose()

    def test_a_reader_is_not_held_up_by_a_writer(self, db: Database) -> None:
        with db.transaction() as s:
            s.add(_conversation("later"))
            s.flush()
            assert _count(db) == 0  # within the statement's time limit
        assert _count(db) == 1


def test_writers_wait_for_each_other(db: Database) -> None:
    def write(number: int) -> None:
        with db.transaction() as s:
            s.add(_conversation(f"sender-{number}"))

    threads = [threading.Thread(target=write, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _count(db) == 20
