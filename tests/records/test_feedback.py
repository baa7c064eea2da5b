import pytest
from sqlalchemy import func, select

from mend.records import case_file, feedback, journal
from mend.records.database import Database
from mend.records.tables import Conversation, Escalation, Feedback

from .making import NOW, answered, new_conversation, receive


@pytest.fixture
def answer_seq(db: Database, conversation: Conversation) -> int:
    message = receive(db, conversation, "How long?")
    with db.transaction() as s:
        journal.complete(s, message, answered(), NOW)
        return journal.history(s, conversation)[-1].seq


def give(
    db: Database, chat: Conversation, seq: int, helpful: bool, comment: str | None
) -> None:
    with db.transaction() as s:
        feedback.record_feedback(s, chat, seq, helpful, comment, NOW)


def cases(db: Database) -> list[Escalation]:
    with db.reading() as s:
        return list(s.execute(select(Escalation)).scalars())


@pytest.mark.parametrize(
    ("helpful", "comment"),
    [(True, None), (True, "Thank you"), (False, None), (False, " \x00 ")],
)
def test_most_feedback_needs_nobody(
    db: Database,
    conversation: Conversation,
    answer_seq: int,
    helpful: bool,
    comment: str | None,
) -> None:
    give(db, conversation, answer_seq, helpful, comment)
    assert cases(db) == []


def test_a_thumb_down_with_words_becomes_one_case(
    db: Database, conversation: Conversation, answer_seq: int
) -> None:
    give(db, conversation, answer_seq, False, "This is not what I asked")
    give(db, conversation, answer_seq, False, "This is not what I asked")
    (case,) = cases(db)
    assert (case.kind, case.urgency) == ("unhelpful", "routine")
    assert case.reason["comment"] == "This is not what I asked"
    assert case.reason["intent"] == "healing.time"
    with db.reading() as s:
        line = next(
            line
            for line in case_file.case(s, case.reference).transcript
            if line.is_source
        )
    assert (line.helpful, line.comment) == (False, "This is not what I asked")


def test_the_latest_counts(
    db: Database, conversation: Conversation, answer_seq: int
) -> None:
    give(db, conversation, answer_seq, False, None)
    give(db, conversation, answer_seq, True, None)
    with db.reading() as s:
        assert s.execute(select(Feedback.helpful)).scalars().all() == [True]


@pytest.mark.parametrize("seq", [2, 99, -1])
def test_only_own_answers_can_be_judged(
    db: Database, conversation: Conversation, answer_seq: int, seq: int
) -> None:
    with pytest.raises(feedback.UnknownMessage):
        give(db, conversation, seq, True, None)
    with pytest.raises(feedback.UnknownMessage):
        give(db, new_conversation(db), answer_seq, True, None)
    with db.reading() as s:
        assert s.execute(select(func.count()).select_from(Feedback)).scalar_one() == 0
