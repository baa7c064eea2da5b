"""What the staff write about a visitor stays with the staff."""

from __future__ import annotations

from sqlalchemy import select

from mend.records import case_work, escalations, staff
from mend.records.tables import Conversation
from tests.chat.running import Visitor


def test_a31_notes_never_leave_by_the_public_door(visitor: Visitor) -> None:
    """A31: no answer of the chat's API holds what the staff wrote."""
    visitor.say("I want to talk to somebody")
    with visitor.door.database.transaction() as s:
        chat = s.execute(select(Conversation)).scalar_one()
        now = chat.created_at
        staff.invite(s, "robin@clinic.example", "Robin", "reviewer", now)
        robin = staff.by_email(s, "robin@clinic.example").id
        reference = escalations.open_case(
            s,
            escalations.locked_conversation(s, chat.id),
            escalations.EscalationCause("complaint", "routine", {"why": "x"}),
            source_message_id=None,
            actor="visitor",
            now=now,
        ).reference
        by = {"staff_id": robin, "now": now}
        case_work.add_note(s, reference, text="unforgettable note", version=1, **by)
        case_work.set_tags(s, reference, tags=["unforgettable tag"], version=2, **by)
    for path in ("messages?after=0", "messages", "conversation"):
        answer = visitor.call("GET", path)
        assert answer.status_code == 200
        assert "unforgettable" not in answer.text
        assert "Robin" not in answer.text
