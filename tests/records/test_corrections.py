from __future__ import annotations

from datetime import timedelta

import pytest

from mend.records import audit, corrections, journal
from mend.records.corrections import (
    AlreadyHandled,
    DangerousText,
    OwnProposal,
    UnknownCorrection,
    UnknownMiss,
)
from mend.records.database import Database
from mend.records.tables import Correction, Message

from .making import (
    CONTACT,
    NOW,
    ask,
    new_conversation,
    new_staff,
    refused,
    turn,
)
from .test_misses import clarify

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def kim(db: Database) -> int:
    return new_staff(db, "kim@clinic.example", "Kim Lee", "reviewer")


@pytest.fixture
def ada(db: Database) -> int:
    return new_staff(db, "ada@clinic.example", "Ada Long", "manager")


def propose(
    db: Database, message: Message, by: int, corrected: str = "faq/clinic.services"
) -> Correction:
    with db.transaction() as s:
        return corrections.propose(
            s,
            message.id,
            corrected=corrected,
            text="do you sell shoes",
            topic=None,
            staff_id=by,
            now=NOW,
        )


def decide(
    db: Database, correction: Correction, by: int, *, approve: bool = True, **more: int
) -> Correction:
    with db.transaction() as s:
        return corrections.decide(
            s,
            correction.id,
            version=more.get("version", correction.version),
            approve=approve,
            remark=None if approve else "Not the right one",
            staff_id=by,
            now=LATER,
        )


def inbox(db: Database, **more: object) -> corrections.Inbox:
    with db.reading() as s:
        return corrections.inbox(s, LATER, **more)  # type: ignore[arg-type]


def test_the_same_words_are_one_line_newest_first(db: Database) -> None:
    turn(db, "do you sell shoes", refused())
    turn(db, "which phone is best", refused())
    newest = turn(db, "Do you sell SHOES?", refused())
    page = inbox(db)
    assert (page.groups[0].message.id, page.groups[0].count) == (newest.id, 2)
    assert [g.message.text for g in page.groups] == [
        "Do you sell SHOES?",
        "which phone is best",
    ]
    assert page.counts == {"out_of_scope": 2, "all": 2}


def test_pages(db: Database) -> None:
    for number in range(5):
        turn(db, f"question {number}", refused())
    seen = [g.message.text for g in inbox(db, page=2, per_page=2).groups]
    assert seen == ["question 2", "question 1"]
    assert inbox(db, page=99, per_page=2).page == 3


def test_reasons_filter(db: Database) -> None:
    turn(db, "do you sell shoes", refused())
    turn(db, "the scraping", clarify())
    assert [g.message.text for g in inbox(db, why="clarified").groups] == [
        "the scraping"
    ]
    assert inbox(db, why="clarified").counts["all"] == 2


def test_a_clarification_waits_until_the_visitor_had_time_to_choose(
    db: Database,
) -> None:
    turn(db, "the scraping", clarify())
    with db.reading() as s:
        assert corrections.inbox(s, NOW + timedelta(minutes=29)).groups == []
        assert len(corrections.inbox(s, NOW + timedelta(minutes=31)).groups) == 1


def test_what_nobody_looked_at_for_long_leaves_the_inbox(db: Database) -> None:
    turn(db, "do you sell shoes", refused())
    with db.reading() as s:
        assert corrections.inbox(s, NOW + timedelta(days=59)).groups
        late = corrections.inbox(s, NOW + timedelta(days=61))
    assert not late.groups
    assert late.counts["all"] == 0


def test_a_proposal_takes_the_whole_group_out_of_the_inbox(
    db: Database, kim: int
) -> None:
    turn(db, "do you sell shoes", refused())
    message = turn(db, "do you sell shoes?", refused())
    correction = propose(db, message, kim)
    assert (correction.predicted, correction.status) == ("out_of_scope", "proposed")
    assert inbox(db).groups == []
    turn(db, "DO YOU SELL SHOES", refused())
    assert inbox(db).groups == []
    with db.reading() as s:
        (proposal,) = corrections.proposals(s).rows
    assert (proposal.proposer, proposal.count) == ("Kim Lee", 3)
    with pytest.raises(AlreadyHandled):
        propose(db, message, kim)


