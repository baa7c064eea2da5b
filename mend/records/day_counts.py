"""How often what happened, per day of the clinic's calendar.

Days that are over are counted once and kept: a page over months stays quick, and the
numbers stay when retention deletes the chats. They name nobody. A day that was not
kept yet (today) is counted from the journal when it is asked for.

    conversation           chats begun
    turn / <class>         visitors' messages, by what became of them (`TURNS`)
    answer / <id>          answers given
    helpful / <id>         thumbs up, by the day of the thumb; also `unhelpful`
    pain                   chats in which pain was told of; `suggested`: ... in which
                           a consultation was suggested
    review / <urgency>:<k> first reviews of cases, by day of the review and how long
                           they took (`REVIEWED_WITHIN`); `due` / <urgency>: in time
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, case, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from mend.records.database import Database
from mend.records.tables import Conversation, DayCount, Escalation, Feedback, Message

TURNS = {
    "answered": "Answered",
    "pain": "Talked about pain",
    "clarified": "Asked back",
    "refused": "Refused as not ours",
    "staff": "Passed to staff",
}
REVIEWED_WITHIN = {
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "4h": timedelta(hours=4),
    "1d": timedelta(days=1),
    "later": timedelta.max,
}
# Until then an answer or the sweeper may still be at work on the last message.
SETTLED_AFTER = timedelta(hours=1)
_KEPT = "kept"  # marks a day that was counted, also one without anything

Due = Callable[[str, datetime], datetime]
"""By when a case of an urgency, waiting since then, is due."""

Counts = Counter[tuple[str, str]]
"""Number by (what, name)."""


@dataclass(frozen=True)
class Calendar:
    """The clinic's days, and its rule of due times."""

    zone: ZoneInfo
    due: Due

    def day_of(self, moment: datetime) -> date:
        """Return the clinic's day of a moment."""
        return moment.astimezone(self.zone).date()

    def bounds(self, day: date) -> tuple[datetime, datetime]:
        """Return the first moment of a day and of the next, in UTC."""
        midnights = (
            datetime.combine(one, time(), self.zone)
            for one in (day, day + timedelta(days=1))
        )
        begins, ends = (one.astimezone(timezone.utc) for one in midnights)
        return begins, ends


def keep(database: Database, calendar: Calendar, now: datetime) -> int:
    """Count the days that are over and were not counted yet; return how many."""
    with database.reading() as s:
        missing = list(_missing(s, calendar, now))
    for day in missing:
        # One transaction each, so that nobody waits long for the write lock.
        with database.transaction() as s:
            if s.get(DayCount, (day, _KEPT, "")) is None:
                counted = count_day(s, day, calendar)
                s.add(DayCount(day=day, what=_KEPT, name="", count=1))
                s.add_all(
                    DayCount(day=day, what=what, name=name[:100], count=number)
                    for (what, name), number in counted.items()
                )
    return len(missing)


def not_kept(
    s: Session, first: date, last: date, calendar: Calendar
) -> dict[date, Counts]:
    """Count the days that were not kept, from the journal, as far as there are chats.

    It is slow for many days: ask once for all that is shown of them.
    """
    oldest = s.execute(select(func.min(Conversation.created_at))).scalar_one()
    if oldest is None:
        return {}
    first = max(first, calendar.day_of(oldest))
    return {day: count_day(s, day, calendar) for day in _left_out(s, first, last)}


def by_day(
    s: Session, first: date, last: date, counted_now: Mapping[date, Counts]
) -> dict[date, Counts]:
    """Return conversations and turns of each day from `first` to `last`.

    Args:
        s: A reading session.
        first: The first day.
        last: The last.
        counted_now: What `not_kept` says of these days.
    """
    days: dict[date, Counts] = {day: Counter() for day in _days(first, last)}
    rows = s.execute(
        select(DayCount.day, DayCount.what, DayCount.name, DayCount.count).where(
            DayCount.day.between(first, last),
            DayCount.what.in_(("conversation", "turn")),
        )
    )
    for row in rows:
        days[row.day][row.what, row.name] = row.count
    for day, counted in counted_now.items():
        days[day] = Counter(
            {k: n for k, n in counted.items() if k[0] in ("conversation", "turn")}
        )
    return days


