"""A visitor's own data: give all of it, or erase all of it."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from mend.records import audit, search
from mend.records.escalations import Erased, contact_of, locked_conversation
from mend.records.tables import (
    CaseTag,
    Contact,
    Conversation,
    Correction,
    ErasureLedger,
    Escalation,
    Feedback,
    Message,
    Note,
    Outbox,
)

DELETED_BY_VISITOR = "The visitor deleted the chat."


def export(s: Session, conversation: Conversation) -> dict[str, Any]:
    """Return everything stored about a chat, ready for JSON.

    Staff notes are the clinic's own records and are not part of it.
    """
    messages = s.execute(
        select(Message, Feedback)
        .outerjoin(Feedback, Feedback.message_id == Message.id)
        .where(Message.conversation_id == conversation.id)
        .order_by(Message.seq)
    )
    cases = s.execute(
        select(Escalation)
        .where(Escalation.conversation_id == conversation.id)
        .order_by(Escalation.id)
    ).scalars()
    return {
        "started": conversation.created_at.isoformat(),
        "last_seen": conversation.last_seen_at.isoformat(),
        "messages": [_message(message, feedback) for message, feedback in messages],
        "cases": [_case(escalation, contact_of(s, escalation)) for escalation in cases],
    }


def erase(s: Session, conversation: Conversation, now: datetime) -> dict[str, int]:
    """Erase a chat at the visitor's wish; return how many rows of what went.

    Messages, feedback and corrections are deleted and the token is dead. Of a case
    only kind, urgency, reference, status and outcome stay, so that the staff know what
    happened; its reason becomes "the visitor deleted the chat", its contact details and
    notes go. One exception: a case that is still open and asks for a consultation keeps
    its contact details and notes until the staff close it, because the visitor asked
    to be called. Rasa's own rows are queued for `tracker.erase_pending`. The ledger
    remembers the erasure, so that a restored backup can be erased again.

    A conversation that was erased before counts nothing.
    """
    try:
        conversation = locked_conversation(s, conversation.id)
    except Erased:
        return dict.fromkeys(
            ("messages", "feedback", "corrections", "cases", "contacts", "notes"), 0
        )
    ours = select(Message.id).where(Message.conversation_id == conversation.id)
    cases = list(
        s.execute(
            select(Escalation).where(Escalation.conversation_id == conversation.id)
        ).scalars()
    )
    kept = {
        case.id
        for case in cases
        if case.status != "closed" and contact_of(s, case) is not None
    }
    for case in cases:
        case.reason = {"why": DELETED_BY_VISITOR}
        case.source_message_id = None
        case.changed_at = now
        case.version += 1
    s.flush()
    counts = {
        "corrections": s.execute(
            delete(Correction)
            .where(Correction.message_id.in_(ours))
            .execution_options(synchronize_session=False)
        ).rowcount,
        "feedback": s.execute(
            delete(Feedback).where(Feedback.conversation_id == conversation.id)
        ).rowcount,
        "cases": len(cases),
        **forget_person(s, [case.id for case in cases if case.id not in kept]),
    }
    search.forget_chat(s, conversation.id)
    # Answers point at the messages they answer; let go before deleting either.
    s.execute(
        update(Message)
        .where(Message.conversation_id == conversation.id)
        .values(in_reply_to=None)
    )
    counts["messages"] = s.execute(
        delete(Message).where(Message.conversation_id == conversation.id)
    ).rowcount
    s.add(ErasureLedger(conversation_hash=ledger_hash(conversation), erased_at=now))
    s.add(
        Outbox(
            kind="erase_events",
            dedupe_key=f"erase_events:{conversation.id}",
            payload={"sender_id": conversation.sender_id},
            created_at=now,
            next_try_at=now,
            attempts=0,
        )
    )
    conversation.token_sha256 = None
    conversation.sender_id = f"erased-{conversation.id}"
    conversation.erased_at = now
    audit.record(
        s,
        actor="visitor",
        action="conversation.erased",
        object=f"conversation:{conversation.id}",
        details=counts,
        now=now,
    )
    return counts


def forget_person(s: Session, escalation_ids: Sequence[int]) -> dict[str, int]:
    """Delete contact details, notes and tags of these cases.

    Returns:
        How many contacts and notes there were.
    """
    s.execute(
        delete(CaseTag)
        .where(CaseTag.escalation_id.in_(escalation_ids))
        .execution_options(synchronize_session=False)
    )
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


def ledger_hash(conversation: Conversation) -> str:
    """Return the ledger's name for a conversation.

    It is keyed with the random sender id, which the erasure itself destroys: only
    somebody who holds the erased conversation (a backup) can recognise it.
    """
    return hmac.new(
        conversation.sender_id.encode(),
        f"conversation:{conversation.id}".encode(),
        hashlib.sha256,
    ).hexdigest()


def ledger(s: Session) -> list[str]:
    """Return the hashes of all erased conversations, to be kept beside the backups."""
    rows = s.execute(
        select(ErasureLedger.conversation_hash).order_by(ErasureLedger.id)
    ).scalars()
    return list(rows)


def replay(s: Session, hashes: Iterable[str], now: datetime) -> int:
    """Erase again what a restored backup brought back; return how many chats."""
    erased = set(hashes)
    living = s.execute(
        select(Conversation).where(Conversation.erased_at.is_(None))
    ).scalars()
    found = [chat for chat in living if ledger_hash(chat) in erased]
    for conversation in found:
        erase(s, conversation, now)
    return len(found)


def _message(message: Message, feedback: Feedback | None) -> dict[str, Any]:
    told = {
        "seq": message.seq,
        "from": message.sender,
        "text": message.text,
        "at": message.created_at.isoformat(),
        "outcome": message.outcome,
        "urgency": message.urgency,
        "understood_as": message.understanding,
        "attached": message.payload,
    }
    if feedback is not None:
        told["feedback"] = {"helpful": feedback.helpful, "comment": feedback.comment}
    return told


def _case(escalation: Escalation, contact: Contact | None) -> dict[str, Any]:
    told = {
        "reference": escalation.reference,
        "kind": escalation.kind,
        "urgency": escalation.urgency,
        "status": escalation.status,
        "reason": escalation.reason,
        "at": escalation.created_at.isoformat(),
    }
    if contact is not None:
        told["contact"] = {
            "name": contact.name,
            "phone": contact.phone,
            "email": contact.email,
            "preferred_time": contact.preferred_time,
            "note": contact.note,
            "consent_version": contact.consent_version,
            "consent_at": contact.consent_at.isoformat(),
        }
    return told
