"""A visitor takes back a request for a consultation."""

import pytest
from sqlalchemy import select

from mend.records import audit, case_file, case_work, journal
from mend.records.cancelling import CANCELLED, AlreadyHandled, cancel_request
from mend.records.database import Database
from mend.records.escalations import Erased, UnknownCase
from mend.records.tables import Audit, Contact, Conversation, Escalation

from .making import NOW, ask, change, new_conversation, open_case


def cancel(db: Database, conversation: Conversation, reference: str) -> Escalation:
    with db.transaction() as s:
        return cancel_request(s, conversation, reference, NOW)


def test_staff_see_who_ended_it_and_no_contact(
    db: Database, conversation: Conversation
) -> None:
    request = ask(db, conversation)
    cancel(db, conversation, request.reference)
    with db.reading() as s:
        case = case_file.case(s, request.reference)
        assert case.contact is None
        assert case.escalation.status == "closed"
        assert case.escalation.closed_at == NOW
        assert case_work.OUTCOMES[case.escalation.outcome] == "Cancelled by the visitor"
        rows = s.execute(select(Audit).where(Audit.action == "case.cancelled"))
        (row,) = rows.scalars()
        assert (row.actor, row.object) == ("visitor", f"case:{request.reference}")
        assert audit.verify(s).intact


def test_again_changes_nothing(db: Database, conversation: Conversation) -> None:
    request = ask(db, conversation)
    first = cancel(db, conversation, request.reference)
    again = cancel(db, conversation, request.reference)
    assert (again.outcome, again.version) == (CANCELLED, first.version)
    with db.reading() as s:
        actions = s.execute(select(Audit.action)).scalars().all()
    assert actions.count("case.cancelled") == 1


def test_who_works_on_it_is_told_that_it_changed(
    db: Database, conversation: Conversation, reviewer: int
) -> None:
    request = ask(db, conversation)
    cancel(db, conversation, request.reference)
    with pytest.raises(case_work.StaleVersion):
        change(db, request, "in_review", reviewer)


def test_notes_and_other_requests_stay(
    db: Database, conversation: Conversation, reviewer: int
) -> None:
    one, two = ask(db, conversation), ask(db, conversation, client_id="form-2")
    change(db, one, "in_review", reviewer, note="rang, no answer")
    cancel(db, conversation, one.reference)
    with db.reading() as s:
        (note,) = case_file.case(s, one.reference).notes
        assert note.text == "rang, no answer"
        left = s.execute(select(Contact.escalation_id)).scalars().all()
    assert left == [two.id]


def test_what_the_staff_closed_is_theirs(
    db: Database, conversation: Conversation, reviewer: int
) -> None:
    request = ask(db, conversation)
    started = change(db, request, "in_review", reviewer)
    change(db, request, "closed", reviewer, outcome="booked", version=started.version)
    with pytest.raises(AlreadyHandled):
        cancel(db, conversation, request.reference)


def test_only_ones_own_requests(db: Database, conversation: Conversation) -> None:
    request = ask(db, conversation)
    handoff = open_case(db)
    with pytest.raises(UnknownCase):
        cancel(db, new_conversation(db), request.reference)
    with pytest.raises(UnknownCase):
        cancel(db, conversation, handoff.reference)
    with db.transaction() as s:
        journal.erase(s, conversation, NOW)
    with pytest.raises(Erased):
        cancel(db, conversation, request.reference)
