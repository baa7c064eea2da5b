import secrets
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from mend.records import audit, journal
from mend.records.database import Database
from mend.records.journal import EscalationCause, Reply, TurnResult
from mend.records.tables import Audit, Conversation, Escalation, Message, Outbox

from .making import NOW, answered, new_conversation, receive, red_flag


def _count(db: Database, table: type) -> int:
    with db.reading() as s:
        count: int = s.execute(select(func.count()).select_from(table)).scalar_one()
    return count


def _in_parallel(jobs: list[threading.Thread]) -> None:
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()


def test_a_conversation_starts_with_the_greeting(
    db: Database, conversation: Conversation
) -> None:
    with db.reading() as s:
        (greeting,) = journal.history(s, conversation)
    assert (greeting.seq, greeting.sender) == (1, "assistant")
    assert greeting.text == "Hello, I am a computer program."
    assert greeting.client_message_id is None


def test_a_token_finds_its_conversation_only(db: Database) -> None:
    ours, theirs = new_conversation(db), new_conversation(db)
    with db.reading() as s:
        found = journal.conversation_by_token(s, ours.token_sha256)
        assert found is not None
        assert found.id == ours.id != theirs.id
        assert journal.conversation_by_token(s, "0" * 64) is None


def test_the_same_id_is_journalled_once(
    db: Database, conversation: Conversation
) -> None:
    with db.transaction() as s:
        first = journal.receive(s, conversation, "id-1", "My knee hurts", None, NOW)
    with db.transaction() as s:
        again = journal.receive(s, conversation, "id-1", "My knee hurts", None, NOW)
    assert (first.fresh, again.fresh) == (True, False)
    assert again.message.id == first.message.id
    assert _count(db, Message) == 2


def test_the_same_id_in_two_conversations_is_two_messages(db: Database) -> None:
    for conversation in (new_conversation(db), new_conversation(db)):
        with db.transaction() as s:
            assert journal.receive(s, conversation, "id-1", "Hi", None, NOW).fresh


@pytest.mark.parametrize(
    ("text", "choice"), [("My neck hurts", None), ("My knee hurts", "faq/scar.what")]
)
def test_the_same_id_with_other_content_is_refused(
    db: Database, conversation: Conversation, text: str, choice: str | None
) -> None:
    receive(db, conversation, "My knee hurts", "id-1")
    with pytest.raises(journal.DifferentText), db.transaction() as s:
        journal.receive(s, conversation, "id-1", text, choice, NOW)


def test_dirty_text_sent_again_is_the_same_text(
    db: Database, conversation: Conversation
) -> None:
    receive(db, conversation, "a\x00b\ud800", "id-1")
    with db.transaction() as s:
        again = journal.receive(s, conversation, "id-1", "a\x00b\ud800", None, NOW)
    assert not again.fresh


def test_twenty_threads_with_one_id_make_one_message(
    db: Database, conversation: Conversation
) -> None:
    outcomes: list[tuple[int, bool]] = []

    def send() -> None:
        with db.transaction() as s:
            received = journal.receive(s, conversation, "one", "Hello", None, NOW)
            outcomes.append((received.message.id, received.fresh))

    _in_parallel([threading.Thread(target=send) for _ in range(20)])
    assert len(outcomes) == 20
    assert len({message_id for message_id, _ in outcomes}) == 1
    assert sum(fresh for _, fresh in outcomes) == 1
    assert _count(db, Message) == 2


def test_parallel_messages_get_numbers_without_gaps(
    db: Database, conversation: Conversation
) -> None:
    def chat(number: int) -> None:
        message = receive(db, conversation, f"message {number}")
        with db.transaction() as s:
            journal.complete(s, message, answered(f"reply {number}"), NOW)

    _in_parallel([threading.Thread(target=chat, args=(n,)) for n in range(15)])
    with db.reading() as s:
        numbers = [message.seq for message in journal.history(s, conversation)]
    assert numbers == list(range(1, 32))


