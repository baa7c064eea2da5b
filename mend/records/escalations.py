"""How a case for the staff is opened: its cause, its reference, a visitor's request."""

import secrets
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mend.records import audit, search
from mend.records.columns import clean_text
from mend.records.pain_facts import pain_facts
from mend.records.tables import (
    URGENCY_RANK,
    Contact,
    Conversation,
    Escalation,
    Message,
    Outbox,
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


class DifferentText(ValueError):
    """The same client id came again with other content."""


class Erased(LookupError):
    """The conversation was erased; nothing more can be stored in it."""


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
            waits_since=now,
            version=1,
        ),
    )
    search.keep_chat(s, conversation.id)
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
    cleaned = _cleaned(contact)
    keys = search.contact_keys(cleaned.name, cleaned.phone, cleaned.email)
    s.add(
        Contact(escalation_id=escalation.id, consent_at=now, **asdict(cleaned), **keys)
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
    said = (
        s.execute(
            select(Message)
            .where(
                Message.conversation_id == conversation.id, Message.sender == "visitor"
            )
            .order_by(Message.seq.desc())
            .limit(20)
        )
        .scalars()
        .all()
    )
    if said:
        reason["last_message"] = said[0].text
    if facts := pain_facts([message.understanding for message in said]):
        reason["heard"] = facts
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
        **{known.name: getattr(contact, known.name) for known in fields(ContactDetails)}
    )
