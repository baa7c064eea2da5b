"""The queue of cases: who waits for the staff, the most urgent first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mend.records.case_file import summary, why
from mend.records.tables import (
    Contact,
    Conversation,
    Escalation,
    Message,
    Outbox,
    StaffUser,
)

VIEWS = ("unassigned", "mine", "open", "closed")


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
