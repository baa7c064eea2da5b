import json
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, text

from mend.records import (
    audit,
    case_file,
    case_work,
    erasure,
    escalations,
    feedback,
    journal,
    tracker,
)
from mend.records.columns import CleanJSON, CleanText
from mend.records.database import Database, sqlite_path
from mend.records.erasure import DELETED_BY_VISITOR
from mend.records.escalations import ContactDetails
from mend.records.tables import (
    Contact,
    Conversation,
    Correction,
    Escalation,
    Message,
    Note,
    Outbox,
)

from .making import NOW, new_conversation, receive, red_flag

UNUSUAL = ("Zephyrine", "quokkawobble", "+44 20 7946 0999", "quince@example.org")


def talk(db: Database, conversation: Conversation, staff_id: int) -> dict[str, str]:
    """Leave personal words in every place there is; return the case references."""
    message = receive(db, conversation, "Zephyrine here, my quokkawobble hurts")
    with db.transaction() as s:
        journal.complete(s, message, red_flag("Zephyrine says so"), NOW)
    with db.transaction() as s:
        reply = journal.history(s, conversation)[-1]
        feedback.record_feedback(
            s, conversation, reply.seq, False, "quokkawobble ignored", NOW
        )
        s.add(
            Correction(
                message_id=message.id,
                corrected="faq/healing.time",
                text="my quokkawobble hurts",
                same_as="0" * 16,
                status="proposed",
                proposed_by=staff_id,
                created_at=NOW,
            )
        )
    with db.transaction() as s:
        escalations.request_consultation(
            s,
            conversation,
            "form",
            ContactDetails(
                "Zephyrine Q",
                "+44 20 7946 0999",
                "quince@example.org",
                None,
                "quokkawobble",
                "1",
            ),
            NOW,
        )
    with db.transaction() as s:
        cases = {c.kind: c for c in s.execute(select(Escalation)).scalars()}
        for case in cases.values():
            case_work.add_note(
                s,
                case.reference,
                text="Zephyrine called back",
                version=case.version,
                staff_id=staff_id,
                now=NOW,
            )
        return {kind: case.reference for kind, case in cases.items()}


def finish(db: Database, reference: str, staff_id: int) -> None:
    for to, outcome in (("in_review", None), ("closed", "booked")):
        with db.transaction() as s:
            version = case_file.case(s, reference).escalation.version
            case_work.change_status(
                s,
                reference,
                to=to,
                outcome=outcome,
                version=version,
                staff_id=staff_id,
                now=NOW,
            )


def everything(db: Database) -> str:
    """Return all rows of all tables, and on SQLite also the raw files."""
    with db.reading() as s:
        tables = Message.metadata.sorted_tables
        found = repr([s.execute(select(table)).all() for table in tables])
    path = sqlite_path(str(db.engine.url))
    if path is not None:
        for file in (path, Path(f"{path}-wal")):
            if file.exists():
                found += file.read_bytes().decode("latin-1")
    return found


def test_words_are_really_there_before(
    db: Database, conversation: Conversation, reviewer: int
) -> None:
    talk(db, conversation, reviewer)
    assert all(word in everything(db) for word in UNUSUAL)


def test_nothing_personal_is_left(
    db: Database, conversation: Conversation, reviewer: int, tmp_path: Path
) -> None:
    references = talk(db, conversation, reviewer)
    finish(db, references["consultation"], reviewer)
    token = conversation.token_sha256
    with db.transaction() as s:
        counts = journal.erase(s, conversation, NOW)
    assert counts == {
        "messages": 3,
        "feedback": 1,
        "corrections": 1,
        "cases": 3,
        "contacts": 1,
        "notes": 3,
    }
    with db.transaction() as s:
        assert journal.conversation_by_token(s, token) is None
        assert {case.reason["why"] for case in s.execute(select(Escalation)).scalars()}
        for case in s.execute(select(Escalation)).scalars():
            assert case.reason == {"why": DELETED_BY_VISITOR}
            assert case.source_message_id is None
        assert audit.verify(s).intact
    # Rasa's name for the visitor waits in the outbox until Rasa's rows are gone.
    assert conversation.sender_id in everything(db)
    later = NOW + timedelta(minutes=2)
    tracker.erase_pending(db, f"sqlite:///{tmp_path / 'tracker.db'}", later)
    left = everything(db)
    assert [w for w in (*UNUSUAL, conversation.sender_id) if w in left] == []


