"""A visitor's own data: give all of it, or erase all of it."""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from mend.records import audit, search
from mend.records.escalations import contact_of
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
DELETED_FOR = "The chat was deleted at the visitor's wish."
# Where a case that outlives its chat keeps the line for the ledger (see `whole_hash`).
_LEDGER = "ledger"
# What an erasure removes and counts; of the cases, their words.
WHAT_GOES = ("messages", "feedback", "corrections", "contacts", "notes", "cases")


def export(s: Session, conversation: Conversation) -> dict[str, Any]:
    """Return everything stored about a chat, ready for JSON.

    Staff notes are the clinic's own records and are not part of it.
    """
    messages = s.execute(
        select(Message, Feedback, Correction)
        .outerjoin(Feedback, Feedback.message_id == Message.id)
        .outerjoin(Correction, Correction.message_id == Message.id)
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
        "read_by_staff": _moment(conversation.reviewed_at),
        "messages": [_message(*row) for row in messages],
        "cases": [_case(escalation, contact_of(s, escalation)) for escalation in cases],
    }


def erase(
    s: Session, conversation: Conversation, now: datetime, *, by: str = "visitor"
) -> dict[str, int]:
    """Erase a chat; return how many rows of what went (see `what_goes`).

    Messages, feedback and corrections are deleted and the token is dead. Of a case
    only kind, urgency, reference, status and outcome stay, so that the staff know what
    happened; its reason says who deleted the chat, its contact details, notes and tags
    go. Rasa's own rows are queued for `tracker.erase_pending`. The ledger remembers
    the erasure, so that a restored backup can be erased again.

    Args:
        s: An open write session.
        conversation: Whose chat. One that was erased before counts nothing, unless
            something was kept then and the staff erase it now.
        now: When.
        by: Who does it, as in the audit list. The visitor: then a case that is still
            open and asks for a consultation keeps its contact details and notes until
            the staff close it, because the visitor asked to be called. Anybody else,
            at the visitor's wish: everything goes, and open cases are closed.
    """
    conversation = locked(s, conversation.id)
    first_time = conversation.erased_at is None
    by_visitor = by == "visitor"
    if not first_time and by_visitor:
        return dict.fromkeys(WHAT_GOES, 0)
    cases = _cases(s, conversation)
    kept = {
        case.id
        for case in cases
        if by_visitor and case.status != "closed" and contact_of(s, case) is not None
    }
    if first_time:
        line = ledger_hash(conversation) if kept else whole_hash(conversation)
        s.add(ErasureLedger(conversation_hash=line, erased_at=now))
    whole_line = whole_hash(conversation)
    why = DELETED_BY_VISITOR if by_visitor else DELETED_FOR
    for case in cases:
        if not by_visitor and case.status != "closed":
            _close(s, case, now)
    counts = wipe(s, conversation, now, why=why, keep=kept)
    for case in cases:
        if case.id in kept:
            case.reason = {**case.reason, _LEDGER: whole_line}
    if first_time:
        conversation.erased_by = "visitor" if by_visitor else "staff"
    audit.record(
        s,
        actor=by,
        action="conversation.erased",
        object=f"conversation:{conversation.id}",
        details=counts,
        now=now,
    )
    return counts


def wipe(
    s: Session,
    conversation: Conversation,
    now: datetime,
    *,
    why: str,
    keep: Collection[int] = (),
) -> dict[str, int]:
    """Delete everything personal of a chat; what stays is said at `erase`.

    Args:
        s: An open write session that holds the lock on the conversation.
        conversation: Whose chat.
        now: When.
        why: What the cases say from now on instead of their reason.
        keep: Ids of the cases whose contact details, notes and tags stay.

    Returns:
        How many rows of what went, by the names in `WHAT_GOES`.
    """
    cases = _cases(s, conversation)
    counts = what_goes(s, conversation)
    for case in cases:
        # The second time around, the cases have said it before.
        if conversation.erased_at is None:
            case.reason = {"why": why}
        case.source_message_id = None
        case.changed_at = now
        case.version += 1
    s.flush()
    # What is kept is not counted as gone.
    counts |= forget_person(s, [case.id for case in cases if case.id not in keep])
    search.forget_chat(s, conversation.id)
    _delete_messages(s, conversation.id)
    if conversation.erased_at is None:
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
    return counts


def what_goes(s: Session, conversation: Conversation) -> dict[str, int]:
    """Count what an erasure by the staff removes, by the names in `WHAT_GOES`."""
    messages = select(Message.id).where(Message.conversation_id == conversation.id)
    cases = select(Escalation.id).where(Escalation.conversation_id == conversation.id)

    def count(table: Any, condition: Any) -> int:
        number: int = s.execute(
            select(func.count()).select_from(table).where(condition)
        ).scalar_one()
        return number

    return {
        "messages": count(Message, Message.conversation_id == conversation.id),
        "feedback": count(Feedback, Feedback.conversation_id == conversation.id),
        "corrections": count(Correction, Correction.message_id.in_(messages)),
        "contacts": count(Contact, Contact.escalation_id.in_(cases)),
        "notes": count(Note, Note.escalation_id.in_(cases)),
        "cases": count(Escalation, Escalation.conversation_id == conversation.id),
    }


