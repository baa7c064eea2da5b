"""The transcript of record: what visitors wrote, what they were told, what followed.

Every function works in the caller's session. Those that write take a lock on the
conversation first, so that messages get their numbers one after the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mend.records import follow_ups, misses
from mend.records.columns import clean_text
from mend.records.erasure import erase, export
from mend.records.escalations import (
    DifferentText,
    Erased,
    EscalationCause,
    locked_conversation,
    open_case,
)
from mend.records.tables import URGENCY_RANK, Conversation, Message

__all__ = [
    "FORM_PREFIX",
    "DifferentText",
    "Erased",
    "EscalationCause",
    "Received",
    "Reply",
    "StoredMessage",
    "StoredTurn",
    "TurnResult",
    "complete",
    "conversation_by_token",
    "erase",
    "export",
    "history",
    "last_message_at",
    "open_conversation",
    "receive",
    "recent_visitor_texts",
    "stored_turn",
    "unanswered",
]

FORM_PREFIX = "form:"
"""How the client id of a line begins that stands for a form, not for a message."""


@dataclass(frozen=True)
class Reply:
    """One thing the assistant says; choices are stored as intents, unsigned.

    A picture is its address (`src`) and what it shows in words (`alt`).
    """

    text: str
    answer: str | None = None
    sources: Sequence[dict[str, Any]] = ()
    choices: Sequence[dict[str, Any]] = ()
    form: str | None = None
    picture: dict[str, str] | None = None


@dataclass(frozen=True)
class TurnResult:
    """What became of a visitor's message."""

    outcome: str
    urgency: str | None
    replies: Sequence[Reply]
    escalations: Sequence[EscalationCause] = ()
    understanding: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Received:
    """A journalled message, and whether this call was the one that stored it."""

    message: Message
    fresh: bool


@dataclass(frozen=True)
class StoredMessage:
    """One message as it is told to the visitor."""

    seq: int
    sender: str
    text: str
    answer: str | None
    sources: list[dict[str, Any]]
    choices: list[dict[str, Any]]
    form: str | None
    picture: dict[str, str] | None
    outcome: str | None
    urgency: str | None
    at: datetime
    client_message_id: str | None


@dataclass(frozen=True)
class StoredTurn:
    """The finished answer to one visitor message."""

    client_message_id: str
    outcome: str
    urgency: str | None
    messages: list[StoredMessage]
    received_at: datetime


def open_conversation(
    s: Session,
    *,
    token_sha256: str,
    sender_id: str,
    greeting: Sequence[Reply],
    now: datetime,
) -> Conversation:
    """Start a conversation with the assistant's greeting in it.

    Args:
        s: An open write session.
        token_sha256: Hex sha256 of the visitor's token; the token is never stored.
        sender_id: Random name of the visitor towards Rasa.
        greeting: What the visitor is shown first.
        now: When.
    """
    conversation: Conversation = Conversation(
        token_sha256=token_sha256,
        sender_id=sender_id,
        created_at=now,
        last_seen_at=now,
    )
    s.add(conversation)
    s.flush()
    for seq, reply in enumerate(greeting, start=1):
        s.add(_reply_row(conversation.id, seq, reply, None, now))
    s.flush()
    return conversation


def conversation_by_token(s: Session, token_sha256: str) -> Conversation | None:
    """Return the conversation of a token, None when unknown or erased."""
    found: Conversation | None = s.execute(
        select(Conversation).where(
            Conversation.token_sha256 == token_sha256,
            Conversation.erased_at.is_(None),
        )
    ).scalar_one_or_none()
    return found


def receive(
    s: Session,
    conversation: Conversation,
    client_message_id: str,
    text: str,
    choice: str | None,
    now: datetime,
) -> Received:
    """Journal a visitor's message; the same id is journalled once.

    Args:
        s: An open write session; the message is accepted when it commits.
        conversation: Whose message it is.
        client_message_id: Made by the visitor's browser.
        text: What the visitor wrote, or the title of the button.
        choice: Full intent name of a signed button, None for typed text.
        now: When.

    Raises:
        DifferentText: The same id came before with another text or choice.
        Erased: The visitor erased the conversation in the meantime.
    """
    conversation = locked_conversation(s, conversation.id)
    text = clean_text(text)
    choice = None if choice is None else clean_text(choice)
    known = _by_client_id(s, conversation.id, client_message_id)
    if known is None:
        message = Message(
            conversation_id=conversation.id,
            seq=_next_seq(s, conversation.id),
            client_message_id=client_message_id,
            sender="visitor",
            text=text,
            choice=choice,
            state="received",
            created_at=now,
        )
        try:
            with s.begin_nested():
                s.add(message)
        except IntegrityError:
            # The lock makes this impossible on our two engines; the unique key is
            # what the promise rests on, so meet it rather than fail.
            known = _by_client_id(s, conversation.id, client_message_id)
            if known is None:
                raise
        else:
            conversation.last_seen_at = now
            s.flush()
            # A form opens a case of its own.
            if not client_message_id.startswith(FORM_PREFIX):
                follow_ups.visitor_wrote(s, conversation.id, text, now)
            return Received(message, fresh=True)
    if (known.text, known.choice) != (text, choice):
        raise DifferentText(client_message_id)
    return Received(known, fresh=False)


