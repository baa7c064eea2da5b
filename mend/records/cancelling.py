"""How a visitor takes back a request for a consultation."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mend.records import audit
from mend.records.escalations import UnknownCase, locked_conversation
from mend.records.tables import Contact, Conversation, Escalation

CANCELLED = "cancelled"
"""Outcome of a case that the visitor took back."""


class AlreadyHandled(ValueError):
    """The staff have closed the case; only they can change what was agreed."""


def cancel_request(
    s: Session, conversation: Conversation, reference: str, now: datetime
) -> Escalation:
    """Close a request for a consultation because its visitor no longer wants it.

    Its contact details are deleted: they were given to be contacted, and that is over.
    Notes of the staff stay with the case. Cancelling again changes nothing.

    Raises:
        UnknownCase: The conversation has no such request.
        AlreadyHandled: See the class.
        Erased: The visitor erased the conversation in the meantime.
    """
    conversation = locked_conversation(s, conversation.id)
    case: Escalation | None = s.execute(
        select(Escalation)
        .where(
            Escalation.conversation_id == conversation.id,
            Escalation.reference == reference,
            Escalation.kind == "consultation",
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if case is None:
        raise UnknownCase(reference)
    if case.status == "closed":
        if case.outcome != CANCELLED:
            raise AlreadyHandled(reference)
        return case
    came_from = case.status
    case.status = "closed"
    case.outcome = CANCELLED
    case.closed_at = case.changed_at = now
    case.snoozed_until = None
    case.version += 1
    s.execute(delete(Contact).where(Contact.escalation_id == case.id))
    audit.record(
        s,
        actor="visitor",
        action="case.cancelled",
        object=f"case:{reference}",
        details={"from": came_from},
        now=now,
    )
    return case
