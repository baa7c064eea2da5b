"""A visitor who writes again comes back to the staff, whatever the answer was."""

from __future__ import annotations

import uuid
from datetime import datetime, timezone

from mend.records import case_work, staff
from mend.records.tables import Audit, Escalation
from tests.chat.running import Running, Visitor


def close(door: Running) -> None:
    """Close the only case, as staff do at the desk."""
    (case,) = door.rows(Escalation)
    now = datetime.now(timezone.utc)
    with door.database.transaction() as s:
        email = f"{uuid.uuid4()}@clinic.example"
        token = staff.invite(s, email, "Kim", "reviewer", now)
        person = staff.invited(s, token, now).id
        steps = [("in_review", None), ("closed", "advised")]
        for step, (to, outcome) in enumerate(steps[case.status == "in_review" :]):
            case_work.change_status(
                s,
                case.reference,
                to=to,
                outcome=outcome,
                version=case.version + step,
                staff_id=person,
                now=now,
            )


def test_a_closed_case_reopens_once_per_message(visitor: Visitor) -> None:
    door = visitor.door
    visitor.say("I want a person")
    close(door)
    again, body = str(uuid.uuid4()), "What is scar tissue?"
    first = visitor.say(body, again)
    assert first["outcome"] == "answered"
    (case,) = door.rows(Escalation)
    assert (case.status, case.outcome, case.closed_at) == ("in_review", None, None)
    assert case.wrote_again_at is not None
    close(door)
    # The browser lost the answer and sends the message again.
    assert visitor.say(body, again) == first
    (case,) = door.rows(Escalation)
    assert case.status == "closed"
    with door.database.reading() as s:
        came_back = s.query(Audit).filter_by(action="case.came_back").count()
    assert came_back == 1


def test_other_visitors_reopen_nothing(visitor: Visitor) -> None:
    visitor.say("I want a person")
    close(visitor.door)
    visitor.door.start().say("What is scar tissue?")
    (case,) = visitor.door.rows(Escalation)
    assert case.status == "closed"
