"""Measure how long each page of the desk takes with many conversations.

``make bench-desk`` fills a database of its own (``CONVERSATIONS=100000``, some minutes)
and asks for every page, on SQLite or, with ``DATABASE=postgresql://...`` of an empty
database, on PostgreSQL. Pages are asked for one after the other, as one person would.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import func, select, text

from benchmarks.many_conversations import contact_of, fill
from mend.clinic import load_clinic
from mend.desk.app import create_app
from mend.desk.health import Health
from mend.records import migrate, staff_sessions
from mend.records.database import Database
from mend.records.tables import Contact, Conversation, Escalation, Miss
from mend.settings import Settings

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=timezone.utc)
WANTED_MS = 300
Ask = Callable[[], Any]


def main() -> None:
    """Fill a database, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=730, help="how far back")
    parser.add_argument("--database", help="URL of an empty database")
    parser.add_argument("--times", type=int, default=5, help="how often each page")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with tempfile.TemporaryDirectory() as folder:
        url = options.database or f"sqlite:///{folder}/desk.db"
        migrate.upgrade(url)
        with Database.open(url) as database:
            fill_empty(database, options.conversations, options.days)
            settings = Settings(var=Path(folder), database_url=url, secret_key="s" * 64)
            app = create_app(
                settings,
                load_clinic(Path("clinic.yml")),
                database=database,
                health=Health(lambda: {"database": True, "assistant": True}),
                now=lambda: NOW,
            )
            for line in _report(app, database, options.times):
                print(line, flush=True)


def fill_empty(database: Database, count: int, days: int) -> None:
    """Fill a database with conversations, unless there are some already.

    Raises:
        SystemExit: It is in use.
    """
    with database.reading() as s:
        if s.execute(select(func.count()).select_from(Conversation)).scalar_one():
            sys.exit("This database is not empty. Give one that is, or none.")
    print(f"Making up {count:,} conversations ...", flush=True)
    began = time.monotonic()
    fill(database, count, NOW, days)
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text("ANALYZE"))
    print(f"  done in {time.monotonic() - began:.0f} s")


def _report(app: Any, database: Database, times: int) -> Iterator[str]:
    """Yield the lines of the report, one a page."""
    slow = []
    for name, ask in _pages(app.test_client(), database):
        if name == "/insight":
            # Past days are counted once, by the sweeper or when somebody first looks.
            began = time.monotonic()
            ask()
            yield f"{name:44} first  {time.monotonic() - began:5.0f} s"
        ask()  # compiles its template
        taken = []
        for _ in range(times):
            began = time.perf_counter()
            response = ask()
            taken.append(1000 * (time.perf_counter() - began))
            if response.status_code not in (200, 303):  # 303: straight to the case
                sys.exit(f"{name} answered {response.status_code}")
        middle, most = statistics.median(taken), max(taken)
        yield f"{name:44} median {middle:5.0f} ms  most {most:5.0f} ms"
        if max(taken) > WANTED_MS:
            slow.append(name)
    yield f"over {WANTED_MS} ms: {', '.join(slow) or 'none'}"


def _pages(client: Any, database: Database) -> Iterator[tuple[str, Ask]]:
    with database.transaction() as s:
        token = staff_sessions.open_session(s, 1, NOW)
        case = s.execute(
            select(Escalation.reference, Escalation.id)
            .join(Contact, Contact.escalation_id == Escalation.id)
            .limit(1)
        ).one()
        miss = s.execute(select(Miss.message_id).limit(1)).scalar_one()
    name, phone, email = contact_of(case.id)
    client.set_cookie("mend-desk", token, httponly=True)
    found = re.search(r'csrf_token" value="([^"]+)"', client.get("/account").text)
    csrf = found[1] if found else sys.exit("The account page has no form.")

    def get(path: str) -> Ask:
        return lambda: client.get(path)

    def search(words: str, page: int = 1) -> Ask:
        typed = {"csrf_token": csrf, "text": words, "page": str(page)}
        return lambda: client.post("/search", data=typed)

    for path in (
        "/?view=unassigned",
        "/?view=mine",
        "/?view=open",
        "/?view=open&page=30",
        "/?view=waiting",
        "/?view=closed",
        "/?view=closed&page=1000",
        "/?view=closed&kind=handoff",
        "/?view=closed&urgency=soon",
        "/?view=closed&assignee=3",
        "/?view=closed&tag=own+tag",
        "/?view=closed&kind=complaint&urgency=emergency",
        "/?overdue=1",
        f"/cases/{case.reference}",
        "/learning",
        "/learning?why=clarified",
        "/learning?page=100",
        f"/learning/{miss}",
        "/learning/proposals",
        "/insight",
        "/insight?from=2026-01-01&to=2026-11-23",
        "/audit",
        "/account",
    ):
        yield path, get(path)
    for words in ("pain", "pain knee my", "w0001x", "w4999x", "w4999x pain", "zzzzzz"):
        yield f"search: {words}", search(words)
    yield "search: pain, page 100", search("pain", 100)
    yield "search: a name", search(name)
    yield "search: a phone number", search(phone)
    yield "search: its last digits", search(phone[-4:])
    yield "search: an e-mail address", search(email)
    yield "search: a reference", search(case.reference)


if __name__ == "__main__":
    main()
