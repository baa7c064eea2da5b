"""A real front door on a free port, and a small client for it."""

from __future__ import annotations

import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import requests
from flask import Flask

from mend.chat import serving
from mend.chat.app import create_app
from mend.clinic import Clinic
from mend.records.database import Database
from mend.settings import Settings
from tests.chat.doubles import CATALOGUE, StandInRasa, WordScreener
from tests.databases import fresh_database

CLINIC = Clinic(
    name="Harbour Lane Physiotherapy",
    phone="020 7946 0123",
    email="hello@harbourlane.example",
    address="12 Harbour Lane, London",
    country="GB",
    timezone="Europe/London",
    hours={"monday": "08:00-18:00", "friday": "08:00-17:00"},
    allowed_sites=("https://www.clinic.example",),
    privacy_version="2026-11",
)

SESSION = timedelta(minutes=30)


def utc_now() -> datetime:
    return datetime.now(timezone.utc)


class Clock:
    """A front door's clock that a test moves on."""

    def __init__(self, start: datetime) -> None:
        self.moment = start

    def __call__(self) -> datetime:
        return self.moment

    def later(self, **much: float) -> None:
        self.moment += timedelta(**much)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Running:
    """A front door that serves, with its parts."""

    url: str
    settings: Settings
    database: Database
    rasa: StandInRasa
    app: Flask

    def start(self) -> Visitor:
        answer = requests.post(
            f"{self.url}/api/chat/conversations", json={}, timeout=10
        )
        assert answer.status_code == 201, answer.text
        return Visitor(self, answer.json()["token"], answer.json()["messages"])

    def rows(self, table: Any, **where: Any) -> list[Any]:
        with self.database.reading() as s:
            return list(s.query(table).filter_by(**where).order_by(table.id))


@dataclass
class Visitor:
    """One conversation."""

    door: Running
    token: str
    greeting: list[dict[str, Any]]

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        url = f"{self.door.url}/api/chat/{path}"
        return requests.request(method, url, headers=headers, timeout=30, **more)

    def send(self, text: Any, message_id: str | None = None) -> requests.Response:
        body = {"id": message_id or str(uuid.uuid4()), "text": text}
        return self.call("POST", "messages", json=body)

    def say(self, text: Any, message_id: str | None = None) -> dict[str, Any]:
        answer = self.send(text, message_id)
        assert answer.status_code == 200, answer.text
        turn: dict[str, Any] = answer.json()
        return turn

    def choose(self, choice: str) -> requests.Response:
        body = {"id": str(uuid.uuid4()), "choice": choice}
        return self.call("POST", "messages", json=body)

    def history(self) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = self.call("GET", "messages").json()["messages"]
        return messages


@contextmanager
def front_door(
    var: Path,
    rasa: StandInRasa,
    clinic: Clinic = CLINIC,
    now: Callable[[], datetime] = utc_now,
    **more: Any,
) -> Iterator[Running]:
    """Serve a front door with an empty database until the block ends.

    `now` is its clock, and `more` are settings.
    """
    with fresh_database(var) as database_url:
        settings = Settings(
            **{
                "var": var,
                "database_url": database_url,
                "secret_key": "k" * 40,
                "rasa_port": rasa.port,
                "chat_port": free_port(),
                "rasa_timeout_s": 2,
                "limits": "none",
                **more,
            }
        )
        database = Database.open(settings.database_url)
        app = create_app(
            settings,
            clinic,
            database=database,
            catalogue=CATALOGUE,
            screener=WordScreener(),
            session=SESSION,
            now=now,
        )
        server = serving.server(app, settings)
        server.adj.asyncore_loop_timeout = 0.05  # so that it stops at once
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        try:
            url = f"http://127.0.0.1:{settings.chat_port}"
            yield Running(url, settings, database, rasa, app)
        finally:
            server.asyncore.close_all(server._map)  # kept-alive connections, too
            thread.join(5)
            database.dispose()
