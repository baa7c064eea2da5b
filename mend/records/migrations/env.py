"""How Alembic runs our migrations: on the connection that `migrate` hands over."""

from typing import Any

from alembic import context

from mend.records.tables import metadata


def _ours(item: Any, name: str | None, kind: str, *_: Any) -> bool:
    # Rasa keeps its conversations in `events`, which may be in the same database.
    table = name if kind == "table" else getattr(item.table, "name", None)
    return table not in ("events", "sqlite_sequence")


def _run() -> None:
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        include_object=_ours,
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()


_run()