def test_a_unique_key_met_by_surprise_is_read_again(
    db: Database, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = receive(db, conversation, "Hello", "id-1")
    look, looks = journal._by_client_id, []

    def blind_at_first(*args: object) -> object:
        looks.append(args)
        return None if len(looks) == 1 else look(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(journal, "_by_client_id", blind_at_first)
    with db.transaction() as s:
        received = journal.receive(s, conversation, "id-1", "Hello", None, NOW)
    assert (received.message.id, received.fresh) == (first.id, False)


def test_an_answer_is_told_as_it_was_stored(
    db: Database, conversation: Conversation
) -> None:
    message = receive(db, conversation, "How long?", "id-1")
    with db.reading() as s:
        assert journal.stored_turn(s, message) is None
    with db.transaction() as s:
        journal.complete(s, message, answered(), NOW)
    with db.reading() as s:
        turn = journal.stored_turn(s, message)
    assert turn is not None
    assert (turn.client_message_id, turn.outcome, turn.urgency) == (
        "id-1",
        "answered",
        None,
    )
    (reply,) = turn.messages
    assert reply.answer == "healing.time"
    assert reply.sources == [{"title": "A leaflet", "url": "https://example.org"}]
    assert reply.choices == [{"title": "And scars?", "intent": "faq/scar.what"}]
    assert reply.outcome == "answered"
    assert reply.at == NOW


def test_an_escalated_turn_writes_everything_that_follows(
    db: Database, conversation: Conversation
) -> None:
    message = receive(db, conversation, "Chest pain and no breath")
    with db.transaction() as s:
        journal.complete(s, message, red_flag(), NOW)
    with db.reading() as s:
        case = s.execute(select(Escalation)).scalar_one()
        notice = s.execute(select(Outbox)).scalar_one()
        row = s.execute(select(Audit)).scalar_one()
        stored = s.get(Message, message.id)
    assert (stored.state, stored.outcome, stored.urgency) == (
        "escalated",
        "red_flag",
        "emergency",
    )
    assert stored.understanding == {"heard": {"body_part": "chest"}}
    assert (case.kind, case.urgency, case.urgency_rank) == ("red_flag", "emergency", 0)
    assert (case.status, case.source_message_id, case.version) == ("new", message.id, 1)
    assert len(case.reference) == 6
    assert set(case.reference) <= set("23456789ABCDEFGHJKMNPQRSTVWXYZ")
    # A notice leaves the building: no words of the visitor in it.
    assert notice.payload == {
        "reference": case.reference,
        "urgency": "emergency",
        "kind": "red_flag",
    }
    assert (row.actor, row.action) == ("assistant", "case.opened")
    assert row.object == f"case:{case.reference}"


def test_a_crash_while_completing_leaves_the_message_unanswered(
    db: Database, conversation: Conversation
) -> None:
    message = receive(db, conversation, "Chest pain and no breath")
    with pytest.raises(KeyError), db.transaction() as s:
        journal.complete(s, message, red_flag(), NOW)
        raise KeyError("crash")
    assert _count(db, Escalation) == _count(db, Outbox) == _count(db, Audit) == 0
    assert _count(db, Message) == 2
    with db.reading() as s:
        assert [m.id for m in journal.unanswered(s, NOW + timedelta(minutes=1))] == [
            message.id
        ]
        assert audit.verify(s).intact
    with db.transaction() as s:
        journal.complete(s, message, red_flag(), NOW)
    assert _count(db, Escalation) == 1


def test_a_second_completion_changes_nothing(
    db: Database, conversation: Conversation
) -> None:
    message = receive(db, conversation, "How long?")
    with db.transaction() as s:
        journal.complete(s, message, answered(), NOW)
    with db.transaction() as s:
        journal.complete(s, message, red_flag(), NOW)
    with db.reading() as s:
        turn = journal.stored_turn(s, message)
        assert turn is not None
        assert [reply.answer for reply in turn.messages] == ["healing.time"]
    assert _count(db, Escalation) == 0


def test_twenty_parallel_completions_make_one_case(
    db: Database, conversation: Conversation
) -> None:
    message = receive(db, conversation, "Chest pain and no breath")

    def finish() -> None:
        with db.transaction() as s:
            journal.complete(s, message, red_flag(), NOW)

    _in_parallel([threading.Thread(target=finish) for _ in range(20)])
    assert _count(db, Escalation) == _count(db, Outbox) == _count(db, Audit) == 1
    assert _count(db, Message) == 3


def test_causes_of_one_kind_make_one_case_and_the_most_urgent_counts(
    db: Database, conversation: Conversation
) -> None:
    message = receive(db, conversation, "Several things")
    causes = (
        EscalationCause("red_flag", "soon", {"why": "later"}),
        EscalationCause("red_flag", "same_day", {"why": "today"}),
        EscalationCause("complaint", "routine", {"why": "unhappy"}),
    )
    result = TurnResult("red_flag", "same_day", (Reply("Call."),), causes)
    with db.transaction() as s:
        journal.complete(s, message, result, NOW)
    with db.reading() as s:
        cases = s.execute(select(Escalation).order_by(Escalation.kind)).scalars().all()
    assert [(case.kind, case.reason["why"]) for case in cases] == [
        ("complaint", "unhappy"),
        ("red_flag", "today"),
    ]


@pytest.mark.parametrize(
    ("outcome", "causes", "state"),
    [
        ("answered", (), "answered"),
        ("handoff", (EscalationCause("handoff", "routine"),), "escalated"),
        ("unavailable", (EscalationCause("unavailable", "soon"),), "failed"),
    ],
)
def test_the_state_says_how_the_turn_ended(
    db: Database,
    conversation: Conversation,
    outcome: str,
    causes: tuple[EscalationCause, ...],
    state: str,
) -> None:
    message = receive(db, conversation, "Hello")
    with db.transaction() as s:
        journal.complete(
            s, message, TurnResult(outcome, None, (Reply("ok"),), causes), NOW
        )
    with db.reading() as s:
        assert s.get(Message, message.id).state == state


def test_history_goes_on_after_a_number(
    db: Database, conversation: Conversation
) -> None:
    message = receive(db, conversation, "How long?", "id-1")
    with db.transaction() as s:
        journal.complete(s, message, answered(), NOW)
    with db.reading() as s:
        assert [m.seq for m in journal.history(s, conversation, after=1)] == [2, 3]
        assert journal.history(s, conversation, after=3) == []
        visitor = journal.history(s, conversation, after=1)[0]
    assert (visitor.sender, visitor.client_message_id) == ("visitor", "id-1")


def test_recent_texts_are_the_visitors_own_oldest_first(
    db: Database, conversation: Conversation
) -> None:
    for number in range(8):
        message = receive(db, conversation, f"text {number}")
        with db.transaction() as s:
            journal.complete(s, message, answered(), NOW)
    last = receive(db, conversation, "now")
    with db.reading() as s:
        texts = journal.recent_visitor_texts(s, conversation, last.seq)
        few = journal.recent_visitor_texts(s, conversation, last.seq, limit=2)
    assert texts == [f"text {number}" for number in range(2, 8)]
    assert few == ["text 6", "text 7"]


def test_nothing_is_stored_in_an_erased_conversation(
    db: Database, conversation: Conversation
) -> None:
    message = receive(db, conversation, "Chest pain")
    with db.transaction() as s:
        journal.erase(s, conversation, NOW)
    with pytest.raises(journal.Erased), db.transaction() as s:
        journal.receive(s, conversation, secrets.token_hex(8), "Hello?", None, NOW)
    with db.transaction() as s:
        journal.complete(s, message, red_flag(), NOW)  # a turn that was under way
        assert journal.stored_turn(s, message) is None
    assert _count(db, Message) == _count(db, Escalation) == 0
