"""A desk that serves, with cases as a clinic has them on a Monday morning."""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import waitress.server

from mend.clinic import Clinic
from mend.desk.app import create_app
from mend.desk.health import Health
from mend.records import staff_sessions
from mend.records.database import Database
from mend.records.escalations import ContactDetails
from mend.settings import Settings
from tests.databases import fresh_database
from tests.desk.conftest import Browser, Clock, Desk

CLINIC = Clinic(
    name="Harbour Lane Physiotherapy",
    phone="020 7946 0123",
    country="GB",
    timezone="Europe/London",
    hours={
        "monday": "08:00-18:00",
        "tuesday": "08:00-20:00",
        "wednesday": "08:00-18:00",
        "thursday": "08:00-20:00",
        "friday": "08:00-17:00",
    },
)
ANA = ContactDetails(
    "Ana Oyelaran-Whitfield",
    "+442079460321",
    "ana@example.org",
    "Mornings before 11",
    "It started after I moved house. I would love to dance again.",
    "2026-11",
)
PAIN = {
    "body_part": "knee",
    "side": "left",
    "sensation": "sharp",
    "score": 6,
    "duration": "six weeks",
    "better": False,
    "limits": ["can't kneel to bath my son", "can't run"],
}


@dataclass
class RunningDesk:
    """Where it is, and what is in it."""

    url: str
    desk: Desk
    cases: dict[str, str]

    def cookie(self, role: str) -> dict[str, str]:
        """Return a cookie of somebody who is signed in."""
        desk = self.desk
        with desk.db.transaction() as s:
            token = staff_sessions.open_session(s, desk.people[role], desk.clock())
        return {"name": "mend-desk", "value": token, "url": self.url}


@contextlib.contextmanager
def running_desk(folder: Path, *, filled: bool = True) -> Iterator[RunningDesk]:
    """Serve a desk on a free port, with cases in it or without."""
    clock = Clock()
    with fresh_database(folder) as url:
        chosen = Settings(var=folder, database_url=url, secret_key=secrets.token_hex())
        database = Database.open(url)
        health = Health(lambda: {"database": True, "assistant": True})
        app = create_app(chosen, CLINIC, database=database, health=health, now=clock)
        desk = Desk(app, database, clock)
        server = waitress.server.create_server(
            app, host="127.0.0.1", port=0, threads=4, ident=None
        )
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        cases = fill(desk) if filled else {}
        yield RunningDesk(f"http://127.0.0.1:{server.effective_port}", desk, cases)
        server.asyncore.close_all(server._map)  # kept-alive connections, too
        thread.join(timeout=5)
        database.dispose()


def fill(desk: Desk) -> dict[str, str]:
    """Open cases of every kind, in every state, over the last days."""
    clock = desk.clock
    morning = clock.now
    me, manager = desk.browser("reviewer"), desk.browser("manager")
    cases = {}

    def at(**ago: float) -> None:
        clock.now = morning
        clock.forward(**{unit: -value for unit, value in ago.items()})

    def step(browser: Browser, case: str, what: str, version: int, **data: str) -> None:
        path = f"/cases/{cases[case]}/{what}"
        answer = browser.post(path, {"version": version, **data})
        assert answer.status_code == 303, (case, what, answer.status_code)

    at(hours=1.5)
    me, manager = desk.browser("reviewer"), desk.browser("manager")
    cases["closed"] = desk.case(
        "How much is a first visit, and do you take my insurance?",
        why="The visitor asked for a person.",
    )
    step(me, "closed", "status", 1, to="in_review")
    step(me, "closed", "status", 2, to="closed", outcome="advised", note="Told prices.")
    cases["waiting"] = desk.case(
        "Can somebody ring me about my shoulder?",
        why="The visitor asked for a person.",
    )
    step(manager, "waiting", "status", 1, to="in_review")
    step(manager, "waiting", "status", 2, to="waiting", note="Left a message.")
    cases["snoozed"] = desk.case(
        "I am on holiday until Thursday, call me after that",
        why="The visitor asked for a person.",
    )
    step(me, "snoozed", "snooze", 1, until="date", day="2026-11-26")
    cases["consultation"] = desk.case(
        "My left knee hurts for six weeks and I can't kneel to bath my son. "
        "It is a 6 out of 10.",
        contact=ANA,
    )
    desk.knows(cases["consultation"], heard=PAIN, model="20261120-101500-calm-tide")
    step(me, "consultation", "tags", 1, tag="call back", own="tuesday class")
    step(me, "consultation", "status", 2, to="in_review", note="Rang, engaged.")
    at(minutes=75)
    cases["complaint"] = desk.case(
        "I waited for 40 minutes and nobody even said hello to me",
        "complaint",
        "soon",
        why="The visitor complains about a visit.",
        words=["waited for 40 minutes"],
    )
    at(minutes=55)
    cases["misses"] = desk.case(
        "is it normal that the tape makes my dog sneeze",
        "two_misses",
        "routine",
        why="The assistant did not understand two messages in a row.",
    )
    at(minutes=50)
    cases["flag"] = desk.case(
        "My calf is hot, red and swollen since the flight and it hurts to walk",
        "red_flag",
        "same_day",
        why="A swollen, hot calf can be a clot.",
        words=["calf is hot", "swollen"],
        flag="RF03",
        tier="same_day",
        intent="pain/report",
        confidence=0.934,
        model="20261120-101500-calm-tide",
        heard={
            "body_part": "calf",
            "limits": ["it hurts to walk"],
            "duration": "2 days",
        },
    )
    desk.browser("manager").get(f"/cases/{cases['flag']}")
    at(minutes=42)
    cases["emergency"] = desk.case(
        "since this morning I can't feel between my legs and I wet myself",
        "red_flag",
        "emergency",
        why="Numbness between the legs and loss of bladder control.",
        words=["can't feel between my legs", "wet myself"],
        flag="RF01",
        tier="emergency",
    )
    at(minutes=4)
    desk.writes_again(cases["consultation"], "I forgot: it also clicks on the stairs.")
    clock.now = morning
    return cases
