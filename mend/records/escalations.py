"""Cases for the staff: how they are opened, found, worked on and closed."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mend.records import audit
from mend.records.columns import clean_text
from mend.records.tables import (
    URGENCY_RANK,
    Contact,
    Conversation,
    Escalation,
    Feedback,
    Message,
    Note,
    Outbox,
    StaffUser,
)

# No 0/O, 1/I/L or U: a reference is read out on the telephone.
REFERENCE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE_LENGTH = 6

KINDS = {
    "red_flag": "Possible warning sign",
    "handoff": "Wants to talk to a person",
    "unavailable": "The assistant could not answer",
    "consultation": "Asks for a consultation",
    "two_misses": "Not understood twice in a row",
    "unhelpful": "Found an answer not helpful",
    "bad_reaction": "Reports a bad reaction to treatment",
    "complaint": "Complaint",
}
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
DELETED_BY_VISITOR = "The visitor deleted the chat."


class DifferentText(ValueError):
    """The same client id came again with other content."""


class Erased(LookupError):
    """The conversation was erased; nothing more can be stored in it."""


class StaleVersion(ValueError):
    """Somebody else changed the case after it was shown."""


class NotAllowed(ValueError):
    """The change is not one that can be made to the case as it is."""


class UnknownCase(LookupError):
    """There is no case with this reference."""


@dataclass(frozen=True)
class EscalationCause:
    """Why a person is needed: kind, urgency and the reason shown to the staff."""

    kind: str
    urgency: str
    reason: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ContactDetails:
    """What the visitor typed into the contact form (already checked by the caller)."""

    name: str
    phone: str | None
    email: str | None
    preferred_time: str | None
    note: str | None
    consent_version: str


@dataclass(frozen=True)
class QueueRow:
    """One line of the staff queue."""

    reference: str
    kind: str
    urgency: str
    status: str
    why: str
    summary: str
    since: datetime
    assignee: str | None
    reach: tuple[str, ...]  # of "phone", "e-mail"
    outcome: str | None
    erased: bool


@dataclass(frozen=True)
class QueuePage:
    """One page of the queue with the counts of all its views."""

    rows: list[QueueRow]
    counts: dict[str, int]
    page: int
    pages: int


@dataclass(frozen=True)
class TranscriptLine:
    """One message as the staff see it."""

    seq: int
    sender: str
    text: str
    at: datetime
    state: str
    outcome: str | None
    urgency: str | None
    is_source: bool
    helpful: bool | None
    comment: str | None


@dataclass(frozen=True)
class NoteLine:
    """One staff note."""

    author: str
    text: str
    at: datetime


@dataclass(frozen=True)
class Case:
    """Everything the case page shows."""

    escalation: Escalation
    assignee: str | None
    contact: Contact | None
    notes: list[NoteLine]
    transcript: list[TranscriptLine]
    related: list[Escalation]
    erased_at: datetime | None

    @property
    def summary(self) -> str:
        """Return the visitor's own words in one line."""
        source = next((line.text for line in self.transcript if line.is_source), None)
        return summary(self.escalation.reason, source, self.contact)


VIEWS = ("unassigned", "mine", "open", "closed")


def open_case(
    s: Session,
    conversation: Conversation,
    cause: EscalationCause,
    *,
    source_message_id: int | None,
    actor: str,
    now: datetime,
    client_id: str | None = None,
) -> Escalation:
    """Open a case with its notice and audit row; the same cause opens it once.

    The caller holds the lock on the conversation (see `journal`).
    """
    if source_message_id is not None:
        known: Escalation | None = s.execute(
            select(Escalation).where(
                Escalation.conversation_id == conversation.id,
                Escalation.kind == cause.kind,
                Escalation.source_message_id == source_message_id,
            )
        ).scalar_one_or_none()
        if known is not None:
            return known
    escalation = _with_reference(
        s,
        Escalation(
            conversation_id=conversation.id,
            kind=cause.kind,
            urgency=cause.urgency,
            urgency_rank=URGENCY_RANK[cause.urgency],
            reason=dict(cause.reason),
            source_message_id=source_message_id,
            client_id=client_id,
            status="new",
            created_at=now,
            changed_at=now,
            version=1,
        ),
    )
    s.add(
        Outbox(
            kind="new_case",
            dedupe_key=f"new_case:{escalation.reference}",
            payload={
                "reference": escalation.reference,
                "urgency": escalation.urgency,
                "kind": escalation.kind,
            },
            created_at=now,
            next_try_at=now,
            attempts=0,
        )
    )
    audit.record(
        s,
        actor=actor,
        action="case.opened",
        object=f"case:{escalation.reference}",
        details={"kind": escalation.kind, "urgency": escalation.urgency},
        now=now,
    )
    return escalation