def complete(s: Session, message: Message, result: TurnResult, now: datetime) -> None:
    """Store the answer to a message with everything that follows from it.

    Replies, escalations, their notices and audit rows, and the message's new state
    are written in the caller's transaction: all or nothing. A message that was
    answered before, or whose conversation was erased, is left as it is.
    """
    try:
        conversation = locked_conversation(s, message.conversation_id)
    except Erased:
        return
    current = s.execute(
        select(Message)
        .where(Message.id == message.id)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if current is None or current.state != "received":
        return
    seq = _next_seq(s, conversation.id)
    for offset, reply in enumerate(result.replies):
        s.add(_reply_row(conversation.id, seq + offset, reply, current, now, result))
    current.outcome = result.outcome
    current.urgency = result.urgency
    current.understanding = dict(result.understanding)
    causes = _one_per_kind(result.escalations)
    current.state = _state(result.outcome, causes)
    s.flush()
    misses.note_turn(s, current)
    for cause in causes:
        open_case(
            s,
            conversation,
            cause,
            source_message_id=current.id,
            actor="assistant",
            now=now,
        )


def stored_turn(s: Session, message: Message) -> StoredTurn | None:
    """Return the answer as it was stored, None while there is none (or no more)."""
    current = s.execute(
        select(Message)
        .where(Message.id == message.id)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if current is None or current.state == "received":
        return None
    replies = s.execute(
        select(Message).where(Message.in_reply_to == current.id).order_by(Message.seq)
    ).scalars()
    return StoredTurn(
        client_message_id=current.client_message_id,
        outcome=current.outcome,
        urgency=current.urgency,
        messages=[_stored(reply) for reply in replies],
        received_at=current.created_at,
    )


def history(
    s: Session, conversation: Conversation, after: int = 0
) -> list[StoredMessage]:
    """Return the messages with a number above `after`, in order."""
    rows = s.execute(
        select(Message)
        .where(Message.conversation_id == conversation.id, Message.seq > after)
        .order_by(Message.seq)
    ).scalars()
    return [_stored(row) for row in rows]


def recent_visitor_texts(
    s: Session, conversation: Conversation, before_seq: int, limit: int = 6
) -> list[str]:
    """Return what the visitor wrote last before message `before_seq`, oldest first."""
    texts = s.execute(
        select(Message.text)
        .where(
            Message.conversation_id == conversation.id,
            Message.sender == "visitor",
            Message.seq < before_seq,
        )
        .order_by(Message.seq.desc())
        .limit(limit)
    ).scalars()
    return list(texts)[::-1]


def last_message_at(
    s: Session, conversation: Conversation, before_seq: int | None = None
) -> datetime | None:
    """Return when the visitor last wrote to the assistant, None if not yet.

    Args:
        s: A session.
        conversation: Whose messages to look at.
        before_seq: Look only at messages before this number.
    """
    query = select(func.max(Message.created_at)).where(
        Message.conversation_id == conversation.id,
        Message.sender == "visitor",
        # What a form left in the transcript never went to the assistant.
        Message.client_message_id.not_like(f"{FORM_PREFIX}%"),
    )
    if before_seq is not None:
        query = query.where(Message.seq < before_seq)
    found: datetime | None = s.execute(query).scalar_one()
    return found


def unanswered(s: Session, received_before: datetime) -> list[Message]:
    """Return the messages received before that moment and still without an answer."""
    rows = s.execute(
        select(Message)
        .where(Message.state == "received", Message.created_at < received_before)
        .order_by(Message.id)
    ).scalars()
    return list(rows)


def _by_client_id(
    s: Session, conversation_id: int, client_message_id: str
) -> Message | None:
    found: Message | None = s.execute(
        select(Message).where(
            Message.conversation_id == conversation_id,
            Message.client_message_id == client_message_id,
        )
    ).scalar_one_or_none()
    return found


def _next_seq(s: Session, conversation_id: int) -> int:
    last = s.execute(
        select(func.max(Message.seq)).where(Message.conversation_id == conversation_id)
    ).scalar_one()
    return (last or 0) + 1


def _reply_row(
    conversation_id: int,
    seq: int,
    reply: Reply,
    answers: Message | None,
    now: datetime,
    result: TurnResult | None = None,
) -> Message:
    row: Message = Message(
        conversation_id=conversation_id,
        seq=seq,
        sender="assistant",
        text=reply.text,
        state="answered",
        outcome=None if result is None else result.outcome,
        urgency=None if result is None else result.urgency,
        payload={
            "answer": reply.answer,
            "sources": list(reply.sources),
            "choices": list(reply.choices),
            "form": reply.form,
            "picture": reply.picture,
        },
        in_reply_to=None if answers is None else answers.id,
        created_at=now,
    )
    return row


def _state(outcome: str, causes: Sequence[EscalationCause]) -> str:
    if outcome == "unavailable":
        return "failed"
    return "escalated" if causes else "answered"


def _one_per_kind(causes: Sequence[EscalationCause]) -> list[EscalationCause]:
    """Keep the most urgent cause of each kind: one message makes one case of a kind."""
    kept: dict[str, EscalationCause] = {}
    for cause in sorted(causes, key=lambda cause: URGENCY_RANK[cause.urgency]):
        kept.setdefault(cause.kind, cause)
    return list(kept.values())


def _stored(row: Message) -> StoredMessage:
    payload = row.payload or {}
    return StoredMessage(
        seq=row.seq,
        sender=row.sender,
        text=row.text,
        answer=payload.get("answer"),
        sources=payload.get("sources") or [],
        choices=payload.get("choices") or [],
        form=payload.get("form"),
        picture=payload.get("picture"),
        outcome=row.outcome,
        urgency=row.urgency,
        at=row.created_at,
        client_message_id=row.client_message_id,
    )
