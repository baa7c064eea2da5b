import threading
from dataclasses import replace

import pytest
from sqlalchemy import select

from mend.records import case_file, escalations, journal
from mend.records.database import Database
from mend.records.journal import Reply, TurnResult
from mend.records.tables import Contact, Conversation, Outbox

from .making import CONTACT, NOW, ask, open_case, receive


class TestConsultation:
    def test_request_is_stored_with_contact_and_notice(
        self, db: Database, conversation: Conversation
    ) -> None:
        case = ask(db, conversation)
        with db.reading() as s:
            stored = s.execute(select(Contact)).scalar_one()
            assert s.execute(select(Outbox)).scalar_one().payload["kind"] == case.kind
        assert (case.kind, case.urgency) == ("consultation", "routine")
        assert (stored.name, stored.phone, stored.email) == (
            CONTACT.name,
            CONTACT.phone,
            None,
        )
        assert (stored.consent_version, stored.consent_at) == ("2026-11", NOW)

    def test_sending_again_gives_the_same_reference(
        self, db: Database, conversation: Conversation
    ) -> None:
        references: list[str] = []
        threads = [
            threading.Thread(
                target=lambda: references.append(ask(db, conversation).reference)
            )
            for _ in range(20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(references) == 20
        assert len(set(references)) == 1

    def test_same_id_with_other_details_is_refused(
        self, db: Database, conversation: Conversation
    ) -> None:
        ask(db, conversation)
        with pytest.raises(escalations.DifferentText):
            ask(db, conversation, replace(CONTACT, phone="+44 20 7946 0001"))

    def test_a_corrected_request_is_a_case_of_its_own(
        self, db: Database, conversation: Conversation
    ) -> None:
        first = ask(db, conversation)
        second = ask(db, conversation, replace(CONTACT, note="x"), "form-2")
        assert first.reference != second.reference

    def test_dirty_details_are_cleaned_and_still_the_same(
        self, db: Database, conversation: Conversation
    ) -> None:
        dirty = replace(CONTACT, name="An\x00a \ud800")
        assert ask(db, conversation, dirty).id == ask(db, conversation, dirty).id
        with db.reading() as s:
            assert s.execute(select(Contact.name)).scalar_one() == "Ana \ufffd"

    def test_staff_are_told_what_was_heard_before(
        self, db: Database, conversation: Conversation
    ) -> None:
        message = receive(db, conversation, "My knee hurts, I cannot run")
        result = TurnResult(
            "suggest_consultation",
            None,
            (Reply("Would you like a consultation?"),),
            understanding={"heard": {"pain": True, "limits": ["cannot run"]}},
        )
        with db.transaction() as s:
            journal.complete(s, message, result, NOW)
        case = ask(db, conversation)
        assert case.reason["heard"] == {"limits": ["cannot run"]}
        assert case.reason["last_message"] == "My knee hurts, I cannot run"
        with db.reading() as s:
            assert case_file.case(s, case.reference).summary == "cannot run"

    def test_nothing_can_be_asked_after_erasure(
        self, db: Database, conversation: Conversation
    ) -> None:
        with db.transaction() as s:
            journal.erase(s, conversation, NOW)
        with pytest.raises(escalations.Erased):
            ask(db, conversation)


def test_a_taken_reference_is_not_given_twice(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = iter("AAAAAA" + "AAAAAA" + "BBBBBB")
    monkeypatch.setattr(escalations.secrets, "choice", lambda _: next(letters))
    assert open_case(db).reference == "AAAAAA"
    assert open_case(db).reference == "BBBBBB"
