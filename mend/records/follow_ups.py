"""What happens to cases when their visitor writes again."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mend.records import audit, search
from mend.records.tables import Escalation


def visitor_wrote(s: Session, conversation_id: int, text: str, now: datetime) -> None:
    """Bring the cases of a chat back to the staff, because its visitor wrote.

    A case that waits for the person or sleeps comes back at once. Of closed cases the
    last one reopens, unless another case of the chat is open or the visitor had
    cancelled it. Each open case says from then on that the visitor wrote again, until
    the staff do something with it.

    Args:
        s: An open write session; the caller holds the lock on the conversation and
            calls this once for each message.
        conversation_id: Whose message it is.
        text: What was written.
        now: When.
    """
    cases = list(
        s.execute(
            select(Escalation)
            .where(
                Escalation.conversation_id == conversation_id,
                Escalation.created_at < now,
            )
            .order_by(Escalation.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).scalars()
    )
    if not cases:
        return
    search.keep_words(s, conversation_id, [text])
    opened = [case for case in cases if case.status != "closed"]
    came_back = [case for case in opened if _rests(case, now)]
    if not opened:
        last = max(cases, key=lambda case: (case.closed_at, case.id))
        came_back = [last] if last.outcome != "cancelled" else []
    for case in came_back:
        _bring_back(s, case, now)
    for case in opened:
        if case.wrote_again_at is None and case not in came_back:
            case.wrote_again_at = now
            # Whoever has the page open must not close it without having read this.
            case.version += 1


def _rests(case: Escalation, now: datetime) -> bool:
    sleeps = case.snoozed_until is not None and case.snoozed_until > now
    return bool(case.status == "waiting" or sleeps)


def _bring_back(s: Session, case: Escalation, now: datetime) -> None:
    came_from = case.status
    if came_from in ("waiting", "closed"):
        case.status = "new" if case.assignee_id is None else "in_review"
    case.outcome = None
    case.closed_at = None
    case.snoozed_until = None
    case.waits_since = now
    case.wrote_again_at = case.wrote_again_at or now
    case.changed_at = now
    case.version += 1
    audit.record(
        s,
        actor="visitor",
        action="case.came_back",
        object=f"case:{case.reference}",
        details={"from": came_from, "to": case.status},
        now=now,
    )
