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

from sqlalchemy import select
from sqlalchemy.orm import Session

from mend.records.columns import clean_json
from mend.records.tables import Audit, AuditHead

FIRST_HASH = "0" * 64


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
    head = s.execute(
        select(AuditHead).where(AuditHead.id == 1).with_for_update()
    ).scalar_one()
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


def verify(s: Session) -> Chain:
    """Walk the whole chain and say whether it is intact."""
    previous = FIRST_HASH
    seq = 0
    for row in s.execute(select(Audit).order_by(Audit.seq)).scalars():
        seq += 1
        content = {
            "seq": row.seq,
            "at": row.at,
            "actor": row.actor,
            "action": row.action,
            "object": row.object,
            "details": row.details,
        }
        expected = _hash(previous, content)
        if row.seq != seq or row.previous_hash != previous or row.hash != expected:
            return Chain(rows=seq, broken_at=seq)
        previous = row.hash
    head = s.execute(select(AuditHead).where(AuditHead.id == 1)).scalar_one()
    if (head.seq, head.hash) != (seq, previous):
        return Chain(rows=seq, broken_at=seq + 1)
    return Chain(rows=seq, broken_at=None)


def rows(s: Session, *, page: int = 1, per_page: int = 50) -> list[Audit]:
    """Return one page of the list, newest first."""
    query = select(Audit).order_by(Audit.seq.desc())
    return list(
        s.execute(query.offset((page - 1) * per_page).limit(per_page)).scalars()
    )


def _hash(previous: str, row: dict[str, Any]) -> str:
    canonical = json.dumps(
        {**row, "at": row["at"].isoformat(timespec="microseconds")},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=True,
    )
    return hashlib.sha256((previous + canonical).encode()).hexdigest()
