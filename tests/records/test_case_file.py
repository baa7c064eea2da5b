from sqlalchemy import select

from mend.records import case_file, journal
from mend.records.database import Database
from mend.records.escalations import EscalationCause
from mend.records.journal import Reply, TurnResult
from mend.records.tables import Escalation

from .making import NOW, new_conversation, receive


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
        case = case_file.case(s, reference)
    assert [(line.sender, line.is_source) for line in case.transcript] == [
        ("assistant", False),
        ("visitor", True),
        ("assistant", False),
    ]
    assert case.summary == "I want to complain"
    assert [sister.kind for sister in case.related] == ["handoff"]


def test_long_words_are_cut() -> None:
    line = case_file.summary({}, "word \n" * 100, None)
    assert len(line) <= 140
    assert line.endswith("…")
    assert "\n" not in line


def test_a_case_without_reason_still_says_why() -> None:
    case = Escalation(kind="complaint", reason={})
    assert case_file.why(case) == "Complaint."
