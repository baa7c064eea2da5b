"""What visitors think of single answers."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mend.records.columns import clean_text
from mend.records.escalations import EscalationCause, locked_conversation, open_case
from mend.records.misses import note_thumb
from mend.records.tables import Conversation, Feedback, Message


class UnknownMessage(LookupError):
    """The conversation has no answer with this number."""


def record_feedback(
    s: Session,
    conversation: Conversation,
    message_seq: int,
    helpful: bool,
    comment: str | None,
    now: datetime,
) -> Feedback:
    """Store a thumb up or down; the latest one for an answer counts.

    A thumb down with a comment also opens a case `unhelpful`, once for an answer.

    Raises:
        UnknownMessage: No answer of the assistant has this number here.
        Erased: The visitor erased the conversation in the meantime.
    """
    conversation = locked_conversation(s, conversation.id)
    message = s.execute(
        select(Message).where(
            Message.conversation_id == conversation.id,
            Message.seq == message_seq,
            Message.sender == "assistant",
        )
    ).scalar_one_or_none()
    if message is None:
        raise UnknownMessage(message_seq)
    comment = clean_text(comment).strip() if comment else None
    feedback: Feedback | None = s.execute(
        select(Feedback).where(Feedback.message_id == message.id)
    ).scalar_one_or_none()
    if feedback is None:
        feedback = Feedback(conversation_id=conversation.id, message_id=message.id)
        s.add(feedback)
    feedback.helpful = helpful
    feedback.comment = comment or None
    feedback.created_at = now
    s.flush()
    note_thumb(s, message, helpful, now)
    if comment and not helpful:
        open_case(
            s,
            conversation,
            EscalationCause(
                "unhelpful",
                "routine",
                {
                    "why": "The visitor found an answer not helpful and said why.",
                    "comment": comment,
                    "intent": (message.payload or {}).get("answer"),
                },
            ),
            source_message_id=message.id,
            actor="visitor",
            now=now,
        )
    return feedback
