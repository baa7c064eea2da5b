from datetime import timedelta

import pytest
from sqlalchemy import select

from mend.records import journal, sweeper
from mend.records.database import Database
from mend.records.journal import Reply
from mend.records.tables import Conversation, Escalation, Message

from .making import NOW, answered, receive

APOLOGY = Reply("Sorry, I could not answer. Please call us.", form="consultation")


def sweep(db: Database, after_s: int) -> int:
    return sweeper.sweep(db, NOW + timedelta(seconds=after_s), 60, APOLOGY)


def test_a_forgotten_message_becomes_a_case_and_an_apology(
    db: Database, conversation: Conversation
) -> None:
    message = receive(db, conversation, "Hello?")
    assert sweep(db, 60) == 0
    assert sweep(db, 61) == 1
    assert sweep(db, 62) == 0
    with db.reading() as s:
        case = s.execute(select(Escalation)).scalar_one()
        stored = s.get(Message, message.id)
        last = journal.history(s, conversation)[-1]
    assert (case.kind, case.source_message_id) == ("unavailable", message.id)
    assert (stored.state, stored.outcome) == ("failed", "unavailable")
    assert (last.text, last.form) == (APOLOGY.text, "consultation")


def test_answered_messages_are_left_alone(
    db: Database, conversation: Conversation
) -> None:
    message = receive(db, conversation, "Hello?")
    with db.transaction() as s:
        journal.complete(s, message, answered(), NOW)
    assert sweep(db, 3600) == 0


def test_an_answer_that_comes_too_late_changes_nothing(
    db: Database, conversation: Conversation
) -> None:
    message = receive(db, conversation, "Hello?")
    sweep(db, 61)
    with db.transaction() as s:
        journal.complete(s, message, answered(), NOW)
    with db.reading() as s:
        assert journal.history(s, conversation)[-1].text == APOLOGY.text


def test_an_erased_chat_is_not_counted(
    db: Database, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = receive(db, conversation, "Hello?")
    with db.transaction() as s:
        journal.erase(s, conversation, NOW)
    monkeypatch.setattr(sweeper, "unanswered", lambda *_: [message])
    assert sweep(db, 61) == 0
