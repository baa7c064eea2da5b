"""The soak's checker finds what it is there to find."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text, update

from benchmarks.promises import Told, broken
from mend.records import journal
from mend.records.cancelling import cancel_request
from mend.records.database import Database
from mend.records.escalations import ContactDetails, request_consultation
from mend.records.journal import EscalationCause, Reply, TurnResult
from mend.records.tables import Audit, Escalation, Message
from tests.databases import fresh_database

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=timezone.utc)
CONTACT = ContactDetails("Ann", None, "a@b.org", None, None, "1")
CAUSE = EscalationCause("handoff", "routine", {"why": "Asked for a person."})


class Soaked:
    """A database with one answered message and one request, and what was told."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.tracker_url = f"sqlite:///{folder / 'tracker.db'}"
        self.rasa("CREATE TABLE events (sender_id TEXT)")
        self.rasa("INSERT INTO events VALUES ('s1'), ('probe-x')")
        with database.transaction() as s:
            self.conversation = journal.open_conversation(
                s,
                token_sha256="t" * 64,
                sender_id="s1",
                greeting=[Reply("Hi")],
                now=NOW,
            )
            message = journal.receive(s, self.conversation, "m1", "hello", None, NOW)
            result = TurnResult("handoff", None, (Reply("Call us."),), (CAUSE,))
            journal.complete(s, message.message, result, NOW)
            case = request_consultation(s, self.conversation, "f1", CONTACT, NOW)
            self.reference = case.reference
        self.told = Told(turns={"m1": (3,)}, references={case.reference: False})

    def rasa(self, statement: str) -> None:
        engine = create_engine(self.tracker_url, future=True)
        with engine.begin() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def broken(self) -> list[str]:
        return broken(self.told, self.database, self.tracker_url)


@pytest.fixture
def soaked(tmp_path: Path) -> Iterator[Soaked]:
    with fresh_database(tmp_path) as url:
        database = Database.open(url)
        yield Soaked(database, tmp_path)
        database.dispose()


def test_all_kept(soaked: Soaked) -> None:
    assert soaked.broken() == []


def test_a_message_that_is_not_there(soaked: Soaked) -> None:
    soaked.told.turns["m2"] = (5,)
    assert soaked.broken() == ["message m2: 0 rows instead of one"]


def test_another_answer_than_was_told(soaked: Soaked) -> None:
    soaked.told.turns["m1"] = (3, 4)
    assert soaked.broken() == ["message m1: was told something else than is stored"]


def test_a_message_without_an_end(soaked: Soaked) -> None:
    with soaked.database.transaction() as s:
        journal.receive(s, soaked.conversation, "m2", "hello", None, NOW)
    (problem,) = soaked.broken()
    assert problem.endswith("still received")


def test_a_reference_without_a_case(soaked: Soaked) -> None:
    soaked.told.references["ABC234"] = False
    assert soaked.broken() == ["reference ABC234: 0 cases instead of one"]


def test_cancelled_to_one_side_only(soaked: Soaked) -> None:
    soaked.told.references[soaked.reference] = True
    assert len(soaked.broken()) == 1
    with soaked.database.transaction() as s:
        cancel_request(s, soaked.conversation, soaked.reference, NOW)
    assert soaked.broken() == []


def test_a_case_from_nowhere(soaked: Soaked) -> None:
    with soaked.database.transaction() as s:
        s.execute(update(Escalation).values(source_message_id=None, client_id=None))
    assert len([p for p in soaked.broken() if p.endswith("without a cause")]) == 2


def test_a_changed_audit_row(soaked: Soaked) -> None:
    with soaked.database.transaction() as s:
        s.execute(update(Audit).where(Audit.seq == 1).values(actor="staff:1"))
    assert soaked.broken() == ["audit: broken at row 1"]


def test_a_conversation_that_everybody_shares(soaked: Soaked) -> None:
    soaked.rasa("INSERT INTO events VALUES ('default')")
    assert soaked.broken() == ["Rasa: knows the sender 'default', whom we do not"]


def test_a_repeat_with_another_answer(soaked: Soaked) -> None:
    soaked.told.contradictions.append("m1")
    assert soaked.broken() == ["contradicted: m1"]
    with soaked.database.reading() as s:
        assert s.query(Message).count() == 3
