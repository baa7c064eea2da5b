"""A fresh, upgraded database for a test: SQLite, or PostgreSQL when it is named.

Set MEND_TEST_DATABASE_URL to a PostgreSQL address to run the same tests there.
"""

from __future__ import annotations

import contextlib
import functools
import os
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from mend.records import migrate
from mend.records.database import sqlite_path


@contextlib.contextmanager
def empty_database(folder: Path) -> Iterator[str]:
    """Yield the URL of a database without tables; it is gone afterwards."""
    server = os.environ.get("MEND_TEST_DATABASE_URL")
    if not server:
        folder.mkdir(parents=True, exist_ok=True)
        yield f"sqlite:///{folder / 'clinic.db'}"
        return
    schema = f"test_{secrets.token_hex(6)}"
    engine = create_engine(server, future=True)
    try:
        with engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        url = make_url(server).update_query_dict({"options": f"-csearch_path={schema}"})
        yield url.render_as_string(hide_password=False)
        with engine.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    finally:
        engine.dispose()


@contextlib.contextmanager
def fresh_database(folder: Path) -> Iterator[str]:
    """Yield the URL of a database whose tables are up to date."""
    with empty_database(folder) as url:
        if path := sqlite_path(url):
            path.touch(mode=0o600)
            path.write_bytes(_upgraded())
        else:
            migrate.upgrade(url)
        yield url


@functools.cache
def _upgraded() -> bytes:
    """Return an upgraded SQLite file; upgrading anew takes longer than most tests."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "clinic.db")
        migrate.upgrade(f"sqlite:///{path}")
        return path.read_bytes()
