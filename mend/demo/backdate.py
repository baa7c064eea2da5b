"""Move what was just stored back in time, as if the visitor had come then."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mend.records.tables import (
    Contact,
    Conversation,
    Escalation,
    Feedback,
    Message,
    Miss,
    Outbox,
)

# How long people read and type between two messages, in seconds.
_TYPING = (15, 90)
_ANSWERING = timedelta(seconds=1)


def move_back(
    s: Session, conversation: Conversation, begins: datetime, chance: random.Random
) -> None:
    """Set every time of a conversation, and of what followed from it.

    Its notices count as sent: nobody is to be woken for somebody made up.

    Args:
        s: an open write session.
        conversation: which.
        begins: when the visitor opened the chat.
        chance: decides how long they took to type.
    """
    at, last_said, moments = begins, begins, {}
    messages = s.execute(
        select(Message)
        .where(Message.conversation_id == conversation.id)
        .order_by(Message.seq)
    ).scalars()
    for message in messages:
        if message.sender == "visitor":
            at += timedelta(seconds=chance.randrange(*_TYPING))
            last_said = at
        elif message.in_reply_to is not None:
            at += _ANSWERING
        message.created_at = moments[message.id] = at
    conversation.created_at, conversation.last_seen_at = begins, at
    for thumb in _of(s, Feedback, conversation):
        thumb.created_at = moments[thumb.message_id] + timedelta(seconds=9)
    for case in _of(s, Escalation, conversation):
        opened = moments.get(case.source_message_id, at)
        case.created_at = case.changed_at = case.waits_since = opened
        if case.wrote_again_at is not None:
            case.wrote_again_at = last_said
        contact = s.execute(
            select(Contact).where(Contact.escalation_id == case.id)
        ).scalar_one_or_none()
        if contact is not None:
            contact.consent_at = opened
        notice = s.execute(
            select(Outbox).where(Outbox.dedupe_key == f"new_case:{case.reference}")
        ).scalar_one_or_none()
        if notice is not None:
            notice.created_at = notice.next_try_at = notice.sent_at = opened
    for miss in s.execute(select(Miss).where(Miss.message_id.in_(moments))).scalars():
        miss.at = moments[miss.message_id]


def _of(s: Session, table: type, conversation: Conversation):  # type: ignore[no-untyped-def]
    query = select(table).where(table.conversation_id == conversation.id)  # type: ignore[attr-defined]
    return s.execute(query).scalars()
