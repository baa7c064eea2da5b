"""Bring the clinic's database to the tables this version needs."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from mend.records.database import Database, sqlite_path

_SCRIPTS = Path(__file__).parent / "migrations"
# Any number, as long as nobody else uses it: serialises upgrades on PostgreSQL.
_UPGRADE_LOCK = 6_363_001


def upgrade(url: str) -> None:
    """Create or upgrade the tables at `url`; does nothing when they are up to date.

    The whole upgrade is one transaction on both engines, so that a process killed in
    the middle leaves the database as it was. Processes that upgrade at the same
    moment wait for each other. An SQLite file is made readable by its owner only.
    """
    path = sqlite_path(url)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
    with Database.open(url) as database, database.transaction() as session:
        connection = session.connection()
        if connection.dialect.name == "postgresql":
            session.execute(
                text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _UPGRADE_LOCK}
            )
        command.upgrade(_config(connection), "head")


def pending(url: str) -> bool:
    """Say whether the database at `url` lacks an upgrade (or does not exist)."""
    path = sqlite_path(url)
    if path is not None and not path.exists():
        return True
    with Database.open(url) as database, database.reading() as session:
        context = MigrationContext.configure(session.connection())
        scripts = ScriptDirectory.from_config(_config(None))
        return set(context.get_current_heads()) != set(scripts.get_heads())


def _config(connection: Any) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
