"""What became of requests, and what nobody could answer: counted from the records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from mend.records.tables import Escalation, Message, Miss

NEWEST_MISSES = 5_000


@dataclass(frozen=True)
class Requests:
    """Requests for a consultation by visitors who had told of pain.

    Attributes:
        made: how many.
        contacted: ... whose person was contacted.
        outcomes: how they ended, by `case_work.OUTCOMES`.
        without_pain: requests by visitors who had not told of pain.
    """

    made: int
    contacted: int
    outcomes: dict[str, int]
    without_pain: int


@dataclass(frozen=True)
class Unanswered:
    """Words that were refused, asked back or not found helpful, and how often."""

    message_id: int
    text: str
    count: int


def requests(s: Session, begins: datetime, ends: datetime) -> Requests:
    """Return what became of the requests made from `begins` until before `ends`."""
    asked = (
        select(
            Escalation.conversation_id,
            Escalation.contacted_at,
            Escalation.closed_at,
            Escalation.outcome,
        )
        .where(
            Escalation.kind == "consultation",
            Escalation.created_at >= begins,
            Escalation.created_at < ends,
        )
        .subquery()
    )
    # Joined and not "exists": PostgreSQL would look at every message for that.
    pain = (
        select(Message.conversation_id)
        .join(asked, asked.c.conversation_id == Message.conversation_id)
        .where(
            Message.sender == "visitor",
            Message.outcome.in_(("assess", "suggest_consultation")),
        )
        .distinct()
        .subquery()
    )
    cases = (
        select(
            case((pain.c.conversation_id.is_not(None), 1), else_=0).label("told"),
            asked.c.contacted_at,
            asked.c.closed_at,
            asked.c.outcome,
        )
        .outerjoin_from(asked, pain, pain.c.conversation_id == asked.c.conversation_id)
        .subquery()
    )
    reached = and_(cases.c.contacted_at.is_not(None))
    ended = case((cases.c.closed_at.is_not(None), cases.c.outcome), else_=None)
    rows = s.execute(
        select(
            cases.c.told,
            ended.label("ended"),
            func.count().label("made"),
            func.sum(case((reached, 1), else_=0)).label("contacted"),
        ).group_by(cases.c.told, ended)
    ).all()
    of_pain = [row for row in rows if row.told]
    return Requests(
        made=sum(row.made for row in of_pain),
        contacted=sum(int(row.contacted) for row in of_pain),
        outcomes={row.ended: row.made for row in of_pain if row.ended},
        without_pain=sum(row.made for row in rows if not row.told),
    )


def unanswered(
    s: Session, begins: datetime, ends: datetime, limit: int
) -> list[Unanswered]:
    """Return what was misunderstood most often, of the newest 5,000 messages.

    Args:
        s: A reading session.
        begins: From when on.
        ends: Until before when.
        limit: How many lines; messages of the same words are one.
    """
    newest = (
        select(Miss.same_as, Miss.message_id)
        .where(Miss.at >= begins, Miss.at < ends, Miss.why != "narrow")
        .order_by(Miss.at.desc())
        .limit(NEWEST_MISSES)
        .subquery()
    )
    last, count = func.max(newest.c.message_id), func.count()
    groups = s.execute(
        select(last.label("id"), count.label("count"))
        .group_by(newest.c.same_as)
        .order_by(count.desc(), last.desc())
        .limit(limit)
    ).all()
    texts = _texts(s, [row.id for row in groups])
    return [Unanswered(row.id, texts[row.id], row.count) for row in groups]


def _texts(s: Session, ids: Sequence[int]) -> dict[int, str]:
    rows = s.execute(select(Message.id, Message.text).where(Message.id.in_(ids)))
    return {row.id: row.text for row in rows}