def test_an_open_request_keeps_its_contact_until_it_is_closed(
    db: Database, conversation: Conversation, reviewer: int
) -> None:
    references = talk(db, conversation, reviewer)
    with db.transaction() as s:
        counts = journal.erase(s, conversation, NOW)
    assert (counts["contacts"], counts["notes"]) == (0, 2)
    with db.reading() as s:
        case = case_file.case(s, references["consultation"])
        assert case.contact is not None
        assert case.contact.phone == "+44 20 7946 0999"
        assert case_file.why(case.escalation) == DELETED_BY_VISITOR
        assert case.transcript == []
        assert case.erased_at == NOW
    finish(db, references["consultation"], reviewer)
    with db.reading() as s:
        assert s.execute(select(Contact)).first() is None
        assert s.execute(select(Note)).first() is None


class TestByStaff:
    """A44: the clinic erases everything at the visitor's wish."""

    def test_open_requests_go_too_and_nothing_waits_any_more(
        self, db: Database, conversation: Conversation, reviewer: int, tmp_path: Path
    ) -> None:
        talk(db, conversation, reviewer)
        with db.reading() as s:
            foretold = erasure.what_goes(s, conversation)
        with db.transaction() as s:
            counts = erasure.erase(s, conversation, NOW, by=f"staff:{reviewer}")
        assert counts == foretold
        assert (counts["contacts"], counts["notes"], counts["cases"]) == (1, 3, 3)
        with db.reading() as s:
            cases = s.execute(select(Escalation)).scalars().all()
            row = audit.rows(s)[0]
            notices = s.execute(select(Outbox).where(Outbox.kind == "new_case"))
            assert all(notice.sent_at is not None for notice in notices.scalars())
        assert {case.status for case in cases} == {"closed"}
        assert {case.reason["why"] for case in cases} == {erasure.DELETED_FOR}
        assert (row.actor, row.action) == (f"staff:{reviewer}", "conversation.erased")
        later = NOW + timedelta(minutes=2)
        tracker.erase_pending(db, f"sqlite:///{tmp_path / 'tracker.db'}", later)
        left = everything(db)
        assert [w for w in (*UNUSUAL, conversation.sender_id) if w in left] == []

    def test_what_the_visitors_own_erasure_kept(
        self, db: Database, conversation: Conversation, reviewer: int
    ) -> None:
        talk(db, conversation, reviewer)
        with db.transaction() as s:
            journal.erase(s, conversation, NOW)
        assert "quince@example.org" in everything(db)
        with db.transaction() as s:
            counts = erasure.erase(s, conversation, NOW, by=f"staff:{reviewer}")
        assert (counts["contacts"], counts["notes"], counts["messages"]) == (1, 1, 0)
        with db.reading() as s:
            reasons = {c.reason["why"] for c in s.execute(select(Escalation)).scalars()}
            assert s.get(Conversation, conversation.id).erased_by == "visitor"
        assert reasons == {DELETED_BY_VISITOR}
        db.forget_old_pages()
        left = everything(db)
        assert [word for word in UNUSUAL if word in left] == []


def test_every_table_that_may_hold_words_is_known_here() -> None:
    """A new table or column with free words must be erased too, or hold nobody's."""
    erased = {"contact", "correction", "feedback", "message", "note", "outbox"}
    erased |= {"escalation", "case_tag", "search_word"}
    nobodys = {"audit", "staff_user"}
    free = (CleanText, CleanJSON)
    found = {
        table.name
        for table in Message.metadata.sorted_tables
        if any(isinstance(column.type, free) for column in table.columns)
        or table.name in ("case_tag", "search_word")
    }
    assert found == erased | nobodys


def test_other_visitors_keep_everything(
    db: Database, conversation: Conversation, reviewer: int
) -> None:
    other = new_conversation(db)
    receive(db, other, "I am somebody else")
    talk(db, conversation, reviewer)
    with db.transaction() as s:
        journal.erase(s, conversation, NOW)
        assert [m.text for m in journal.history(s, other)][-1] == "I am somebody else"


def test_erasing_twice_counts_nothing(db: Database, conversation: Conversation) -> None:
    with db.transaction() as s:
        assert journal.erase(s, conversation, NOW)["messages"] == 1
    with db.transaction() as s:
        assert set(journal.erase(s, conversation, NOW).values()) == {0}
        assert len(erasure.ledger(s)) == 1


