"""A fresh database for each test: SQLite files, or PostgreSQL when it is named.

Set MEND_TEST_DATABASE_URL to a PostgreSQL address to run the same tests there.
"""

import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from mend.records import migrate
from mend.records.database import Database, sqlite_path
from mend.records.tables import Conversation

from .making import new_conversation, new_staff


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    server = os.environ.get("MEND_TEST_DATABASE_URL")
    if not server:
        yield f"sqlite:///{tmp_path / 'clinic.db'}"
        return
    schema = f"test_{secrets.token_hex(6)}"
    engine = create_engine(server, future=True)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    url = make_url(server).update_query_dict({"options": f"-csearch_path={schema}"})
    yield url.render_as_string(hide_password=False)
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an upgraded SQLite file to copy: quicker than upgrading for each test."""
    path = tmp_path_factory.mktemp("records") / "clinic.db"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def db(database_url: str, migrated_file: Path) -> Iterator[Database]:
    path = sqlite_path(database_url)
    if path is None:
        migrate.upgrade(database_url)
    else:
        shutil.copy(migrated_file, path)
    database = Database.open(database_url)
    yield database
    database.dispose()


@pytest.fixture
def conversation(db: Database) -> Conversation:
    return new_conversation(db)


@pytest.fixture
def reviewer(db: Database) -> int:
    return new_staff(db, "robin@clinic.example", "Robin Reviewer", "reviewer")


@pytest.fixture
def other_reviewer(db: Database) -> int:
    return new_staff(db, "sam@clinic.example", "Sam Second", "reviewer")