def request_consultation(
    s: Session,
    conversation: Conversation,
    client_id: str,
    contact: ContactDetails,
    now: datetime,
) -> Escalation:
    """Store a request for a consultation, with contact details, as a case.

    Args:
        s: An open write session.
        conversation: The visitor's conversation.
        client_id: Made by the browser; sending again with the same id and content
            returns the case that is there already.
        contact: What the visitor typed, already checked.
        now: When.

    Raises:
        DifferentText: The same `client_id` came with other contact details.
        Erased: The visitor erased the conversation in the meantime.
    """
    conversation = locked_conversation(s, conversation.id)
    known: Escalation | None = s.execute(
        select(Escalation).where(
            Escalation.conversation_id == conversation.id,
            Escalation.client_id == client_id,
        )
    ).scalar_one_or_none()
    if known is not None:
        stored = contact_of(s, known)
        if stored is None or _as_details(stored) != _cleaned(contact):
            raise DifferentText(client_id)
        return known
    escalation = open_case(
        s,
        conversation,
        EscalationCause(
            "consultation", "routine", _consultation_reason(s, conversation)
        ),
        source_message_id=None,
        client_id=client_id,
        actor="visitor",
        now=now,
    )
    details = _cleaned(contact)
    s.add(
        Contact(
            escalation_id=escalation.id,
            name=details.name,
            phone=details.phone,
            email=details.email,
            preferred_time=details.preferred_time,
            note=details.note,
            consent_version=details.consent_version,
            consent_at=now,
        )
    )
    s.flush()
    return escalation


