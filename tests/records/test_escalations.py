import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from mend.records import escalations, journal
from mend.records.database import Database
from mend.records.escalations import ContactDetails, EscalationCause
from mend.records.journal import Reply, TurnResult
from mend.records.tables import (
    Audit,
    Contact,
    Conversation,
    Escalation,
    Note,
    Outbox,
)

from .making import NOW, new_conversation, receive

CONTACT = ContactDetails(
    name="Ana Ek",
    phone="+44 20 7946 0000",
    email=None,
    preferred_time="mornings",
    note="Knee, for six weeks",
    consent_version="2026-11",
)


def open_case(
    db: Database, urgency: str = "soon", minutes_ago: int = 0, kind: str = "handoff"
) -> Escalation:
    conversation = new_conversation(db)
    message = receive(db, conversation, f"A {urgency} message")
    cause = EscalationCause(kind, urgency, {"why": f"Because {kind}."})
    with db.transaction() as s:
        return escalations.open_case(
            s,
            conversation,
            cause,
            source_message_id=message.id,
            actor="assistant",
            now=NOW - timedelta(minutes=minutes_ago),
        )


def ask(
    db: Database,
    conversation: Conversation,
    contact: ContactDetails = CONTACT,
    client_id: str = "form-1",
) -> Escalation:
    with db.transaction() as s:
        return escalations.request_consultation(
            s, conversation, client_id, contact, NOW
        )


def change(db: Database, case: Escalation, to: str, staff_id: int, **more: object):  # type: ignore[no-untyped-def]
    with db.transaction() as s:
        return escalations.change_status(
            s,
            case.reference,
            to=to,
            version=more.pop("version", case.version),
            staff_id=staff_id,
            now=NOW,
            **more,
        )


def actions(db: Database) -> list[str]:
    with db.reading() as s:
        return list(s.execute(select(Audit.action).order_by(Audit.seq)).scalars())


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
            understanding={"heard": {"activity": "run"}},
        )
        with db.transaction() as s:
            journal.complete(s, message, result, NOW)
        case = ask(db, conversation)
        assert case.reason["heard"] == {"activity": "run"}
        assert case.reason["last_message"] == "My knee hurts, I cannot run"

    def test_nothing_can_be_asked_after_erasure(
        self, db: Database, conversation: Conversation
    ) -> None:
        with db.transaction() as s:
            journal.erase(s, conversation, NOW)
        with pytest.raises(escalations.Erased):
            ask(db, conversation)


class TestQueue:
    def test_most_urgent_first_then_longest_waiting(
        self, db: Database, reviewer: int
    ) -> None:
        expected = [
            open_case(db, "emergency", 1),
            open_case(db, "same_day", 50),
            open_case(db, "same_day", 5),
            open_case(db, "soon", 500),
            open_case(db, "routine", 9000),
        ]
        for case in expected[::-1]:
            assert case.reference
        with db.reading() as s:
            page = escalations.queue(s, view="open", staff_id=reviewer)
        assert [row.reference for row in page.rows] == [c.reference for c in expected]
        assert page.rows[0].why == "Because handoff."
        assert page.rows[0].summary == "A emergency message"

    def test_views_and_counts(
        self, db: Database, reviewer: int, other_reviewer: int
    ) -> None:
        mine, theirs, closed, _new = (open_case(db) for _ in range(4))
        change(db, mine, "in_review", reviewer)
        change(db, theirs, "in_review", other_reviewer)
        case = change(db, closed, "in_review", reviewer)
        change(db, case, "closed", reviewer, outcome="no_action")
        with db.reading() as s:
            pages = {
                view: escalations.queue(s, view=view, staff_id=reviewer)
                for view in escalations.VIEWS
            }
        assert pages["mine"].counts == {
            "unassigned": 1,
            "mine": 1,
            "open": 3,
            "closed": 1,
        }
        for view, page in pages.items():
            assert len(page.rows) == page.counts[view]
        assert pages["mine"].rows[0].reference == mine.reference
        assert pages["closed"].rows[0].outcome == "no_action"

    @pytest.mark.parametrize(
        ("asked", "given", "lines"),
        [(1, 1, 2), (3, 3, 1), (0, 1, 2), (-5, 1, 2), (10**9, 3, 1)],
    )
    def test_any_page_number_gives_a_page(
        self, db: Database, reviewer: int, asked: int, given: int, lines: int
    ) -> None:
        for _ in range(5):
            open_case(db)
        with db.reading() as s:
            page = escalations.queue(
                s, view="open", staff_id=reviewer, page=asked, per_page=2
            )
        assert (page.page, page.pages, len(page.rows)) == (given, 3, lines)

    def test_reach_says_how_and_not_the_number(
        self, db: Database, conversation: Conversation, reviewer: int
    ) -> None:
        ask(db, conversation, replace(CONTACT, email="ana@example.org"))
        with db.reading() as s:
            (row,) = escalations.queue(s, view="open", staff_id=reviewer).rows
        assert row.reach == ("phone", "e-mail")

    def test_long_words_are_cut(self) -> None:
        line = escalations.summary({}, "word \n" * 100, None)
        assert len(line) <= 140
        assert line.endswith("…")
        assert "\n" not in line

    def test_a_case_without_reason_still_says_why(self) -> None:
        case = Escalation(kind="complaint", reason={})
        assert escalations.why(case) == "Complaint."