def test_nobody_approves_what_they_proposed(db: Database, ada: int, kim: int) -> None:
    correction = propose(db, turn(db, "do you sell shoes", refused()), ada)
    with pytest.raises(OwnProposal):
        decide(db, correction, ada)
    assert decide(db, correction, kim).approved_by == kim
    with db.reading() as s:
        assert [c.id for c in corrections.to_export(s)] == [correction.id]
        actions = [row.action for row in audit.rows(s)]
    assert actions[:2] == ["correction.approved", "correction.proposed"]


def test_what_is_sent_back_is_in_the_inbox_again_with_the_remark(
    db: Database, kim: int, ada: int
) -> None:
    message = turn(db, "do you sell shoes", refused())
    decide(db, propose(db, message, kim), ada, approve=False)
    (group,) = inbox(db).groups
    assert group.sent_back
    assert group.sent_back.remark == "Not the right one"
    again = propose(db, message, kim, "out_of_scope")
    assert (again.id, again.remark) == (group.sent_back.id, None)
    assert decide(db, again, ada).status == "approved"


def test_two_who_decide_at_once(db: Database, kim: int, ada: int) -> None:
    correction = propose(db, turn(db, "do you sell shoes", refused()), kim)
    shown = correction.version
    decide(db, correction, ada, approve=False, version=shown)
    with pytest.raises(AlreadyHandled):
        decide(db, correction, ada, version=shown)
    with pytest.raises(UnknownCorrection):
        decide(db, Correction(id=99, version=1), ada)


@pytest.mark.parametrize("doubt", [{"doubt": "RF03.same_day"}, {"screening": {"a": 1}}])
def test_a_possible_warning_sign_is_never_taught_as_not_ours(
    db: Database, kim: int, doubt: dict[str, object]
) -> None:
    result = refused()
    result.understanding.update(doubt)
    message = turn(db, "my leg is odd", result)
    newest = turn(db, "My leg is odd", refused())
    for one in (message, newest):
        with pytest.raises(DangerousText):
            propose(db, one, kim, "out_of_scope")
    assert propose(db, newest, kim, "pain")


def test_unknown_messages(db: Database, kim: int) -> None:
    with pytest.raises(UnknownMiss), db.reading() as s:
        corrections.group(s, 99)
    with pytest.raises(UnknownMiss):
        propose(db, Message(id=99), kim)


@pytest.mark.usefixtures("kim")
def test_names_that_must_not_be_taught(db: Database) -> None:
    chat = new_conversation(db)
    message = turn(db, "it is Ana again", refused(), conversation=chat)
    ask(db, chat, CONTACT)
    with db.reading() as s:
        names = corrections.personal_names(s, [message.id, 99])
    assert names == {message.id: ["Kim Lee", "Ana Ek"], 99: ["Kim Lee"]}


def test_an_erased_chat_takes_its_correction_along_and_reopens_the_others(
    db: Database, kim: int
) -> None:
    turn(db, "do you sell shoes", refused())
    chat = new_conversation(db)
    message = turn(db, "do you sell shoes", refused(), conversation=chat)
    propose(db, message, kim)
    with db.transaction() as s:
        journal.erase(s, chat, NOW)
    with db.reading() as s:
        assert corrections.proposals(s).rows == []
    assert [g.count for g in inbox(db).groups] == [1]


def test_exported_ones_are_taught_and_come_back_when_misunderstood_again(
    db: Database, kim: int, ada: int
) -> None:
    correction = propose(db, turn(db, "do you sell shoes", refused()), kim)
    decide(db, correction, ada)
    with db.transaction() as s:
        corrections.mark_exported(s, [correction.id], NOW)
    with db.reading() as s:
        assert corrections.to_export(s) == []
        assert corrections.proposals(s, status="exported").counts["exported"] == 1
    turn(db, "do you sell shoes", refused())
    assert len(inbox(db).groups) == 1