def test_a_restored_backup_is_erased_again(db: Database) -> None:
    erased, living = new_conversation(db), new_conversation(db)
    receive(db, erased, "quokkawobble")
    # The ledger of today, replayed over the database as it was before the erasure.
    ledger = [erasure.whole_hash(erased), "0" * 64]
    with db.transaction() as s:
        assert erasure.replay(s, ledger, NOW) == 1
        assert erasure.replay(s, ledger, NOW) == 0
        assert sorted(erasure.ledger(s)) == sorted(ledger)
        assert s.execute(
            select(Conversation.id).where(Conversation.erased_at.is_(None))
        ).scalars().all() == [living.id]


def test_the_ledger_does_not_tell_who(db: Database, conversation: Conversation) -> None:
    with db.transaction() as s:
        journal.erase(s, conversation, NOW)
        (name,) = erasure.ledger(s)
        stored = s.get(Conversation, conversation.id)
        assert erasure.ledger_hash(stored) != name
        assert stored.sender_id == f"erased-{conversation.id}"


def test_export_tells_all_but_staff_notes(
    db: Database, conversation: Conversation, reviewer: int
) -> None:
    talk(db, conversation, reviewer)
    with db.reading() as s:
        told = json.dumps(journal.export(s, conversation))
    for word in (*UNUSUAL, "quokkawobble ignored"):
        assert word in told
    assert "called back" not in told
    assert conversation.sender_id not in told


class TestRasasRows:
    def tracker_db(self, tmp_path: Path, senders: list[str]) -> str:
        url = f"sqlite:///{tmp_path / 'tracker.db'}"
        rasa = Database.open(url)
        with rasa.transaction() as s:
            s.execute(
                text(
                    "CREATE TABLE events (id INTEGER PRIMARY KEY,"
                    " sender_id VARCHAR(255), data TEXT)"
                )
            )
        self.add(url, senders)
        rasa.dispose()
        return url

    def add(self, url: str, senders: list[str]) -> None:
        rasa = Database.open(url)
        with rasa.transaction() as s:
            for sender in senders:
                s.execute(
                    text("INSERT INTO events (sender_id, data) VALUES (:s, 'x')"),
                    {"s": sender},
                )
        rasa.dispose()

    def test_only_one_visitors_rows_go(self, tmp_path: Path) -> None:
        url = self.tracker_db(tmp_path, ["a", "a", "b"])
        assert tracker.erase_events(url, "a") == 2
        assert tracker.erase_events(url, "a") == 0
        assert tracker.erase_events(url, "b") == 1

    def test_rows_that_belong_to_nobody_go(
        self, db: Database, conversation: Conversation, tmp_path: Path
    ) -> None:
        erased = new_conversation(db)
        url = self.tracker_db(tmp_path, [conversation.sender_id, erased.sender_id])
        with db.transaction() as s:
            journal.erase(s, erased, NOW)
        assert tracker.erase_orphans(db, url) == 1
        assert tracker.erase_orphans(db, url) == 0
        assert tracker.erase_events(url, conversation.sender_id) == 1

    def test_no_database_or_table_yet(self, db: Database, tmp_path: Path) -> None:
        path = tmp_path / "none.db"
        assert tracker.erase_events(f"sqlite:///{path}", "a") == 0
        assert not path.exists()
        assert tracker.erase_orphans(db, f"sqlite:///{path}") == 0
        path.touch()
        assert tracker.erase_events(f"sqlite:///{path}", "a") == 0

    def test_rows_that_come_late_go_too_and_then_the_name(
        self, db: Database, conversation: Conversation, tmp_path: Path
    ) -> None:
        sender = conversation.sender_id
        url = self.tracker_db(tmp_path, [sender, "other"])
        with db.transaction() as s:
            journal.erase(s, conversation, NOW)
        assert tracker.erase_pending(db, url, NOW) == 1
        self.add(url, [sender])  # by the turn that was under way
        assert tracker.erase_pending(db, url, NOW + timedelta(seconds=10)) == 0
        assert tracker.erase_pending(db, url, NOW + timedelta(seconds=61)) == 1
        with db.reading() as s:
            row = s.execute(select(Outbox)).scalar_one()
        assert (row.payload, row.attempts) == ({}, 2)
        assert tracker.erase_pending(db, url, NOW + timedelta(days=1)) == 0
