"""One case as the staff read it: why, the whole chat, notes and other cases."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mend.records.columns import clean_text
from mend.records.escalations import KINDS, UnknownCase, contact_of
from mend.records.pain_facts import pain_summary
from mend.records.tables import (
    CaseTag,
    Contact,
    Conversation,
    Escalation,
    Feedback,
    Message,
    Note,
    StaffUser,
)


@dataclass(frozen=True)
class TranscriptLine:
    """One message as the staff see it."""

    seq: int
    sender: str
    text: str
    at: datetime
    state: str
    answers: int | None  # the `seq` of the message that it answers
    outcome: str | None
    urgency: str | None
    is_source: bool
    is_new: bool  # written since the staff last did something with the case
    helpful: bool | None
    comment: str | None


@dataclass(frozen=True)
class NoteLine:
    """One staff note."""

    author: str
    text: str
    at: datetime


@dataclass(frozen=True)
class Reviewed:
    """Who read the whole chat, and whether the visitor wrote after that."""

    by: str
    at: datetime
    wrote_since: bool


@dataclass(frozen=True)
class Case:
    """Everything the case page shows."""

    escalation: Escalation
    assignee: str | None
    contact: Contact | None
    notes: list[NoteLine]
    transcript: list[TranscriptLine]
    related: list[Escalation]
    tags: list[str]
    reviewed: Reviewed | None
    erased_at: datetime | None

    @property
    def told(self) -> list[TranscriptLine]:
        """Return what the visitor was told at the message that led to the case."""
        source = next((line.seq for line in self.transcript if line.is_source), None)
        return [line for line in self.transcript if source and line.answers == source]

    @property
    def summary(self) -> str:
        """Return the visitor's own words in one line."""
        source = next((line.text for line in self.transcript if line.is_source), None)
        return summary(self.escalation.reason, source, self.contact)


def case(s: Session, reference: str) -> Case:
    """Return everything about one case.

    Raises:
        UnknownCase: There is none with this reference.
    """
    found = s.execute(
        select(Escalation, StaffUser.name, Conversation)
        .join(Conversation, Conversation.id == Escalation.conversation_id)
        .outerjoin(StaffUser, StaffUser.id == Escalation.assignee_id)
        .where(Escalation.reference == clean_text(reference))
    ).one_or_none()
    if found is None:
        raise UnknownCase(reference)
    escalation, assignee, conversation = found
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
    messages = lines.all()
    seqs = {message.id: message.seq for message, _, _ in messages}
    related = s.execute(
        select(Escalation)
        .where(
            Escalation.conversation_id == escalation.conversation_id,
            Escalation.id != escalation.id,
        )
        .order_by(Escalation.id)
    ).scalars()
    tags = s.execute(
        select(CaseTag.tag)
        .where(CaseTag.escalation_id == escalation.id)
        .order_by(CaseTag.tag)
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
                answers=seqs.get(message.in_reply_to),
                outcome=message.outcome,
                urgency=message.urgency,
                is_source=message.id == escalation.source_message_id,
                is_new=_is_new(message, escalation),
                helpful=helpful,
                comment=comment,
            )
            for message, helpful, comment in messages
        ],
        related=list(related),
        tags=list(tags),
        reviewed=_reviewed(s, conversation),
        erased_at=conversation.erased_at,
    )


def why(escalation: Escalation) -> str:
    """Return in one sentence why the case was opened."""
    sentence = escalation.reason.get("why")
    if isinstance(sentence, str) and sentence.strip():
        return str(sentence)
    return f"{KINDS.get(escalation.kind, escalation.kind)}."


def summary(
    reason: dict[str, Any], source_text: str | None, contact: Contact | None
) -> str:
    """Return one line in the visitor's own words, as short as the queue needs.

    A request that no single message led to is summed up by what was told of the pain.
    """
    told = (
        source_text,
        reason.get("comment"),
        pain_summary(reason.get("heard")),
        reason.get("last_message"),
        contact.note if contact else None,
    )
    words = next((text for text in told if isinstance(text, str) and text), "")
    one_line = " ".join(words.split())
    return one_line if len(one_line) <= 140 else one_line[:139].rstrip() + "…"


def _is_new(message: Message, escalation: Escalation) -> bool:
    since = escalation.wrote_again_at
    written = message.sender == "visitor"
    return bool(since is not None and written and message.created_at >= since)


def _reviewed(s: Session, conversation: Conversation) -> Reviewed | None:
    if conversation.reviewed_at is None:
        return None
    by = s.get(StaffUser, conversation.reviewed_by)
    return Reviewed(
        by=by.name,
        at=conversation.reviewed_at,
        wrote_since=conversation.last_seen_at > conversation.reviewed_at,
    )