def forget_person(s: Session, escalation_ids: Sequence[int]) -> dict[str, int]:
    """Delete contact details, notes and tags of these cases.

    What was kept of an erased chat until now goes into the ledger as well.

    Returns:
        How many contacts and notes there were.
    """
    for case_id in escalation_ids:
        case = s.get(Escalation, case_id)
        if _LEDGER in case.reason:
            line = case.reason[_LEDGER]
            case.reason = {"why": case.reason["why"]}
            _note_line(s, line, case.changed_at)
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


def locked(s: Session, conversation_id: int) -> Conversation:
    """Return the conversation, erased or not, locked until the transaction ends."""
    conversation: Conversation = s.execute(
        select(Conversation)
        .where(Conversation.id == conversation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()
    return conversation


def _cases(s: Session, conversation: Conversation) -> list[Escalation]:
    query = select(Escalation).where(Escalation.conversation_id == conversation.id)
    return list(s.execute(query).scalars())


def _close(s: Session, case: Escalation, now: datetime) -> None:
    """Take a case out of the queue: there is nobody left to call."""
    case.status, case.outcome, case.closed_at = "closed", "no_action", now
    case.snoozed_until = None
    s.execute(
        update(Outbox)
        .where(
            Outbox.dedupe_key == f"new_case:{case.reference}", Outbox.sent_at.is_(None)
        )
        .values(sent_at=now)
        .execution_options(synchronize_session=False)
    )


def _delete_messages(s: Session, conversation_id: int) -> None:
    """Delete messages and what hangs on them."""
    ours = select(Message.id).where(Message.conversation_id == conversation_id)
    for statement in (
        delete(Correction).where(Correction.message_id.in_(ours)),
        delete(Feedback).where(Feedback.conversation_id == conversation_id),
        # Answers point at the messages they answer; let go before deleting either.
        update(Message)
        .where(Message.conversation_id == conversation_id)
        .values(in_reply_to=None),
        delete(Message).where(Message.conversation_id == conversation_id),
    ):
        s.execute(statement.execution_options(synchronize_session=False))


def _note_line(s: Session, line: str, at: datetime) -> None:
    known = select(ErasureLedger.id).where(ErasureLedger.conversation_hash == line)
    if s.execute(known).first() is None:
        s.add(ErasureLedger(conversation_hash=line, erased_at=at))


def ledger_hash(conversation: Conversation) -> str:
    """Return the ledger's line for a chat of which an open request was kept.

    It is keyed with the random sender id, which the erasure itself destroys: only
    somebody who holds the erased conversation (a backup) can recognise it.
    """
    return _keyed(conversation, f"conversation:{conversation.id}")


def whole_hash(conversation: Conversation) -> str:
    """Return the ledger's line for a chat of which nothing was kept."""
    return _keyed(conversation, f"conversation:{conversation.id}:whole")


def _keyed(conversation: Conversation, text: str) -> str:
    key = conversation.sender_id.encode()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def ledger(s: Session) -> list[str]:
    """Return the hashes of all erased conversations, to be kept beside the backups."""
    rows = s.execute(
        select(ErasureLedger.conversation_hash).order_by(ErasureLedger.id)
    ).scalars()
    return list(rows)


def replay(s: Session, lines: Iterable[str], now: datetime) -> int:
    """Erase again what a restored backup brought back; return how many chats.

    The lines are then in the ledger of this database too.

    Args:
        s: An open write session.
        lines: Of the ledger, as it was kept outside the database.
        now: When.
    """
    erased = set(lines)
    again = 0
    living = select(Conversation).where(Conversation.erased_at.is_(None))
    for conversation in s.execute(living).scalars().all():
        if whole_hash(conversation) in erased:
            erase(s, conversation, now, by="system")
        elif ledger_hash(conversation) in erased:
            erase(s, conversation, now)
        else:
            continue
        again += 1
    # Erased already in the backup, but with a request that was still open then.
    kept = (
        select(Conversation, Escalation.reason)
        .join(Escalation, Escalation.conversation_id == Conversation.id)
        .join(Contact, Contact.escalation_id == Escalation.id)
        .where(Conversation.erased_at.is_not(None))
    )
    for conversation, reason in s.execute(kept).all():
        if reason.get(_LEDGER) in erased:
            erase(s, conversation, now, by="system")
            again += 1
    for line in erased:
        _note_line(s, line, now)
    return again


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _message(
    message: Message, feedback: Feedback | None, correction: Correction | None
) -> dict[str, Any]:
    told = {
        "seq": message.seq,
        "from": message.sender,
        "text": message.text,
        "chosen": message.choice,
        "at": message.created_at.isoformat(),
        "outcome": message.outcome,
        "urgency": message.urgency,
        "understood_as": message.understanding,
        "attached": message.payload,
    }
    if feedback is not None:
        told["feedback"] = {"helpful": feedback.helpful, "comment": feedback.comment}
    if correction is not None:
        told["correction"] = {"to": correction.corrected, "text": correction.text}
    return told


def _case(escalation: Escalation, contact: Contact | None) -> dict[str, Any]:
    told = {
        "reference": escalation.reference,
        "kind": escalation.kind,
        "urgency": escalation.urgency,
        "status": escalation.status,
        "outcome": escalation.outcome,
        "reason": escalation.reason,
        "at": escalation.created_at.isoformat(),
        "closed": _moment(escalation.closed_at),
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