def locked_conversation(s: Session, conversation_id: int) -> Conversation:
    """Return the conversation, locked until the transaction ends.

    Raises:
        Erased: It was erased.
    """
    conversation: Conversation | None = s.execute(
        select(Conversation)
        .where(Conversation.id == conversation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if conversation is None or conversation.erased_at is not None:
        raise Erased(conversation_id)
    return conversation


def contact_of(s: Session, escalation: Escalation) -> Contact | None:
    """Return how to reach the person of a case, if they said it."""
    query = select(Contact).where(Contact.escalation_id == escalation.id)
    found: Contact | None = s.execute(query).scalar_one_or_none()
    return found


def queue(
    s: Session, *, view: str, staff_id: int, page: int = 1, per_page: int = 25
) -> QueuePage:
    """Return one page of the queue: most urgent first, then longest waiting.

    Args:
        s: A reading session.
        view: One of `VIEWS`. Closed cases come newest first.
        staff_id: Whose cases "mine" are.
        page: From 1; a page past the end gives the last one.
        per_page: Lines on a page.
    """
    filters = _views(staff_id)
    counts = {
        name: s.execute(
            select(func.count()).select_from(Escalation).where(*where)
        ).scalar_one()
        for name, where in filters.items()
    }
    pages = max(1, -(-counts[view] // per_page))
    page = min(max(1, page), pages)
    order = (
        (Escalation.closed_at.desc(), Escalation.id.desc())
        if view == "closed"
        else (Escalation.urgency_rank, Escalation.created_at, Escalation.id)
    )
    found = s.execute(
        select(Escalation, Contact, StaffUser.name, Message.text, Conversation)
        .join(Conversation, Conversation.id == Escalation.conversation_id)
        .outerjoin(Contact, Contact.escalation_id == Escalation.id)
        .outerjoin(StaffUser, StaffUser.id == Escalation.assignee_id)
        .outerjoin(Message, Message.id == Escalation.source_message_id)
        .where(*filters[view])
        .order_by(*order)
        .offset((page - 1) * per_page)
        .limit(per_page)
    )
    rows = [
        QueueRow(
            reference=escalation.reference,
            kind=escalation.kind,
            urgency=escalation.urgency,
            status=escalation.status,
            why=why(escalation),
            summary=summary(escalation.reason, text, contact),
            since=escalation.created_at,
            assignee=assignee,
            reach=_reach(contact),
            outcome=escalation.outcome,
            erased=conversation.erased_at is not None,
        )
        for escalation, contact, assignee, text, conversation in found
    ]
    return QueuePage(rows=rows, counts=counts, page=page, pages=pages)


def why(escalation: Escalation) -> str:
    """Return in one sentence why the case was opened."""
    sentence = escalation.reason.get("why")
    if isinstance(sentence, str) and sentence.strip():
        return str(sentence)
    return f"{KINDS.get(escalation.kind, escalation.kind)}."


def summary(
    reason: dict[str, Any], source_text: str | None, contact: Contact | None
) -> str:
    """Return one line in the visitor's own words, as short as the queue needs."""
    told = (
        source_text,
        reason.get("comment"),
        reason.get("last_message"),
        contact.note if contact else None,
    )
    words = next((text for text in told if isinstance(text, str) and text), "")
    one_line = " ".join(words.split())
    return one_line if len(one_line) <= 140 else one_line[:139].rstrip() + "…"


def case(s: Session, reference: str) -> Case:
    """Return everything about one case.

    Raises:
        UnknownCase: There is none with this reference.
    """
    found = s.execute(
        select(Escalation, StaffUser.name, Conversation.erased_at)
        .join(Conversation, Conversation.id == Escalation.conversation_id)
        .outerjoin(StaffUser, StaffUser.id == Escalation.assignee_id)
        .where(Escalation.reference == clean_text(reference))
    ).one_or_none()
    if found is None:
        raise UnknownCase(reference)
    escalation, assignee, erased_at = found
    notes = s.execute(
        select(StaffUser.name, Note.text, Note.created_at)
        .join(StaffUser, StaffUser.id == Note.staff_id)
        .where(Note.escalation_id == escalation.id)
        .order_by(Note.id)
    )
    lines = s.execute(
        select(Message, Feedback.helpful, Feedback.comment)
        .outerjoin(Feedback, Feedback.message_id == Message.id)
        .where(Message.conversation_id == escalation.conversation_id)
        .order_by(Message.seq)
    )
    related = s.execute(
        select(Escalation)
        .where(
            Escalation.conversation_id == escalation.conversation_id,
            Escalation.id != escalation.id,
        )
        .order_by(Escalation.id)
    ).scalars()
    return Case(
        escalation=escalation,
        assignee=assignee,
        contact=contact_of(s, escalation),
        notes=[NoteLine(author, text, at) for author, text, at in notes],
        transcript=[
            TranscriptLine(
                seq=message.seq,
                sender=message.sender,
                text=message.text,
                at=message.created_at,
                state=message.state,
                outcome=message.outcome,
                urgency=message.urgency,
                is_source=message.id == escalation.source_message_id,
                helpful=helpful,
                comment=comment,
            )
            for message, helpful, comment in lines
        ],
        related=list(related),
        erased_at=erased_at,
    )


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
    audit.record(
        s,
        actor=audit.staff_actor(staff_id),
        action="case.viewed",
        object=f"case:{reference}",
        details={"contact_shown": contact_of(s, escalation) is not None},
        now=now,
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
    audit.record(
        s,
        actor=audit.staff_actor(staff_id),
        action="case.assigned",
        object=f"case:{reference}",
        details={"assignee": assignee_id},
        now=now,
    )
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
    audit.record(
        s,
        actor=audit.staff_actor(staff_id),
        action="case.status",
        object=f"case:{reference}",
        details={"from": came_from, "to": to, "outcome": escalation.outcome},
        now=now,
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
    audit.record(
        s,
        actor=audit.staff_actor(staff_id),
        action="case.noted",
        object=f"case:{reference}",
        now=now,
    )
    return escalation


def forget_person(s: Session, escalation_ids: Sequence[int]) -> dict[str, int]:
    """Delete contact details and notes of these cases; return how many of each."""
    return {
        "contacts": s.execute(
            delete(Contact)
            .where(Contact.escalation_id.in_(escalation_ids))
            .execution_options(synchronize_session=False)
        ).rowcount,
        "notes": s.execute(
            delete(Note)
            .where(Note.escalation_id.in_(escalation_ids))
            .execution_options(synchronize_session=False)
        ).rowcount,
    }


def waiting_notices(s: Session, *, created_before: datetime) -> int:
    """Count the cases that nobody was told of or has opened since `created_before`."""
    count: int = s.execute(
        select(func.count())
        .select_from(Outbox)
        .where(
            Outbox.kind == "new_case",
            Outbox.sent_at.is_(None),
            Outbox.created_at < created_before,
        )
    ).scalar_one()
    return count


def waiting_for(since: datetime, now: datetime) -> timedelta:
    """Return how long a case waits; never less than nothing when clocks jump."""
    return max(timedelta(0), now - since)


def _views(staff_id: int) -> dict[str, tuple[Any, ...]]:
    is_open = Escalation.status != "closed"
    return {
        "unassigned": (is_open, Escalation.assignee_id.is_(None)),
        "mine": (is_open, Escalation.assignee_id == staff_id),
        "open": (is_open,),
        "closed": (Escalation.status == "closed",),
    }


def _reach(contact: Contact | None) -> tuple[str, ...]:
    if contact is None:
        return ()
    ways = (("phone", contact.phone), ("e-mail", contact.email))
    return tuple(way for way, value in ways if value)


def _one(s: Session, reference: str) -> Escalation:
    escalation: Escalation | None = s.execute(
        select(Escalation).where(Escalation.reference == clean_text(reference))
    ).scalar_one_or_none()
    if escalation is None:
        raise UnknownCase(reference)
    return escalation


def _changing(s: Session, reference: str, version: int, now: datetime) -> Escalation:
    """Lock the case, check that it is as the caller saw it, and count the change."""
    escalation: Escalation | None = s.execute(
        select(Escalation)
        .where(Escalation.reference == clean_text(reference))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if escalation is None:
        raise UnknownCase(reference)
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


def _with_reference(s: Session, escalation: Escalation) -> Escalation:
    """Store the case under a reference that is not taken."""
    for _ in range(10):
        escalation.reference = "".join(
            secrets.choice(REFERENCE_LETTERS) for _ in range(REFERENCE_LENGTH)
        )
        taken = s.execute(
            select(Escalation.id).where(Escalation.reference == escalation.reference)
        ).first()
        if taken:
            continue
        try:
            with s.begin_nested():
                s.add(escalation)
        except IntegrityError as error:
            # Somebody else took the reference between the look and the write; any
            # other broken rule is not ours to hide.
            if "reference" not in str(error.orig):
                raise
            continue
        return escalation
    raise RuntimeError("no free case reference found in ten tries")


def _consultation_reason(s: Session, conversation: Conversation) -> dict[str, Any]:
    """Say why, with what the visitor told the assistant before."""
    reason: dict[str, Any] = {"why": "The visitor asks for a consultation."}
    said = s.execute(
        select(Message)
        .where(Message.conversation_id == conversation.id, Message.sender == "visitor")
        .order_by(Message.seq.desc())
        .limit(10)
    ).scalars()
    for message in said:
        reason.setdefault("last_message", message.text)
        heard = (message.understanding or {}).get("heard")
        if heard:
            reason["heard"] = heard
            break
    return reason


def _cleaned(contact: ContactDetails) -> ContactDetails:
    def clean(value: str | None) -> str | None:
        return clean_text(value) if value else None

    return ContactDetails(
        name=clean_text(contact.name),
        phone=clean(contact.phone),
        email=clean(contact.email),
        preferred_time=clean(contact.preferred_time),
        note=clean(contact.note),
        consent_version=clean_text(contact.consent_version),
    )


def _as_details(contact: Contact) -> ContactDetails:
    return ContactDetails(
        name=contact.name,
        phone=contact.phone,
        email=contact.email,
        preferred_time=contact.preferred_time,
        note=contact.note,
        consent_version=contact.consent_version,
    )
