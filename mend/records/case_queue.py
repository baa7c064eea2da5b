"""The queue of cases: who waits for the staff, the most urgent first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, false, func, or_, select
from sqlalchemy.orm import Session

from mend.records import search
from mend.records.case_file import summary, why
from mend.records.case_work import NOT_REACHED
from mend.records.paging import bounded
from mend.records.tables import (
    URGENCY_RANK,
    CaseTag,
    Contact,
    Conversation,
    Escalation,
    Message,
    Outbox,
    StaffUser,
)

VIEWS = ("unassigned", "mine", "open", "waiting", "closed")
PER_PAGE = 25
_OLDEST_FIRST = (Escalation.urgency_rank, Escalation.waits_since, Escalation.id)
_NEWEST_CLOSED_FIRST = (Escalation.closed_at.desc(), Escalation.id.desc())
_NEWEST_FIRST = (Escalation.created_at.desc(), Escalation.id.desc())


@dataclass(frozen=True)
class QueueRow:
    """One line of the staff queue."""

    reference: str
    kind: str
    urgency: str
    status: str
    why: str
    summary: str
    created_at: datetime
    waits_since: datetime
    snoozed_until: datetime | None
    wrote_again_at: datetime | None
    closed_at: datetime | None
    assignee: str | None
    reach: tuple[str, ...]  # of "phone", "e-mail"
    outcome: str | None
    tags: tuple[str, ...]
    erased: bool


@dataclass(frozen=True)
class QueuePage:
    """One page of the queue with the counts of all its views (without filters)."""

    rows: list[QueueRow]
    counts: dict[str, int]
    found: int
    page: int
    pages: int


@dataclass(frozen=True)
class Filters:
    """Which of a view's cases to show; what is None lets all through.

    Attributes:
        urgency: One of `tables.URGENCIES`.
        kind: One of `escalations.KINDS`.
        assignee_id: Whose cases.
        tag: Cases with this tag.
        overdue: Only those that wait since before the moment their urgency has in
            `overdue_before`, and whose person has not been reached yet.
        overdue_before: A moment for each urgency.
    """

    urgency: str | None = None
    kind: str | None = None
    assignee_id: int | None = None
    tag: str | None = None
    overdue: bool = False
    overdue_before: Mapping[str, datetime] = field(default_factory=dict)


def queue(
    s: Session,
    *,
    view: str,
    staff_id: int,
    now: datetime,
    filters: Filters | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> QueuePage:
    """Return one page of the queue: most urgent first, then longest waiting.

    Args:
        s: A reading session.
        view: One of `VIEWS`. "waiting" are those that wait for the person, and those
            put off; they are in no other view but "closed". Closed cases come newest
            first.
        staff_id: Whose cases "mine" are.
        now: Whether a case is still put off.
        filters: Which of them.
        page: From 1; a page past the end gives the last one.
        per_page: Lines on a page.
    """
    views = _views(staff_id, now)
    filters = filters or Filters()
    where = (*views[view], *_conditions(filters))
    counts = {name: _count(s, conditions) for name, conditions in views.items()}
    found = counts[view] if filters == Filters() else _count(s, where)
    order = _NEWEST_CLOSED_FIRST if view == "closed" else _OLDEST_FIRST
    page, pages = bounded(page, found, per_page)
    return QueuePage(
        rows=_rows(s, where, order, page, per_page),
        counts=counts,
        found=found,
        page=page,
        pages=pages,
    )


def find(
    s: Session, typed: str, *, page: int = 1, per_page: int = PER_PAGE
) -> QueuePage:
    """Return one page of the cases, open or closed, that what was typed finds.

    The newest come first.

    Raises:
        mend.records.search.TooShort: Nothing in it can be looked for.
    """
    where = search.matches(typed)
    found = _count(s, where)
    page, pages = bounded(page, found, per_page)
    rows = _rows(s, where, _NEWEST_FIRST, page, per_page)
    return QueuePage(rows=rows, counts={}, found=found, page=page, pages=pages)


def all_rows(
    s: Session,
    *,
    view: str,
    staff_id: int,
    now: datetime,
    filters: Filters,
    most: int,
) -> list[QueueRow]:
    """Return up to `most` cases of a view, in its order, for a file."""
    where = (*_views(staff_id, now)[view], *_conditions(filters))
    order = _NEWEST_CLOSED_FIRST if view == "closed" else _OLDEST_FIRST
    rows: list[QueueRow] = []
    while len(rows) < most:
        page = _rows(s, where, order, len(rows) // 500 + 1, 500)
        rows.extend(page)
        if len(page) < 500:
            break
    return rows[:most]


def newest_urgent(s: Session, *, now: datetime) -> Escalation | None:
    """Return the emergency or same-day case that came, or came back, last."""
    is_open, needs_us = _views(0, now)["open"]
    found: Escalation | None = s.execute(
        select(Escalation)
        .where(is_open, needs_us, Escalation.urgency_rank <= URGENCY_RANK["same_day"])
        .order_by(Escalation.waits_since.desc(), Escalation.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    return found


def tags_in_use(s: Session) -> list[str]:
    """Return the tags that cases carry, in the order of the alphabet."""
    return list(
        s.execute(select(CaseTag.tag).distinct().order_by(CaseTag.tag)).scalars()
    )


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


def _views(staff_id: int, now: datetime) -> dict[str, tuple[Any, ...]]:
    # `closed_at` rather than the status: the index of the open queue knows it.
    is_open = Escalation.closed_at.is_(None)
    rests = or_(Escalation.status == "waiting", Escalation.snoozed_until > now)
    needs_us = and_(
        Escalation.status != "waiting",
        or_(Escalation.snoozed_until.is_(None), Escalation.snoozed_until <= now),
    )
    return {
        "unassigned": (is_open, needs_us, Escalation.assignee_id.is_(None)),
        "mine": (is_open, needs_us, Escalation.assignee_id == staff_id),
        "open": (is_open, needs_us),
        "waiting": (is_open, rests),
        "closed": (Escalation.closed_at.is_not(None),),
    }


def _conditions(filters: Filters) -> list[Any]:
    conditions = []
    if filters.urgency is not None:
        conditions.append(Escalation.urgency == filters.urgency)
    if filters.kind is not None:
        conditions.append(Escalation.kind == filters.kind)
    if filters.assignee_id is not None:
        conditions.append(Escalation.assignee_id == filters.assignee_id)
    if filters.tag is not None:
        tagged = select(CaseTag.escalation_id).where(CaseTag.tag == filters.tag)
        conditions.append(Escalation.id.in_(tagged))
    if filters.overdue:
        late = [
            and_(Escalation.urgency == urgency, Escalation.waits_since <= before)
            for urgency, before in filters.overdue_before.items()
        ]
        conditions.append(Escalation.status.in_(NOT_REACHED))
        conditions.append(or_(false(), *late))
    return conditions


def _count(s: Session, where: Sequence[Any]) -> int:
    query = select(func.count()).select_from(Escalation).where(*where)
    count: int = s.execute(query).scalar_one()
    return count


def _rows(
    s: Session, where: Sequence[Any], order: Sequence[Any], page: int, per_page: int
) -> list[QueueRow]:
    # First only which cases: lines that are skipped need no joins.
    ids = list(
        s.execute(
            select(Escalation.id)
            .where(*where)
            .order_by(*order)
            .offset((page - 1) * per_page)
            .limit(per_page)
        ).scalars()
    )
    found = s.execute(
        select(Escalation, Contact, StaffUser.name, Message.text, Conversation)
        .join(Conversation, Conversation.id == Escalation.conversation_id)
        .outerjoin(Contact, Contact.escalation_id == Escalation.id)
        .outerjoin(StaffUser, StaffUser.id == Escalation.assignee_id)
        .outerjoin(Message, Message.id == Escalation.source_message_id)
        .where(Escalation.id.in_(ids))
        .order_by(*order)
    ).all()
    tags: dict[int, list[str]] = {}
    for case_id, tag in s.execute(
        select(CaseTag.escalation_id, CaseTag.tag)
        .where(CaseTag.escalation_id.in_(ids))
        .order_by(CaseTag.tag)
    ):
        tags.setdefault(case_id, []).append(tag)
    return [
        QueueRow(
            reference=escalation.reference,
            kind=escalation.kind,
            urgency=escalation.urgency,
            status=escalation.status,
            why=why(escalation),
            summary=summary(escalation.reason, text, contact),
            created_at=escalation.created_at,
            waits_since=escalation.waits_since,
            snoozed_until=escalation.snoozed_until,
            wrote_again_at=escalation.wrote_again_at,
            closed_at=escalation.closed_at,
            assignee=assignee,
            reach=_reach(contact),
            outcome=escalation.outcome,
            tags=tuple(tags.get(escalation.id, ())),
            erased=conversation.erased_at is not None,
        )
        for escalation, contact, assignee, text, conversation in found
    ]


def _reach(contact: Contact | None) -> tuple[str, ...]:
    if contact is None:
        return ()
    ways = (("phone", contact.phone), ("e-mail", contact.email))
    return tuple(way for way, value in ways if value)
