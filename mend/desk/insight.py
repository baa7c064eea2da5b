"""How the chat does: what was asked, what was answered, what became of it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import numpy as np
import structlog
from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from mend.desk import answers, charts, forms, wording
from mend.desk.access import allow, me
from mend.desk.desk import this_desk
from mend.desk.due import RULE
from mend.desk.periods import LAST, Period, asked_period
from mend.desk.spreadsheet import as_csv, download
from mend.learning.scrub import scrub
from mend.learning.similar import Encode, topics
from mend.records import audit, case_work, corrections, day_counts, insight
from mend.records.day_counts import REVIEWED_WITHIN, TURNS, Calendar, Counts
from mend.records.insight import Requests, Unanswered
from mend.records.misses import same_as
from mend.records.tables import URGENCIES
from mend.understanding.encoder import EncoderUnavailable, SentenceEncoder

log = structlog.get_logger("mend.desk")
pages = Blueprint("insight", __name__, url_prefix="/insight")

TOP = 10
# Encoding one takes some milliseconds: so many are grouped within two seconds.
MOST_GROUPED = 300
MOST_TOPICS = 40
REVIEW_WORDS = {
    "15m": "15 minutes",
    "1h": "1 hour",
    "4h": "4 hours",
    "1d": "1 day",
    "later": "Longer",
}


@dataclass(frozen=True)
class Bar:
    """One line of a table with a bar in it."""

    name: str
    count: int
    percent: int


@dataclass(frozen=True)
class Votes:
    """What visitors thought of one answer."""

    name: str
    helpful: int
    unhelpful: int

    @property
    def percent(self) -> int:
        """Return how many of a hundred found it helpful."""
        return charts.share(self.helpful, self.helpful + self.unhelpful)


@dataclass(frozen=True)
class Review:
    """How soon cases of one urgency were first looked at."""

    urgency: str
    within: dict[str, int]
    in_time: int

    @property
    def count(self) -> int:
        """Return how many were looked at."""
        return sum(self.within.values())

    @property
    def percent(self) -> int:
        """Return how many of a hundred were looked at in time."""
        return charts.share(self.in_time, self.count)


@dataclass(frozen=True)
class Figures:
    """All numbers of a period.

    Attributes:
        period: the days.
        parts: label and counts of each column of the charts.
        total: all counts together.
        requests: what became of requests.
        unanswered: what was misunderstood most often.
    """

    period: Period
    parts: list[tuple[str, Counter[str]]]
    total: Counts
    requests: Requests
    unanswered: list[Unanswered]

    @property
    def turns(self) -> int:
        """Return how many messages were dealt with."""
        return sum(self.total["turn", name] for name in TURNS)

    def percent(self, name: str) -> int:
        """Return how many of a hundred messages ended so; see `TURNS`."""
        return charts.share(self.total["turn", name], self.turns)

    @property
    def thumbs(self) -> Votes:
        """Return all thumbs together."""
        return Votes("", self._sum("helpful"), self._sum("unhelpful"))

    @property
    def top_answers(self) -> list[Bar]:
        """Return the answers given most often, small talk aside."""
        given = Counter(
            {
                name: number
                for (what, name), number in self.total.items()
                if what == "answer" and _is_content(name)
            }
        ).most_common(TOP)
        most = given[0][1] if given else 0
        return [
            Bar(answers.in_words(name), number, charts.share(number, most))
            for name, number in given
        ]

    @property
    def votes(self) -> list[Votes]:
        """Return thumbs by answer, those with the most thumbs down first."""
        names = {n for what, n in self.total if what in ("helpful", "unhelpful") and n}
        rows = [
            Votes(
                answers.in_words(name),
                self.total["helpful", name],
                self.total["unhelpful", name],
            )
            for name in names
        ]
        ordered = sorted(rows, key=lambda v: (-v.unhelpful, -v.helpful, v.name))
        return ordered[:TOP]

    @property
    def reviews(self) -> list[Review]:
        """Return first reviews by urgency, the most urgent first."""
        rows = [
            Review(
                wording.URGENCY_WORDS[urgency],
                {k: self.total["review", f"{urgency}:{k}"] for k in REVIEWED_WITHIN},
                self.total["due", urgency],
            )
            for urgency in URGENCIES
        ]
        return [row for row in rows if row.count]

    @property
    def funnel(self) -> list[Bar]:
        """Return how many of those who told of pain got how far."""
        booked = self.requests.outcomes.get("booked", 0)
        steps = [
            ("Told of pain", self.total["pain", ""]),
            ("A consultation was suggested", self.total["suggested", ""]),
            ("Asked for a consultation", self.requests.made),
            ("Were contacted", self.requests.contacted),
            ("Booked", booked),
        ]
        most = max(number for _, number in steps)
        return [Bar(name, n, charts.share(n, most)) for name, n in steps]

    def _sum(self, what: str) -> int:
        return sum(number for (kind, _), number in self.total.items() if kind == what)


@pages.get("")
@allow("manager")
def show() -> Any:
    """Show the figures of a period."""
    desk = this_desk()
    # Days that are over are counted once; whoever looks first after a long while (or
    # after an upgrade) waits for it.
    day_counts.keep(desk.database, _calendar(), desk.now())
    with desk.database.reading() as s:
        figures = _figures(s, _period())
        shown = _without_names(s, figures.unanswered)
    return render_template(
        "insight.html",
        figures=figures,
        period=figures.period,
        last=LAST,
        today=_calendar().day_of(desk.now()),
        turn_words=TURNS,
        chats=charts.columns(figures.parts, ["conversations"]),
        turns=charts.columns(figures.parts, list(TURNS)),
        review_words=REVIEW_WORDS,
        due_rule=RULE,
        case_outcomes=case_work.OUTCOMES,
        unanswered=shown,
    )


@pages.get("/unanswered")
@allow("manager")
def show_unanswered() -> Any:
    """Show what was misunderstood, grouped by meaning."""
    desk = this_desk()
    period = _period()
    begins, ends = _bounds(period)
    with desk.database.reading() as s:
        found = insight.unanswered(s, begins, ends, MOST_GROUPED)
        said = [(one.text, one.count) for one in _without_names(s, found)]
    encode = _encode()
    return render_template(
        "insight_unanswered.html",
        period=period,
        topics=topics(said, encode)[:MOST_TOPICS],
        by_meaning=encode is not None,
        bounded=len(found) == MOST_GROUPED,
        most=MOST_GROUPED,
    )


@pages.post("/export")
@allow("manager")
def export() -> Any:
    """Give the figures of a period as a CSV file; written down in the audit list."""
    forms.require_button()
    desk = this_desk()
    period = _period()
    with desk.database.transaction() as s:
        figures = _figures(s, period)
        audit.record(
            s,
            actor=audit.staff_actor(me().staff_id),
            action="insight.exported",
            object="insight",
            details={"from": str(period.first), "to": str(period.last)},
            now=desk.now(),
        )
    log.info("insight.exported", staff=me().staff_id)
    name = f"insight-{period.first}-{period.last}.csv"
    return download(as_csv(("part", "name", "detail", "count"), _rows(figures)), name)


def _figures(s: Session, period: Period) -> Figures:
    counted_now = day_counts.not_kept(s, period.first, period.last, _calendar())
    by_day = day_counts.by_day(s, period.first, period.last, counted_now)
    parts: list[tuple[str, Counter[str]]] = []
    for label, first, last in period.parts():
        counted: Counter[str] = Counter()
        for day, counts in by_day.items():
            if first <= day <= last:
                for (what, name), number in counts.items():
                    counted["conversations" if what == "conversation" else name] += (
                        number
                    )
        parts.append((label, counted))
    begins, ends = _bounds(period)
    return Figures(
        period,
        parts,
        day_counts.in_all(s, period.first, period.last, counted_now),
        insight.requests(s, begins, ends),
        insight.unanswered(s, begins, ends, TOP),
    )


def _rows(figures: Figures) -> Iterator[tuple[object, ...]]:
    """Yield the lines of the CSV file."""
    for label, counted in figures.parts:
        yield (
            f"per {figures.period.step}",
            label,
            "Conversations",
            counted["conversations"],
        )
        for name, words in TURNS.items():
            yield f"per {figures.period.step}", label, words, counted[name]
    given = [(n, c) for (what, n), c in figures.total.items() if what == "answer"]
    for name, number in sorted(given, key=lambda one: (-one[1], one[0])):
        yield "answers", answers.in_words(name), name, number
    for vote in figures.votes:
        yield "votes", vote.name, "helpful", vote.helpful
        yield "votes", vote.name, "not helpful", vote.unhelpful
    for review in figures.reviews:
        for name, number in review.within.items():
            yield "first review", review.urgency, REVIEW_WORDS[name], number
        yield "first review", review.urgency, "in time", review.in_time
    for bar in figures.funnel:
        yield "from pain to consultation", bar.name, "", bar.count
    for outcome, number in figures.requests.outcomes.items():
        words = case_work.OUTCOMES.get(outcome, outcome)
        yield "from pain to consultation", "Closed", words, number
    with this_desk().database.reading() as s:
        for one in _without_names(s, figures.unanswered):
            yield "not answered", one.text, "", one.count


def _calendar() -> Calendar:
    return this_desk().due_times.calendar


def _period() -> Period:
    return asked_period(request.args, _calendar().day_of(this_desk().now()))


def _bounds(period: Period) -> tuple[datetime, datetime]:
    calendar = _calendar()
    return calendar.bounds(period.first)[0], calendar.bounds(period.last)[1]


def _without_names(s: Session, found: Sequence[Unanswered]) -> list[Unanswered]:
    names = corrections.personal_names(s, [one.message_id for one in found])
    return [
        Unanswered(one.message_id, scrub(one.text, names[one.message_id]), one.count)
        for one in found
    ]


def _is_content(name: str) -> bool:
    return name in answers.titles() and not name.startswith("chat.")


_vectors: dict[str, np.ndarray[Any, np.dtype[np.float32]]] = {}
_one_at_a_time = threading.Lock()
_MOST_VECTORS = 5_000


@cache
def _encoder() -> SentenceEncoder | None:
    """Load the sentence encoder when it is first needed: most desks never ask."""
    try:
        return SentenceEncoder.load()
    except EncoderUnavailable as error:
        log.warning("insight.no_encoder", reason=str(error))
        return None


def _encode() -> Encode | None:
    """Return what gives vectors; those of words met before are remembered."""
    encoder = _encoder()
    if encoder is None:
        return None

    def encode(texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        with _one_at_a_time:
            if len(_vectors) > _MOST_VECTORS:
                _vectors.clear()
            for text in texts:
                key = same_as(text)
                if key not in _vectors:
                    _vectors[key] = encoder.encode([text])[0]
            return np.stack([_vectors[same_as(text)] for text in texts])

    return encode
