"""What the staff do with a case: open it, take it, move it on, put it off, write.

Each change names the version of the case it was made on, and leaves an audit row in
the same transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mend.records import audit
from mend.records.columns import clean_text
from mend.records.erasure import forget_person
from mend.records.escalations import UnknownCase, contact_of
from mend.records.tables import (
    Audit,
    CaseTag,
    Conversation,
    Escalation,
    Note,
    Outbox,
    StaffUser,
)

STATUSES = {
    "new": "New",
    "in_review": "In review",
    "contacted": "Contacted",
    "waiting": "Waiting for the person",
    "closed": "Closed",
}
# A case without any way to reach the person is closed straight from review.
NEXT_STATUSES: dict[str, tuple[str, ...]] = {
    "new": ("in_review",),
    "in_review": ("contacted", "waiting", "closed"),
    "contacted": ("waiting", "closed", "in_review"),
    "waiting": ("contacted", "closed", "in_review"),
    "closed": ("in_review",),
}
# In these the person has not been reached yet, so that the case has a due time.
NOT_REACHED = ("new", "in_review")
OUTCOMES = {
    "booked": "Consultation booked",
    "advised": "Advised by phone or e-mail",
    "urgent_care": "Sent to urgent or emergency care",
    "declined": "The person did not want help",
    # Set by the visitor too (see `cancelling`).
    "cancelled": "Cancelled by the visitor",
    "no_answer": "Could not reach the person",
    "no_action": "Read, nothing to do",
    "not_ours": "Not for this clinic",
}

# Tags that mean the same to everybody; the staff may add their own words.
TAGS = {
    "call back": "Call back",
    "appointment": "Appointment",
    "insurance": "Insurance",
    "interpreter": "Interpreter",
    "clinician": "Ask a clinician",
    "wrong answer": "Wrong answer",
}
TAG_MAX = 40
TAGS_MAX = 10
SNOOZE_MAX = timedelta(days=366)
SEEN_LATELY = timedelta(minutes=30)


@dataclass(frozen=True)
class Seen:
    """A colleague who opened the case a short while ago."""

    name: str
    at: datetime


class StaleVersion(ValueError):
    """Somebody else changed the case after it was shown."""


class NotAllowed(ValueError):
    """The change is not one that can be made to the case as it is."""


def record_view(s: Session, reference: str, *, staff_id: int, now: datetime) -> None:
    """Write down that a person opened the case; its notice has then arrived.

    Raises:
        UnknownCase: There is no such case.
    """
    _one(s, reference)
    notice = s.execute(
        select(Outbox).where(Outbox.dedupe_key == f"new_case:{reference}")
    ).scalar_one_or_none()
    if notice is not None and notice.sent_at is None:
        notice.sent_at = now
    _audit(s, reference, "case.viewed", staff_id, now)


def record_contact_shown(
    s: Session, reference: str, *, staff_id: int, now: datetime
) -> None:
    """Write down that a person looked at the contact details of the case.

    Raises:
        UnknownCase: There is no such case.
        NotAllowed: It has no contact details.
    """
    if contact_of(s, _one(s, reference)) is None:
        raise NotAllowed("no contact details")
    _audit(s, reference, "case.contact_shown", staff_id, now)


def seen_by_others(
    s: Session, reference: str, *, staff_id: int, now: datetime
) -> Seen | None:
    """Return which colleague opened the case last, if that was a short while ago."""
    query = (
        select(Audit.actor, Audit.at)
        .where(
            Audit.object == f"case:{clean_text(reference)}",
            Audit.action == "case.viewed",
            Audit.actor != audit.staff_actor(staff_id),
            Audit.at >= now - SEEN_LATELY,
        )
        .order_by(Audit.seq.desc())
        .limit(1)
    )
    last = s.execute(query).one_or_none()
    if last is None:
        return None
    colleague = s.get(StaffUser, int(last.actor.partition(":")[2]))
    return None if colleague is None else Seen(colleague.name, last.at)


def assign(
    s: Session,
    reference: str,
    *,
    assignee_id: int | None,
    version: int,
    staff_id: int,
    now: datetime,
) -> Escalation:
    """Give the case to a member of staff, or to nobody (`assignee_id` None).

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
    escalation.snoozed_until = None
    if came_from in ("waiting", "closed"):
        escalation.waits_since = now
    if to == "in_review" and escalation.reviewed_at is None:
        escalation.reviewed_at = now
    if to == "contacted" and escalation.contacted_at is None:
        escalation.contacted_at = now
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


def snooze(
    s: Session,
    reference: str,
    *,
    until: datetime | None,
    note: str | None = None,
    version: int,
    staff_id: int,
    now: datetime,
) -> Escalation:
    """Put the case off until a moment, or wake it now (`until` None).

    It comes back by itself then, or earlier when the visitor writes.

    Raises:
        UnknownCase, StaleVersion: See the classes.
        NotAllowed: It is closed, or the moment is past or over a year away.
    """
    escalation = _changing(s, reference, version, now)
    if escalation.status == "closed":
        raise NotAllowed("a closed case needs no snooze")
    if until is not None and not now < until <= now + SNOOZE_MAX:
        raise NotAllowed("not a moment to put it off to")
    escalation.snoozed_until = until
    # What was put off on purpose is not late before it comes back.
    escalation.waits_since = until or now
    _write_note(s, escalation, note, staff_id, now)
    details = {"until": None if until is None else until.isoformat()}
    _audit(s, reference, "case.snoozed", staff_id, now, details)
    return escalation


def set_tags(
    s: Session,
    reference: str,
    *,
    tags: Iterable[str],
    version: int,
    staff_id: int,
    now: datetime,
) -> Escalation:
    """Give the case these tags and no others; small letters, each once.

    Raises:
        UnknownCase, StaleVersion: See the classes.
        NotAllowed: There are over `TAGS_MAX` tags, or one is too long.
    """
    wanted = list(
        dict.fromkeys(
            tag for one in tags if (tag := " ".join(clean_text(one).lower().split()))
        )
    )
    if len(wanted) > TAGS_MAX or any(len(tag) > TAG_MAX for tag in wanted):
        raise NotAllowed("too many tags, or too long")
    escalation = _changing(s, reference, version, now)
    s.execute(delete(CaseTag).where(CaseTag.escalation_id == escalation.id))
    s.add_all(CaseTag(escalation_id=escalation.id, tag=tag) for tag in wanted)
    # Not the words: somebody may have typed a name.
    _audit(s, reference, "case.tagged", staff_id, now, {"tags": len(wanted)})
    return escalation


def mark_reviewed(
    s: Session, reference: str, *, staff_id: int, now: datetime
) -> Conversation:
    """Write down that a person read the whole chat of a case.

    Raises:
        UnknownCase: There is no such case.
    """
    escalation = _one(s, reference)
    conversation: Conversation = s.get(Conversation, escalation.conversation_id)
    conversation.reviewed_at = now
    conversation.reviewed_by = staff_id
    _audit(s, reference, "chat.reviewed", staff_id, now)
    return conversation


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
    escalation.wrote_again_at = None
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