class TestChanges:
    def test_a_case_goes_its_way_and_back(self, db: Database, reviewer: int) -> None:
        case = open_case(db)
        for to, more in (
            ("in_review", {}),
            ("contacted", {"note": "Left a message"}),
            ("closed", {"outcome": "booked"}),
            ("in_review", {}),
        ):
            case = change(db, case, to, reviewer, **more)
            assert case.status == to
        assert (case.outcome, case.closed_at) == (None, None)
        assert case.assignee_id == reviewer
        assert case.version == 5
        assert actions(db).count("case.status") == 4
        with db.reading() as s:
            (note,) = escalations.case(s, case.reference).notes
        assert (note.author, note.text) == ("Robin Reviewer", "Left a message")

    @pytest.mark.parametrize(
        ("to", "outcome"),
        [
            ("contacted", None),
            ("closed", "booked"),
            ("new", None),
            ("deleted", None),
        ],
    )
    def test_steps_that_do_not_exist(
        self, db: Database, reviewer: int, to: str, outcome: str | None
    ) -> None:
        case = open_case(db)
        with pytest.raises(escalations.NotAllowed):
            change(db, case, to, reviewer, outcome=outcome)
        with db.reading() as s:
            assert escalations.case(s, case.reference).escalation.version == 1

    @pytest.mark.parametrize("outcome", [None, "", "made_up"])
    def test_closing_needs_an_outcome(
        self, db: Database, reviewer: int, outcome: str | None
    ) -> None:
        case = change(db, open_case(db), "in_review", reviewer)
        with pytest.raises(escalations.NotAllowed):
            change(db, case, "closed", reviewer, outcome=outcome)

    def test_who_comes_second_is_told(
        self, db: Database, reviewer: int, other_reviewer: int
    ) -> None:
        case = open_case(db)
        change(db, case, "in_review", reviewer)
        with pytest.raises(escalations.StaleVersion):
            change(db, case, "in_review", other_reviewer, version=1)
        with pytest.raises(escalations.StaleVersion), db.transaction() as s:
            escalations.add_note(
                s,
                case.reference,
                text="Too late",
                version=1,
                staff_id=other_reviewer,
                now=NOW,
            )
        with db.reading() as s:
            assert s.execute(select(func.count()).select_from(Note)).scalar_one() == 0

    def test_ten_at_once_and_one_wins(self, db: Database, reviewer: int) -> None:
        case = open_case(db)
        outcomes: list[str] = []

        def take() -> None:
            try:
                change(db, case, "in_review", reviewer, version=1)
                outcomes.append("won")
            except escalations.StaleVersion:
                outcomes.append("late")

        threads = [threading.Thread(target=take) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["late"] * 9 + ["won"]

    def test_assigning(self, db: Database, reviewer: int) -> None:
        case = open_case(db)
        with db.transaction() as s:
            escalations.assign(
                s,
                case.reference,
                assignee_id=reviewer,
                version=1,
                staff_id=reviewer,
                now=NOW,
            )
        with db.reading() as s:
            assert escalations.case(s, case.reference).assignee == "Robin Reviewer"
        with pytest.raises(escalations.NotAllowed), db.transaction() as s:
            escalations.assign(
                s,
                case.reference,
                assignee_id=9999,
                version=2,
                staff_id=reviewer,
                now=NOW,
            )

    def test_an_empty_note_is_refused(self, db: Database, reviewer: int) -> None:
        case = open_case(db)
        with pytest.raises(escalations.NotAllowed), db.transaction() as s:
            escalations.add_note(
                s, case.reference, text="  \n", version=1, staff_id=reviewer, now=NOW
            )

    def test_viewing_is_written_down_and_settles_the_notice(
        self, db: Database, reviewer: int
    ) -> None:
        case = open_case(db)
        later = NOW + timedelta(hours=1)
        with db.reading() as s:
            assert escalations.waiting_notices(s, created_before=later) == 1
        with db.transaction() as s:
            escalations.record_view(s, case.reference, staff_id=reviewer, now=NOW)
        with db.reading() as s:
            assert escalations.waiting_notices(s, created_before=later) == 0
            row = s.execute(select(Audit).order_by(Audit.seq.desc())).scalars().first()
        assert (row.actor, row.action) == (f"staff:{reviewer}", "case.viewed")

    def test_unknown_references(self, db: Database, reviewer: int) -> None:
        with db.reading() as s, pytest.raises(escalations.UnknownCase):
            escalations.case(s, "ABCDEF")
        with pytest.raises(escalations.UnknownCase), db.transaction() as s:
            escalations.record_view(s, "ABCDEF", staff_id=reviewer, now=NOW)


def test_a_case_shows_the_whole_chat_and_its_sister_cases(db: Database) -> None:
    conversation = new_conversation(db)
    message = receive(db, conversation, "I want to complain")
    causes = (EscalationCause("complaint", "soon"), EscalationCause("handoff", "soon"))
    with db.transaction() as s:
        journal.complete(
            s, message, TurnResult("handoff", None, (Reply("Sorry."),), causes), NOW
        )
    with db.reading() as s:
        reference = s.execute(
            select(Escalation.reference).where(Escalation.kind == "complaint")
        ).scalar_one()
        case = escalations.case(s, reference)
    assert [(line.sender, line.is_source) for line in case.transcript] == [
        ("assistant", False),
        ("visitor", True),
        ("assistant", False),
    ]
    assert case.summary == "I want to complain"
    assert [sister.kind for sister in case.related] == ["handoff"]


def test_a_taken_reference_is_not_given_twice(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = iter("AAAAAA" + "AAAAAA" + "BBBBBB")
    monkeypatch.setattr(escalations.secrets, "choice", lambda _: next(letters))
    assert open_case(db).reference == "AAAAAA"
    assert open_case(db).reference == "BBBBBB"
