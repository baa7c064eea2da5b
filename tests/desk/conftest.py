"""A desk on a real SQLite file, with a clock that tests can move."""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from sqlalchemy import select

from mend.clinic import Clinic
from mend.desk.app import create_app
from mend.desk.health import Health
from mend.records import (
    case_file,
    escalations,
    journal,
    passwords,
    staff,
    staff_sessions,
)
from mend.records.database import Database
from mend.records.escalations import ContactDetails, EscalationCause
from mend.records.journal import Reply, TurnResult
from mend.records.tables import Conversation, Escalation
from mend.settings import Settings
from tests.databases import fresh_database

PASSWORD = "hop skip and jump 42"
ROLES = ("reviewer", "manager", "admin")


class Clock:
    """The present moment, until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, 30, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **how_long: float) -> None:
        self.now += timedelta(**how_long)


class Desk:
    """What tests need of a desk: browsers, people, cases."""

    def __init__(self, app: Flask, database: Database, clock: Clock) -> None:
        self.app, self.db, self.clock = app, database, clock
        self.people: dict[str, int] = {}
        for role in ROLES:
            self.people[role] = self.add_person(role, role)

    def add_person(self, name: str, role: str) -> int:
        email = f"{name}@clinic.example"
        with self.db.transaction() as s:
            token = staff.invite(s, email, name.title(), role, self.clock())
            # Argon2 is slow on purpose; one real hash does for all of them.
            person = staff.invited(s, token, self.clock())
            person.password_hash = _password_hash()
            person.invitation_sha256 = None
            return person.id

    def browser(self, role: str | None = None) -> Browser:
        browser = Browser(self.app.test_client(), self.clock)
        if role is not None:
            with self.db.transaction() as s:
                token = staff_sessions.open_session(s, self.people[role], self.clock())
            browser.client.set_cookie("mend-desk", token, httponly=True)
        return browser

    def case(
        self,
        text: str = "I want to talk to somebody",
        kind: str = "handoff",
        urgency: str = "routine",
        contact: ContactDetails | None = None,
        **reason: Any,
    ) -> str:
        """Open a case as the chat does; return its reference."""
        with self.db.transaction() as s:
            chat = journal.open_conversation(
                s,
                token_sha256=secrets.token_hex(32),
                sender_id=secrets.token_hex(16),
                greeting=[Reply("Hello")],
                now=self.clock(),
            )
            received = journal.receive(
                s, chat, secrets.token_hex(8), text, None, self.clock()
            )
            if contact is not None:
                return escalations.request_consultation(
                    s, chat, secrets.token_hex(8), contact, self.clock()
                ).reference
            cause = EscalationCause(kind, urgency, {"why": "A reason.", **reason})
            result = TurnResult(
                "handoff", None, (Reply("A person will look."),), (cause,)
            )
            journal.complete(s, received.message, result, self.clock())
            found = select(Escalation.reference).where(
                Escalation.conversation_id == chat.id
            )
            return str(s.execute(found).scalar_one())

    def knows(self, reference: str, **reason: Any) -> None:
        """Add to the reason of a case what the chat would have known."""
        with self.db.transaction() as s:
            case = s.get(Escalation, self.stored(reference).escalation.id)
            case.reason = {**case.reason, **reason}

    def writes_again(self, reference: str, text: str) -> None:
        """Write in the chat of a case, as its visitor does."""
        with self.db.transaction() as s:
            chat = s.get(
                Conversation, self.stored(reference).escalation.conversation_id
            )
            journal.receive(s, chat, secrets.token_hex(8), text, None, self.clock())

    def audit(self) -> list[tuple[str, str, str]]:
        from mend.records import audit

        with self.db.reading() as s:
            assert audit.verify(s).intact
            rows = audit.rows(s, per_page=1000)[::-1]
            return [(row.actor, row.action, row.object) for row in rows]

    def stored(self, reference: str) -> case_file.Case:
        with self.db.reading() as s:
            return case_file.case(s, reference)


class Browser:
    """A test client that fills in form tokens as a browser would."""

    def __init__(self, client: FlaskClient, clock: Clock) -> None:
        self.client, self.clock = client, clock
        self.secret = ""

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(path, **more)

    def token(self, path: str = "/sign-in") -> str:
        page = self.get(path)
        if page.status_code in (301, 302, 303):
            page = self.get("/account")
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert found, page.text[:500]
        return found[1]

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> Any:
        data = {"csrf_token": self.token(), **(data or {})}
        return self.client.post(path, data=data, **more)

    def set_up_second_factor(self, path: str = "/sign-in/set-up") -> Any:
        """Type the code that an app would show; return the page with recovery codes."""
        page = self.get(path)
        key = re.search(r"<code>([A-Z2-7 ]+)</code>", page.text)
        action = re.search(r'action="(/(?:sign-in|account)/[^"]+)"', page.text)
        assert key, page.text
        assert action
        self.secret = key[1].replace(" ", "")
        return self.post(action[1], {"code": self.code()})

    def code(self, steps_later: int = 0) -> str:
        """Return what the app shows now, or some 30-second steps later."""
        seconds = self.clock().timestamp() + 30 * steps_later
        return pyotp.TOTP(self.secret).at(int(seconds))

    def sign_in(self, email: str, password: str = PASSWORD, **more: Any) -> Any:
        return self.post("/sign-in", {"email": email, "password": password}, **more)


_hashes: list[str] = []


def _password_hash() -> str:
    if not _hashes:
        _hashes.append(passwords.hashed(PASSWORD))
    return _hashes[0]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def clinic() -> Clinic:
    return Clinic(
        name="Riverside Physiotherapy",
        phone="020 7946 0123",
        country="GB",
        timezone="Europe/London",
    )


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """Compiled templates: each test makes an app, and compiling anew is slow."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def make_app(
    tmp_path: Path, clinic: Clinic, clock: Clock, templates: BytecodeCache
) -> Iterator[Callable[..., tuple[Flask, Database]]]:
    opened: list[Database] = []
    stack = contextlib.ExitStack()
    database_url = stack.enter_context(fresh_database(tmp_path))

    def make(**settings: Any) -> tuple[Flask, Database]:
        chosen = Settings(
            var=tmp_path, database_url=database_url, secret_key="s" * 64, **settings
        )
        database = Database.open(chosen.database_url)
        opened.append(database)
        well = Health(lambda: {"database": True, "assistant": True})
        app = create_app(chosen, clinic, database=database, health=well, now=clock)
        app.jinja_env.bytecode_cache = templates
        return app, database

    yield make
    for database in opened:
        database.dispose()
    stack.close()


@pytest.fixture
def desk(make_app: Callable[..., tuple[Flask, Database]], clock: Clock) -> Desk:
    return Desk(*make_app(), clock)
