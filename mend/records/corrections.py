"""What the staff make of misunderstood messages: propose, skip, approve, send back.

Messages of the same words are one group. Nobody approves what they proposed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, aliased

from mend.records import audit
from mend.records.paging import bounded
from mend.records.tables import (
    Contact,
    Correction,
    Escalation,
    Message,
    Miss,
    StaffUser,
)

NEW_TOPIC = "new_topic"
OUT_OF_SCOPE = "out_of_scope"
STATUSES = {
    "proposed": "Waiting for a second person",
    "sent_back": "Sent back",
    "approved": "Approved",
    "exported": "Taught",
}
# Until then the visitor may still press one of the buttons.
STILL_CHOOSING = timedelta(minutes=30)
# What nobody looked at for so long is most often deleted, and said again by others.
LONGEST_IN_INBOX = timedelta(days=60)
TEXT_MAX = 300
TOPIC_MAX = 60


class UnknownMiss(LookupError):
    """The message is not (or no longer) one to look at."""


class UnknownCorrection(LookupError):
    """There is no such correction (any more)."""


class AlreadyHandled(ValueError):
    """Somebody else proposed, skipped or decided in the meantime."""


class OwnProposal(ValueError):
    """Who proposed a correction cannot approve it."""


class DangerousText(ValueError):
    """A message with a possible warning sign must not be taught as not ours."""


@dataclass(frozen=True)
class Group:
    """Misunderstood messages of the same words; the newest stands for them.

    Attributes:
        message: the newest of them.
        why: see `misses.WHY`.
        count: how many messages.
        at: when the newest came.
        understanding: what the assistant made of it.
        outcome: what was done.
        sent_back: the correction that was sent back, if there is one.
    """

    message: Message
    why: str
    count: int
    at: datetime
    sent_back: Correction | None = None

    @property
    def understanding(self) -> dict[str, Any]:
        """Return what the assistant made of the message."""
        return self.message.understanding or {}

    @property
    def outcome(self) -> str:
        """Return what was done."""
        return str(self.message.outcome or "")


@dataclass(frozen=True)
class Inbox:
    """One page of what is to be looked at, newest first."""

    groups: list[Group]
    counts: dict[str, int]
    page: int
    pages: int


@dataclass(frozen=True)
class Proposal:
    """A correction with the names of those who worked on it."""

    correction: Correction
    message: Message
    proposer: str
    approver: str | None
    count: int


@dataclass(frozen=True)
class Proposals:
    """One page of corrections."""

    rows: list[Proposal]
    counts: dict[str, int]
    page: int
    pages: int


def inbox(
    s: Session,
    now: datetime,
    *,
    why: str | None = None,
    page: int = 1,
    per_page: int = 20,
) -> Inbox:
    """Return one page of groups to look at, newest first.

    Args:
        s: A reading session.
        now: The present moment.
        why: Only groups with such a message; see `misses.WHY`.
        page: From 1; a page past the end gives the last one.
        per_page: Groups on a page.
    """
    counts = {
        str(reason): int(count)
        for reason, count in s.execute(
            select(Miss.why, func.count(Miss.same_as.distinct()))
            .where(*_to_look_at(now))
            .group_by(Miss.why)
        )
    }
    where = [*_to_look_at(now), *([Miss.why == why] if why else [])]
    total = s.execute(
        select(func.count(Miss.same_as.distinct())).where(*where)
    ).scalar_one()
    counts["all"] = total if why is None else _all(s, now)
    page, pages = bounded(page, total, per_page)
    newest = func.max(Miss.message_id)
    found = s.execute(
        select(newest.label("id"), func.count().label("count"))
        .where(*where)
        .group_by(Miss.same_as)
        .order_by(newest.desc())
        .offset((page - 1) * per_page)
        .limit(per_page)
    ).all()
    sizes = {row.id: row.count for row in found}
    return Inbox(_groups(s, sizes), counts, page, pages)


def group(s: Session, message_id: int) -> Group:
    """Return the open group that a message belongs to.

    Raises:
        UnknownMiss: No such message is to be looked at.
    """
    misses = _open_misses(s, message_id)
    newest = max(miss.message_id for miss in misses)
    return _groups(s, {newest: len(misses)})[0]


def personal_names(s: Session, message_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return names that must not be taught of each message.

    They are those of the visitor, where they are known, and of all staff.
    """
    of_staff = [name for name in s.execute(select(StaffUser.name)).scalars() if name]
    names = {number: list(of_staff) for number in message_ids}
    of_visitors = s.execute(
        select(Message.id, Contact.name)
        .join(Escalation, Escalation.conversation_id == Message.conversation_id)
        .join(Contact, Contact.escalation_id == Escalation.id)
        .where(Message.id.in_(message_ids))
    )
    for number, name in of_visitors:
        names[number].append(name)
    return names


