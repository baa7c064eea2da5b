"""What the staff do with a case: open it, take it, move it on, write a note.

Each change names the version of the case it was made on, and leaves an audit row in
the same transaction.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mend.records import audit
from mend.records.columns import clean_text
from mend.records.erasure import forget_person
from mend.records.escalations import UnknownCase, contact_of
from mend.records.tables import Conversation, Escalation, Note, Outbox, StaffUser

STATUSES = {
    "new": "New",
    "in_review": "In review",
    "contacted": "Contacted",
    "closed": "Closed",
}
# A case without any way to reach the person is closed straight from review.
NEXT_STATUSES: dict[str, tuple[str, ...]] = {
    "new": ("in_review",),
    "in_review": ("contacted", "closed"),
    "contacted": ("closed", "in_review"),
    "closed": ("in_review",),
}
OUTCOMES = {
    "booked": "Consultation booked",
    "advised": "Advised by phone or e-mail",
    "urgent_care": "Sent to urgent or emergency care",
    "declined": "The person did not want help",
    "no_answer": "Could not reach the person",
    "no_action": "Read, nothing to do",
    "not_ours": "Not for this clinic",
}


class StaleVersion(ValueError):
    """Somebody else changed the case after it was shown."""


class NotAllowed(ValueError):
    """The change is not one that can be made to the case as it is."""


def record_view(s: Session, reference: str, *, staff_id: int, now: datetime) -> None:
    """Write down that a person opened the case; its notice has then arrived.

    Raises:
        UnknownCase: There is no such case.
    """
    escalation = _one(s, reference)
    notice = s.execute(
        select(Outbox).where(Outbox.dedupe_key == f"new_case:{reference}")
    ).scalar_one_or_none()
    if notice is not None and notice.sent_at is None:
        notice.sent_at = now
    _audit(
        s,
        reference,
        "case.viewed",
        staff_id,
        now,
        {"contact_shown": contact_of(s, escalation) is not None},
    )


def assign(
    s: Session,
    reference: str,
    *,
    assignee_id: int | None,
    version: int,
    staff_id: int,
    now: datetime,
) -> Escalation:
    """Give the case to a member of staff, or to nobody.

    Raises:
        UnknownCase, StaleVersion: See the classes.
        NotAllowed: The assignee is unknown or disabled.
    """
    escalation = _changing(s, reference, version, now)
    if assignee_id is not None:
        assignee = s.get(StaffUser, assignee_id)
        if assignee is None or not assignee.active:
            raise NotAllowed("unknown assignee")
    escalation.assignee_id = assignee_id
    _audit(s, reference, "case.assigned", staff_id, now, {"assignee": assignee_id})
    return escalation


def change_status(
    s: Session,
    reference: str,
    *,
    to: str,
    outcome: str | None = None,
    note: str | None = None,
    version: int,
    staff_id: int,
    now: datetime,
) -> Escalation:
    """Move the case on; closing needs an outcome, reopening goes back to review.

    Whoever starts the review gets the case if nobody has it. When a case of an erased
    chat is closed, its contact details and notes are deleted: nobody needs them any
    more.

    Raises:
        UnknownCase, StaleVersion: See the classes.
        NotAllowed: There is no such step from where the case is, or no outcome.
    """
    escalation = _changing(s, reference, version, now)
    came_from = escalation.status
    if to not in NEXT_STATUSES[came_from]:
        raise NotAllowed(f"{came_from} -> {to}")
    if to == "closed" and outcome not in OUTCOMES:
        raise NotAllowed("closing needs an outcome")
    escalation.status = to
    escalation.outcome = outcome if to == "closed" else None
    escalation.closed_at = now if to == "closed" else None
    if to == "in_review" and escalation.assignee_id is None:
        escalation.assignee_id = staff_id
    _write_note(s, escalation, note, staff_id, now)
    conversation = s.get(Conversation, escalation.conversation_id)
    if to == "closed" and conversation.erased_at is not None:
        forget_person(s, [escalation.id])
    _audit(
        s,
        reference,
        "case.status",
        staff_id,
        now,
        {"from": came_from, "to": to, "outcome": escalation.outcome},
    )
    return escalation


def add_note(
    s: Session,
    reference: str,
    *,
    text: str,
    version: int,
    staff_id: int,
    now: datetime,
) -> Escalation:
    """Add a note that only staff can read.

    Raises:
        UnknownCase, StaleVersion: See the classes.
        NotAllowed: The note is empty.
    """
    if not text.strip():
        raise NotAllowed("an empty note")
    escalation = _changing(s, reference, version, now)
    _write_note(s, escalation, text, staff_id, now)
    _audit(s, reference, "case.noted", staff_id, now)
    return escalation


def _one(s: Session, reference: str, *, lock: bool = False) -> Escalation:
    query = select(Escalation).where(Escalation.reference == clean_text(reference))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    escalation: Escalation | None = s.execute(query).scalar_one_or_none()
    if escalation is None:
        raise UnknownCase(reference)
    return escalation


def _changing(s: Session, reference: str, version: int, now: datetime) -> Escalation:
    """Lock the case, check that it is as the caller saw it, and count the change."""
    escalation = _one(s, reference, lock=True)
    if escalation.version != version:
        raise StaleVersion(reference)
    escalation.version = version + 1
    escalation.changed_at = now
    return escalation


def _write_note(
    s: Session, escalation: Escalation, text: str | None, staff_id: int, now: datetime
) -> None:
    if text and text.strip():
        s.add(
            Note(
                escalation_id=escalation.id,
                staff_id=staff_id,
                text=text.strip(),
                created_at=now,
            )
        )


def _audit(
    s: Session,
    reference: str,
    action: str,
    staff_id: int,
    now: datetime,
    details: dict[str, Any] | None = None,
) -> None:
    audit.record(
        s,
        actor=audit.staff_actor(staff_id),
        action=action,
        object=f"case:{reference}",
        details=details,
        now=now,
    )