def in_all(
    s: Session, first: date, last: date, counted_now: Mapping[date, Counts]
) -> Counts:
    """Return all counts of the days from `first` to `last` together.

    Args:
        s: A reading session.
        first: The first day.
        last: The last.
        counted_now: What `not_kept` says of these days.
    """
    total: Counts = Counter()
    rows = s.execute(
        select(DayCount.what, DayCount.name, func.sum(DayCount.count))
        .where(DayCount.day.between(first, last), DayCount.what != _KEPT)
        .group_by(DayCount.what, DayCount.name)
    )
    for what, name, number in rows:
        total[what, name] = int(number)
    for counted in counted_now.values():
        total.update(counted)
    return total


def count_day(s: Session, day: date, calendar: Calendar) -> Counts:
    """Count what happened on one day, from the journal."""
    begins, ends = calendar.bounds(day)
    counted: Counts = Counter()
    counted["conversation", ""] = s.execute(
        select(func.count()).where(
            Conversation.created_at >= begins, Conversation.created_at < ends
        )
    ).scalar_one()
    said = (Message.created_at >= begins, Message.created_at < ends)
    _count_turns(s, said, counted)
    answer = type_coerce(Message.payload, JSON)["answer"].as_string()
    given = s.execute(
        select(answer, func.count())
        .where(*said, Message.sender == "assistant", Message.in_reply_to.is_not(None))
        .group_by(answer)
    )
    for name, number in given:
        if name:
            counted["answer", name] += number
    votes = s.execute(
        select(answer, Feedback.helpful, func.count())
        .join(Message, Message.id == Feedback.message_id)
        .where(Feedback.created_at >= begins, Feedback.created_at < ends)
        .group_by(answer, Feedback.helpful)
    )
    for name, helpful, number in votes:
        counted["helpful" if helpful else "unhelpful", name or ""] += number
    _count_reviews(s, begins, ends, calendar, counted)
    return Counter({key: number for key, number in counted.items() if number})


def _count_turns(s: Session, said: tuple[object, ...], counted: Counts) -> None:
    told = Message.outcome.in_(("assess", "suggest_consultation"))
    to_staff = or_(
        Message.state.in_(("escalated", "failed")),
        Message.outcome.in_(("red_flag", "handoff", "unavailable")),
    )
    kind = case(
        (to_staff, "staff"),
        (told, "pain"),
        (Message.outcome == "clarify", "clarified"),
        (Message.outcome == "out_of_scope", "refused"),
        else_="answered",
    )
    turns = s.execute(
        select(kind, func.count())
        .where(*said, Message.sender == "visitor", Message.outcome.is_not(None))
        .group_by(kind)
    )
    for name, number in turns:
        counted["turn", name] += number
    chats = func.count(Message.conversation_id.distinct())
    for what, outcomes in (
        ("pain", ("assess", "suggest_consultation")),
        ("suggested", ("suggest_consultation",)),
    ):
        counted[what, ""] = s.execute(
            select(chats).where(
                *said, Message.sender == "visitor", Message.outcome.in_(outcomes)
            )
        ).scalar_one()


def _count_reviews(
    s: Session,
    begins: datetime,
    ends: datetime,
    calendar: Calendar,
    counted: Counts,
) -> None:
    rows = s.execute(
        select(Escalation.urgency, Escalation.created_at, Escalation.reviewed_at).where(
            Escalation.reviewed_at >= begins, Escalation.reviewed_at < ends
        )
    )
    for urgency, created_at, reviewed_at in rows:
        took = reviewed_at - created_at
        within = next(name for name, most in REVIEWED_WITHIN.items() if took <= most)
        counted["review", f"{urgency}:{within}"] += 1
        if reviewed_at <= calendar.due(urgency, created_at):
            counted["due", urgency] += 1


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def _missing(s: Session, calendar: Calendar, now: datetime) -> Iterator[date]:
    """Yield days that are over, from the first chat on, and not kept."""
    oldest = s.execute(select(func.min(Conversation.created_at))).scalar_one()
    if oldest is None:
        return
    last = calendar.day_of(now - SETTLED_AFTER) - timedelta(days=1)
    yield from _left_out(s, calendar.day_of(oldest), last)


def _left_out(s: Session, first: date, last: date) -> list[date]:
    kept = set(
        s.execute(
            select(DayCount.day).where(
                DayCount.what == _KEPT, DayCount.day.between(first, last)
            )
        ).scalars()
    )
    return [day for day in _days(first, last) if day not in kept]