def propose(
    s: Session,
    message_id: int,
    *,
    corrected: str,
    text: str,
    topic: str | None,
    staff_id: int,
    now: datetime,
) -> Correction:
    """Propose what a group of messages should have been taken for.

    Args:
        s: An open write session.
        message_id: One message of the group.
        corrected: An intent, or `NEW_TOPIC`.
        text: What will be taught, scrubbed and checked by the caller.
        topic: Short name of the new topic, None otherwise.
        staff_id: Who proposes.
        now: When.

    Raises:
        UnknownMiss: No such message is to be looked at.
        AlreadyHandled: It was proposed or skipped in the meantime.
        DangerousText: `corrected` is `OUT_OF_SCOPE` and the assistant saw, or doubted
            whether there was, a warning sign.
    """
    misses = _open_misses(s, message_id, lock=True)
    shown = s.get(Message, max(miss.message_id for miss in misses))
    if shown is None:
        raise UnknownMiss(message_id)
    if corrected == OUT_OF_SCOPE and _any_dangerous(s, misses):
        raise DangerousText(message_id)
    same_as = misses[0].same_as
    correction: Correction | None = (
        s.execute(
            select(Correction)
            .where(Correction.same_as == same_as, Correction.status == "sent_back")
            .order_by(Correction.id.desc())
        )
        .scalars()
        .first()
    )
    if correction is None:
        correction = Correction(message_id=shown.id, same_as=same_as, version=0)
        s.add(correction)
    correction.predicted = str((shown.understanding or {}).get("intent") or "")[:100]
    correction.corrected = corrected
    correction.topic = topic
    correction.text = text
    correction.status = "proposed"
    correction.remark = None
    correction.proposed_by = staff_id
    correction.approved_by = None
    correction.created_at = now
    correction.version += 1
    s.flush()
    for miss in misses:
        miss.correction_id = correction.id
    _audit(s, "correction.proposed", correction, staff_id, now)
    return correction


def skip(s: Session, message_id: int, *, staff_id: int, now: datetime) -> None:
    """Take a group out of the inbox: there is nothing to learn from it.

    Raises:
        UnknownMiss: No such message is to be looked at.
        AlreadyHandled: It was proposed or skipped in the meantime.
    """
    misses = _open_misses(s, message_id, lock=True)
    for miss in misses:
        miss.skipped_at = now
        miss.skipped_by = staff_id
    audit.record(
        s,
        actor=audit.staff_actor(staff_id),
        action="message.skipped",
        object=f"message:{message_id}",
        details={"messages": len(misses)},
        now=now,
    )


def decide(
    s: Session,
    correction_id: int,
    *,
    version: int,
    approve: bool,
    remark: str | None,
    staff_id: int,
    now: datetime,
) -> Correction:
    """Approve a proposal, or send it back with a remark.

    Args:
        s: An open write session.
        correction_id: Which.
        version: How it was when it was shown.
        approve: False sends it back; then it is in the inbox again.
        remark: Why it is sent back.
        staff_id: Who decides.
        now: When.

    Raises:
        UnknownCorrection: There is none with this id.
        AlreadyHandled: It was decided or changed in the meantime.
        OwnProposal: Who proposed it must not approve it.
    """
    correction: Correction | None = s.execute(
        select(Correction).where(Correction.id == correction_id).with_for_update()
    ).scalar_one_or_none()
    if correction is None:
        raise UnknownCorrection(correction_id)
    if correction.status != "proposed" or correction.version != version:
        raise AlreadyHandled(correction_id)
    if approve:
        if correction.proposed_by == staff_id:
            raise OwnProposal(correction_id)
        correction.status = "approved"
        correction.approved_by = staff_id
        correction.approved_at = now
    else:
        correction.status = "sent_back"
        correction.remark = remark
        s.execute(
            update(Miss)
            .where(Miss.correction_id == correction.id)
            .values(correction_id=None)
            .execution_options(synchronize_session=False)
        )
    correction.version += 1
    s.flush()
    action = "correction.approved" if approve else "correction.sent_back"
    _audit(s, action, correction, staff_id, now)
    return correction


