"""Faults of the database and of the network, against a front door that listens.

Those that need the whole system are in tests/scenarios/test_faults.py.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from sqlalchemy import event

from mend.records.tables import Contact, Escalation, Message
from tests.chat.running import Running, Visitor

sqlite_only = pytest.mark.skipif(
    "MEND_TEST_DATABASE_URL" in os.environ, reason="made with SQLite's pragmas"
)

# What SQLite then says: "readonly database", "database or disk is full".
READ_ONLY = "PRAGMA query_only = ON"
DISK_FULL = "PRAGMA max_page_count = 1"


@contextmanager
def every_connection(door: Running, pragma: str) -> Iterator[None]:
    """Let the front door's database connections fail in this way for a while."""
    engine = door.database.engine

    def spoil(connection: Any, _record: Any) -> None:
        connection.execute(pragma)

    engine.dispose()
    event.listen(engine, "connect", spoil)
    try:
        yield
    finally:
        event.remove(engine, "connect", spoil)
        engine.dispose()


def contact(name: str) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "name": name,
        "phone": "020 7946 0999",
        "note": "word " * 150,
        "consent": True,
    }


@sqlite_only
@pytest.mark.parametrize("fault", [READ_ONLY, DISK_FULL])
class TestF11NothingCanBeWritten:
    """F11: said before "received", without a reference, and over when it is over."""

    def test_a_request(self, visitor: Visitor, fault: str) -> None:
        bodies = [contact(f"Ann {n}") for n in range(12)]

        def ask(body: dict[str, Any]) -> requests.Response:
            return visitor.call("POST", "consultations", json=body)

        with every_connection(visitor.door, fault):
            answers = [ask(body) for body in bodies]
        refused = [b for b, a in zip(bodies, answers, strict=True) if not a.ok]
        assert refused, "a full disk may have room for a few, not for all"
        for answer in answers:
            if not answer.ok:
                assert answer.status_code == 503
                assert answer.json()["code"] == "not_available"
                assert "reference" not in answer.json()
                assert int(answer.headers["Retry-After"]) > 0
        # Each reference that was told is there, and nothing else is.
        told = {a.json()["reference"] for a in answers if a.ok}
        assert {case.reference for case in visitor.door.rows(Escalation)} == told
        assert len(visitor.door.rows(Contact)) == len(told)
        # A repeat brings what was lost, and doubles nothing.
        for body in bodies:
            assert ask(body).status_code == 201
        assert len(visitor.door.rows(Escalation)) == len(bodies)

    def test_a_message_that_was_refused_is_not_half_there(
        self, visitor: Visitor, fault: str
    ) -> None:
        message_id = str(uuid.uuid4())
        text = "words that need room " * 45
        with every_connection(visitor.door, fault):
            answers = [visitor.send(text, str(uuid.uuid4())) for _ in range(12)]
            last = visitor.send(text, message_id)
        assert last.status_code == 503
        assert {a.status_code for a in answers} <= {200, 503}
        assert visitor.say(text, message_id)["outcome"] == "out_of_scope"
        stored = visitor.door.rows(Message, client_message_id=message_id)
        assert [m.state for m in stored] == ["answered"]


@sqlite_only
def test_f11_it_says_that_it_is_not_ready(door: Running) -> None:
    with every_connection(door, READ_ONLY):
        answer = requests.get(f"{door.url}/readyz", timeout=10)
    assert answer.status_code == 503
    assert answer.json()["database"] is False


def test_f17_messages_that_arrive_in_another_order(visitor: Visitor) -> None:
    """F17: the order is that of arrival; late repeats change nothing of it."""
    first, second = str(uuid.uuid4()), str(uuid.uuid4())
    visitor.say("typed second", second)
    visitor.say("typed first", first)
    before = visitor.history()
    for message_id, text in ((first, "typed first"), (second, "typed second")) * 2:
        visitor.say(text, message_id)
    assert visitor.history() == before
    said = [m["text"] for m in before if m["sender"] == "visitor"]
    assert said == ["typed second", "typed first"]
    assert [m["seq"] for m in before] == list(range(1, len(before) + 1))


def test_f18_two_tabs_of_one_visitor(visitor: Visitor) -> None:
    """F18: both write at once and both can read all of it, in the same order."""
    other = Visitor(visitor.door, visitor.token, visitor.greeting)
    with ThreadPoolExecutor(2) as pool:
        tabs = [
            pool.submit(
                lambda tab=tab, name=name: [
                    tab.say(f"{name} {n}")["messages"][0]["text"] for n in range(5)
                ]
            )
            for name, tab in (("left", visitor), ("right", other))
        ]
        told = [tab.result() for tab in tabs]
    assert told == [
        [f"Echo: {name} {n}" for n in range(5)] for name in ("left", "right")
    ]
    assert visitor.history() == other.history()
    rows = visitor.history()[len(visitor.greeting) :]
    for question, answer in zip(rows[::2], rows[1::2], strict=True):
        assert answer["text"] == f"Echo: {question['text']}"


def test_f19_an_answer_that_nobody_waited_for(visitor: Visitor) -> None:
    """F19: who lost the network finds the answer in the history, once."""
    visitor.door.rasa.delay_s = 1
    message_id = str(uuid.uuid4())
    with pytest.raises(requests.ReadTimeout):
        requests.post(
            f"{visitor.door.url}/api/chat/messages",
            json={"id": message_id, "text": "hello"},
            headers={"Authorization": f"Bearer {visitor.token}"},
            timeout=0.3,
        )
    # The repeat waits for the turn that is still running.
    turn = visitor.say("hello", message_id)
    assert turn["messages"][0]["text"] == "Echo: hello"
    assert len(visitor.door.rasa.asked()) == 1
    assert len(visitor.history()) == len(visitor.greeting) + 2
