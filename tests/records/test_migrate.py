import threading
from pathlib import Path

import pytest
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from mend.records import migrate
from mend.records.database import Database
from mend.records.tables import metadata


def test_a_new_database_is_pending_until_upgraded(database_url: str) -> None:
    assert migrate.pending(database_url)
    migrate.upgrade(database_url)
    assert not migrate.pending(database_url)
    migrate.upgrade(database_url)
    assert not migrate.pending(database_url)


def test_migrations_make_exactly_the_tables_of_this_version(db: Database) -> None:
    with db.transaction() as s:
        # Rasa's table may be in the same database; it is not ours to touch.
        s.execute(text("CREATE TABLE events (id INTEGER PRIMARY KEY)"))
        not_ours = ("events", "sqlite_sequence")
        context = MigrationContext.configure(
            s.connection(),
            opts={
                "compare_type": True,
                "include_name": lambda name, *_: name not in not_ours,
            },
        )
        assert compare_metadata(context, metadata) == []


def test_processes_that_upgrade_together_wait_for_each_other(database_url: str) -> None:
    errors: list[Exception] = []

    def upgrade() -> None:
        try:
            migrate.upgrade(database_url)
        except Exception as error:
            errors.append(error)

    # Alembic keeps its context in a module variable: one upgrade in this process, the
    # other waits behind a write lock held here.
    database = Database.open(database_url)
    with database.transaction():
        thread = threading.Thread(target=upgrade)
        thread.start()
        thread.join(timeout=0.2)
    thread.join()
    database.dispose()
    assert errors == []
    assert not migrate.pending(database_url)


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = op.create_table
    calls = []

    def fail_at_fifth(*args: object, **kwargs: object) -> object:
        calls.append(args)
        if len(calls) == 5:
            raise RuntimeError("power cut")
        return made(*args, **kwargs)

    monkeypatch.setattr(op, "create_table", fail_at_fifth)
    with pytest.raises(RuntimeError, match="power cut"):
        migrate.upgrade(database_url)
    monkeypatch.undo()
    assert migrate.pending(database_url)
    migrate.upgrade(database_url)
    assert not migrate.pending(database_url)


def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "clinic.db"
    migrate.upgrade(f"sqlite:///{path}")
    assert path.stat().st_mode & 0o777 == 0o600