def proposals(
    s: Session, *, status: str = "proposed", page: int = 1, per_page: int = 20
) -> Proposals:
    """Return one page of corrections; those that wait come oldest first.

    Args:
        s: A reading session.
        status: One of `STATUSES`.
        page: From 1; a page past the end gives the last one.
        per_page: Lines on a page.
    """
    counts = {
        name: s.execute(
            select(func.count()).select_from(Correction).where(*_with_status(name))
        ).scalar_one()
        for name in STATUSES
    }
    page, pages = bounded(page, counts[status], per_page)
    oldest_first = status == "proposed"
    proposer, approver = aliased(StaffUser), aliased(StaffUser)
    size = (
        select(func.count())
        .where(Miss.correction_id == Correction.id)
        .correlate(Correction)
        .scalar_subquery()
    )
    found = s.execute(
        select(Correction, Message, proposer.name, approver.name, size)
        .join(Message, Message.id == Correction.message_id)
        .join(proposer, proposer.id == Correction.proposed_by)
        .outerjoin(approver, approver.id == Correction.approved_by)
        .where(*_with_status(status))
        .order_by(Correction.id if oldest_first else Correction.id.desc())
        .offset((page - 1) * per_page)
        .limit(per_page)
    )
    rows = [Proposal(*row) for row in found]
    return Proposals(rows, counts, page, pages)


def to_export(s: Session) -> list[Correction]:
    """Return what was approved and not exported yet, oldest first."""
    return list(
        s.execute(
            select(Correction).where(*_with_status("approved")).order_by(Correction.id)
        ).scalars()
    )


def mark_exported(s: Session, corrections: Sequence[int], now: datetime) -> None:
    """Write down that these corrections are in the training examples now."""
    s.execute(
        update(Correction)
        .where(Correction.id.in_(corrections))
        .values(exported_at=now)
        .execution_options(synchronize_session=False)
    )
    audit.record(
        s,
        actor="system",
        action="corrections.exported",
        object="corrections",
        details={"count": len(corrections)},
        now=now,
    )


def may_be_dangerous(message: Message) -> bool:
    """Tell whether the assistant saw or doubted a warning sign in a message."""
    understood = message.understanding or {}
    return bool(
        message.outcome == "red_flag"
        or message.urgency
        or understood.get("screening")
        or understood.get("doubt")
    )


def _to_look_at(now: datetime) -> list[Any]:
    settled = (Miss.why != "clarified") | (Miss.at < now - STILL_CHOOSING)
    return [
        Miss.correction_id.is_(None),
        Miss.skipped_at.is_(None),
        Miss.at >= now - LONGEST_IN_INBOX,
        settled,
    ]


def _all(s: Session, now: datetime) -> int:
    count: int = s.execute(
        select(func.count(Miss.same_as.distinct())).where(*_to_look_at(now))
    ).scalar_one()
    return count


def _groups(s: Session, sizes: dict[int, int]) -> list[Group]:
    rows = s.execute(
        select(Message, Miss)
        .join(Miss, Miss.message_id == Message.id)
        .where(Message.id.in_(sizes))
        .order_by(Message.id.desc())
    ).all()
    words = [miss.same_as for _, miss in rows]
    sent_back = {
        correction.same_as: correction
        for correction in s.execute(
            select(Correction)
            .where(Correction.same_as.in_(words), Correction.status == "sent_back")
            .order_by(Correction.id)
        ).scalars()
    }
    return [
        Group(
            message=message,
            why=miss.why,
            count=sizes[message.id],
            at=miss.at,
            sent_back=sent_back.get(miss.same_as),
        )
        for message, miss in rows
    ]


def _open_misses(s: Session, message_id: int, *, lock: bool = False) -> list[Miss]:
    shown = s.execute(
        select(Miss).where(Miss.message_id == message_id)
    ).scalar_one_or_none()
    if shown is None:
        raise UnknownMiss(message_id)
    query = select(Miss).where(
        Miss.same_as == shown.same_as,
        Miss.correction_id.is_(None),
        Miss.skipped_at.is_(None),
    )
    misses = list(s.execute(query.with_for_update() if lock else query).scalars())
    if not misses:
        raise AlreadyHandled(message_id)
    return misses


def _any_dangerous(s: Session, misses: Sequence[Miss]) -> bool:
    messages = s.execute(
        select(Message).where(Message.id.in_([miss.message_id for miss in misses]))
    ).scalars()
    return any(may_be_dangerous(message) for message in messages)


def _with_status(status: str) -> list[Any]:
    if status == "exported":
        return [Correction.status == "approved", Correction.exported_at.is_not(None)]
    if status == "approved":
        return [Correction.status == "approved", Correction.exported_at.is_(None)]
    return [Correction.status == status]


def _audit(
    s: Session, action: str, correction: Correction, staff_id: int, now: datetime
) -> None:
    audit.record(
        s,
        actor=audit.staff_actor(staff_id),
        action=action,
        object=f"correction:{correction.id}",
        details={"intent": correction.corrected},
        now=now,
    )
