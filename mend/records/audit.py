"""Who did what: an append-only list whose rows are chained by hash.

Rows hold ids and words from fixed lists, never what a person typed. Each row's hash
covers the row and the hash before it; the head row remembers the end of the chain, so
that a changed, removed or cut-off row is found by `verify`.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from mend.records.columns import clean_json
from mend.records.tables import Audit, AuditHead

# What the hash of a row covers, besides the hash before it.
_COVERED = ("seq", "at", "actor", "action", "object", "details")


class ChainBroken(ValueError):
    """The list is not as it was written."""


@dataclass(frozen=True)
class Chain:
    """What `verify` found: how many rows, and the first bad one if there is any."""

    rows: int
    broken_at: int | None

    @property
    def intact(self) -> bool:
        """Say whether every row is as it was written."""
        return self.broken_at is None


def staff_actor(staff_id: int) -> str:
    """Return how a member of staff is named in the audit list."""
    return f"staff:{staff_id}"


def record(
    s: Session,
    *,
    actor: str,
    action: str,
    object: str,
    now: datetime,
    details: dict[str, Any] | None = None,
) -> None:
    """Append a row in the caller's transaction.

    Args:
        s: An open write session. The head of the chain stays locked until it ends,
            so take every other lock before.
        actor: `visitor`, `assistant`, `system` or `staff:<id>`.
        action: What was done, such as `case.viewed`.
        object: What it was done to, such as `case:ABC234`.
        now: When.
        details: Ids and words from fixed lists only.
    """
    s.flush()
    head = _head(s, lock=True)
    s.refresh(head)
    row = {
        "seq": head.seq + 1,
        "at": now.astimezone(timezone.utc),
        "actor": actor,
        "action": action,
        "object": object,
        "details": clean_json(details or {}),
    }
    digest = _hash(head.hash, row)
    s.add(Audit(**row, previous_hash=head.hash, hash=digest))
    head.seq = row["seq"]
    head.hash = digest
    s.flush()


def verify(s: Session, *, newest: int | None = None) -> Chain:
    """Walk the chain and say whether it is intact.

    Args:
        s: A reading session.
        newest: Look at so many rows at the end only, which takes a moment and finds
            what was changed lately; None for all.
    """
    head = _head(s)
    seq, previous = head.start_seq, head.start_hash
    if newest is not None and head.seq - newest > seq:
        seq = head.seq - newest
        previous = s.execute(
            select(Audit.hash).where(Audit.seq == seq)
        ).scalar_one_or_none()
    start = seq
    table = Audit.__table__
    rows = s.execute(
        select(table).where(table.c.seq > start).order_by(table.c.seq)
    ).yield_per(1000)
    for row in rows:
        seq += 1
        content = {name: getattr(row, name) for name in _COVERED}
        if (row.seq, row.previous_hash) != (seq, previous) or (
            row.hash != _hash(row.previous_hash, content)
        ):
            return Chain(rows=seq - start, broken_at=seq)
        previous = row.hash
    # A row before the first one that should be there was put in by hand.
    stray = s.execute(select(Audit.seq).where(Audit.seq <= head.start_seq).limit(1))
    if (head.seq, head.hash) != (seq, previous) or stray.first() is not None:
        return Chain(rows=seq - start, broken_at=seq + 1)
    return Chain(rows=seq - start, broken_at=None)


def check(s: Session, now: datetime) -> Chain:
    """Walk the whole chain and remember what was found, for `last_check`."""
    chain = verify(s)
    head = _head(s)
    head.checked_at, head.checked_rows = now, chain.rows
    head.broken_at = chain.broken_at
    return chain


def last_check(s: Session) -> tuple[datetime, Chain] | None:
    """Return when the whole chain was checked last and what was found."""
    head = _head(s)
    if head.checked_at is None:
        return None
    return head.checked_at, Chain(head.checked_rows, head.broken_at)


def cut(s: Session, before: datetime, now: datetime) -> int:
    """Delete the rows older than `before`; return how many.

    The chain then begins at the oldest row that is left; that it was cut, and where, is
    a row of its own.

    Raises:
        ChainBroken: The list was changed; nothing is deleted, so that it can be seen.
    """
    first_kept = s.execute(
        select(Audit.seq).where(Audit.at >= before).order_by(Audit.seq).limit(1)
    ).scalar_one_or_none()
    head = _head(s, lock=True)
    last = head.seq if first_kept is None else first_kept - 1
    if last <= head.start_seq:
        return 0
    if not verify(s).intact:
        raise ChainBroken
    head.start_hash = s.execute(
        select(Audit.hash).where(Audit.seq == last)
    ).scalar_one()
    rows: int = s.execute(
        delete(Audit)
        .where(Audit.seq <= last)
        .execution_options(synchronize_session=False)
    ).rowcount
    head.start_seq = last
    record(
        s,
        actor="system",
        action="audit.cut",
        object="audit",
        details={"rows": rows, "up_to": last},
        now=now,
    )
    return rows


def older_than(s: Session, before: datetime) -> int:
    """Count the rows that `cut` would delete."""
    count: int = s.execute(
        select(func.count()).select_from(Audit).where(Audit.at < before)
    ).scalar_one()
    return count


def count(s: Session, *, actor: str | None = None, action: str | None = None) -> int:
    """Count the rows of somebody, or of one action, or all."""
    found: int = s.execute(
        select(func.count()).select_from(Audit).where(*_only(actor, action))
    ).scalar_one()
    return found


def rows(
    s: Session,
    *,
    page: int = 1,
    per_page: int = 50,
    actor: str | None = None,
    action: str | None = None,
) -> list[Audit]:
    """Return one page of the list, newest first."""
    query = select(Audit).where(*_only(actor, action)).order_by(Audit.seq.desc())
    return list(
        s.execute(query.offset((page - 1) * per_page).limit(per_page)).scalars()
    )


def actions(s: Session) -> list[str]:
    """Return every action there is a row of, by name."""
    query = select(Audit.action).distinct().order_by(Audit.action)
    return list(s.execute(query).scalars())


def actors(s: Session) -> list[str]:
    """Return everybody there is a row of, by name."""
    query = select(Audit.actor).distinct().order_by(Audit.actor)
    return list(s.execute(query).scalars())


def _head(s: Session, *, lock: bool = False) -> AuditHead:
    """Return the end of the chain; locked, nobody else appends meanwhile."""
    query = select(AuditHead).where(AuditHead.id == 1)
    head: AuditHead = s.execute(query.with_for_update() if lock else query).scalar_one()
    return head


def _only(actor: str | None, action: str | None) -> list[Any]:
    return [
        column == value
        for column, value in ((Audit.actor, actor), (Audit.action, action))
        if value is not None
    ]


def _hash(previous: str, row: dict[str, Any]) -> str:
    canonical = json.dumps(
        {**row, "at": row["at"].isoformat(timespec="microseconds")},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=True,
    )
    return hashlib.sha256((previous + canonical).encode()).hexdigest()
