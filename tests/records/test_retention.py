from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from mend.records import audit, case_work, journal, retention, staff_sessions
from mend.records.database import Database
from mend.records.retention import Ages
from mend.records.tables import (
    Audit,
    Contact,
    Conversation,
    Escalation,
    Message,
    Note,
    Outbox,
)

from .making import NOW, ask, change, new_conversation, open_case, receive
from .test_erasure import everything

AGES = Ages(timedelta(days=30), timedelta(days=365), timedelta(days=730))


@pytest.fixture
def tracker_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'tracker.db'}"


def after(**how_long: float) -> datetime:
    return NOW + timedelta(**how_long)


def run(db: Database, tracker_url: str, now: datetime) -> dict[str, int]:
    gone = retention.delete_old(db, tracker_url, now, AGES)
    return {name: count for name, count in gone.items() if count}


def chat(db: Database, words: str) -> Conversation:
    conversation = new_conversation(db)
    receive(db, conversation, words)
    return conversation


def close(db: Database, case: Escalation, staff_id: int) -> None:
    change(db, case, "in_review", staff_id)
    change(db, case, "closed", staff_id, outcome="advised", version=case.version + 1)


class TestChatsWithoutCase:
    def test_they_go_after_thirty_days(self, db: Database, tracker_url: str) -> None:
        conversation = chat(db, "quokkawobble")
        assert run(db, tracker_url, after(days=30)) == {}
        assert run(db, tracker_url, after(days=30, seconds=1)) == {
            "chats_without_case": 1,
            "messages": 2,
        }
        with db.reading() as s:
            assert s.execute(select(Message)).first() is None
            stored = s.get(Conversation, conversation.id)
            assert (stored.token_sha256, stored.erased_by) == (None, "retention")
            row = audit.rows(s)[0]
        assert row.action == "records.retained"
        assert row.details["messages"] == 2
        assert row.details["days_of_chats"] == 30
        # Rasa's name for the visitor is forgotten a minute later.
        run(db, tracker_url, after(days=30, minutes=2))
        left = everything(db)
        assert "quokkawobble" not in left
        assert conversation.sender_id not in left

    def test_a_visitor_who_wrote_lately_keeps_the_chat(
        self, db: Database, tracker_url: str
    ) -> None:
        conversation = chat(db, "one")
        with db.transaction() as s:
            journal.receive(s, conversation, "again", "two", None, after(days=20))
        assert run(db, tracker_url, after(days=45)) == {}
        assert run(db, tracker_url, after(days=51))["messages"] == 3

    def test_many_go_in_several_transactions(
        self, db: Database, tracker_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(retention, "_AT_A_TIME", 2)
        for number in range(5):
            chat(db, f"message {number}")
        assert run(db, tracker_url, after(days=31))["chats_without_case"] == 5

    def test_rasas_rows_go_too(self, db: Database, tracker_url: str) -> None:
        old, young = chat(db, "old"), new_conversation(db)
        with db.transaction() as s:
            s.get(Conversation, young.id).last_seen_at = after(days=30)
        rasa = Database.open(tracker_url)
        with rasa.transaction() as s:
            s.execute(text("CREATE TABLE events (sender_id TEXT, data TEXT)"))
            for sender in (old.sender_id, young.sender_id, "nobody's"):
                s.execute(
                    text("INSERT INTO events VALUES (:sender, 'x')"), {"sender": sender}
                )
        run(db, tracker_url, after(days=31))
        with rasa.reading() as s:
            left = s.execute(text("SELECT sender_id FROM events")).scalars().all()
        rasa.dispose()
        assert left == [young.sender_id]


class TestCases:
    def test_open_ones_stay_for_ever(self, db: Database, tracker_url: str) -> None:
        open_case(db)
        assert "chats_with_closed_cases" not in run(db, tracker_url, after(days=3650))
        with db.reading() as s:
            assert s.execute(select(Message)).first() is not None

    def test_they_go_a_year_after_closing_and_their_outcome_stays(
        self, db: Database, reviewer: int, tracker_url: str
    ) -> None:
        conversation = chat(db, "quokkawobble")
        case = ask(db, conversation)
        with db.transaction() as s:
            case_work.add_note(
                s,
                case.reference,
                text="quokkawobble",
                version=case.version,
                staff_id=reviewer,
                now=NOW,
            )
        case.version += 1
        close(db, case, reviewer)
        assert "messages" not in run(db, tracker_url, after(days=365))
        gone = run(db, tracker_url, after(days=365, seconds=1))
        assert gone["chats_with_closed_cases"] == 1
        assert (gone["contacts"], gone["notes"], gone["messages"]) == (1, 1, 2)
        with db.reading() as s:
            stored = s.execute(select(Escalation)).scalar_one()
            assert s.execute(select(Contact)).first() is None
            assert s.execute(select(Note)).first() is None
        assert (stored.kind, stored.outcome) == ("consultation", "advised")
        assert stored.reason == {"why": retention.KEPT_LONG_ENOUGH}
        left = everything(db)
        assert "quokkawobble" not in left
        assert "Ana Ek" not in left

    def test_one_open_case_keeps_the_whole_chat(
        self, db: Database, reviewer: int, tracker_url: str
    ) -> None:
        conversation = chat(db, "hello")
        close(db, ask(db, conversation), reviewer)
        ask(db, conversation, client_id="form-2")
        assert "messages" not in run(db, tracker_url, after(days=800))


class TestTraces:
    def test_sent_notices_and_old_sessions(
        self, db: Database, reviewer: int, tracker_url: str
    ) -> None:
        open_case(db)
        open_case(db)
        with db.transaction() as s:
            staff_sessions.open_session(s, reviewer, NOW)
            first = s.execute(select(Outbox.id).limit(1)).scalar_one()
            s.execute(update(Outbox).where(Outbox.id == first).values(sent_at=NOW))
        assert run(db, tracker_url, after(days=31)) == {"notices": 1, "sessions": 1}

    def test_the_audit_list_is_cut_and_intact(
        self, db: Database, tracker_url: str
    ) -> None:
        open_case(db)
        assert run(db, tracker_url, after(days=731))["audit_rows"] == 1
        with db.reading() as s:
            assert audit.verify(s).intact
            assert [row.action for row in audit.rows(s)] == [
                "records.retained",
                "audit.cut",
            ]

    def test_a_broken_audit_list_stays_and_the_rest_goes(
        self, db: Database, tracker_url: str
    ) -> None:
        chat(db, "quokkawobble")
        open_case(db)
        with db.transaction() as s:
            s.execute(update(Audit).values(actor="somebody"))
        with pytest.raises(audit.ChainBroken):
            run(db, tracker_url, after(days=731))
        assert "quokkawobble" not in everything(db)
        with db.reading() as s:
            assert audit.count(s, action="case.opened") == 1
            assert not retention.is_due(s, after(days=731, hours=23))


def test_a_dry_run_tells_the_same_and_deletes_nothing(
    db: Database, reviewer: int, tracker_url: str
) -> None:
    chat(db, "without a case")
    conversation = chat(db, "with one")
    close(db, ask(db, conversation), reviewer)
    before = everything(db)
    with db.reading() as s:
        told = retention.what_is_old(s, after(days=800), AGES)
    assert everything(db) == before
    assert told["chats_without_case"] == told["chats_with_closed_cases"] == 1
    assert told == retention.delete_old(db, tracker_url, after(days=800), AGES)


def test_once_a_day(db: Database, tracker_url: str) -> None:
    with db.reading() as s:
        assert retention.is_due(s, NOW)
    run(db, tracker_url, NOW)
    with db.reading() as s:
        assert not retention.is_due(s, after(hours=23))
        assert retention.is_due(s, after(hours=24))
