"""A fresh database for each test; see `tests.databases` for PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mend.records.database import Database
from mend.records.tables import Conversation
from tests.databases import empty_database, fresh_database

from .making import new_conversation, new_staff


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    """Yield the address of a database without tables."""
    with empty_database(tmp_path) as url:
        yield url


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with fresh_database(tmp_path) as url:
        database = Database.open(url)
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
