"""Hear pain, and what it stops a person from doing.

Pure: from a `Reading` of the lexicon to `Heard` facts. A limit is kept in the
visitor's own words, so that a reply can name it back. Only what is so now counts: a
question ("can I run with a sprain?"), a fear ("I don't want to stop running") or
the past ("couldn't walk last year") is no limit.

`suggests_consultation` is the rule that decides when a consultation is suggested.
It is OUR RULE (evidence N6, with N4 and W1-W2): not validated, and labelled so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from mend.understanding.context import SENTENCE_ENDS, Context
from mend.understanding.reading import Match, Reading

# Our rule (N6): not validated. 0-10 scale; days.
SCORE_THAT_MATTERS = 4
DAYS_WITHOUT_GAIN = 14

_DAYS = {"day": 1, "night": 1, "week": 7, "wk": 7, "month": 30, "mth": 30, "year": 365}
_DAYS |= {"yr": 365, "decade": 3650}
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}
_NUMBERS |= {"eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12}
_LOOSE = {"a": 1, "an": 1, "couple": 2, "few": 3, "several": 5, "many": 6, "some": 3}
_QUANTITY = "|".join([r"\d{1,3}", *_NUMBERS, *_LOOSE])
_UNIT = "|".join(sorted(_DAYS, key=len, reverse=True))
_SPAN = re.compile(
    rf"\b(?:(?P<n>{_QUANTITY})(?:\s+of)?(?:\s*(?:-|to|or)\s*(?P<m>{_QUANTITY}))?\s+"
    rf"(?:long\s+)?)?(?P<unit>{_UNIT})s?\b",
    re.IGNORECASE,
)
_STARTS = re.compile(
    r"\b(?:since|from)\s+(?P<when>yesterday|last\s+(?:night|week|month|year)|"
    r"christmas|easter|summer|winter|spring|autumn|"
    r"january|february|march|april|may|june|july|august|september|october|november|"
    r"december|childhood|i\s+was\b)|\b(?P<ages>for\s+ages|ages|forever|for\s+years)\b"
    r"|\b(?P<just>today|yesterday|this\s+morning|last\s+night|just\s+now)\b",
    re.IGNORECASE,
)
_SINCE_DAYS = {"yesterday": 1, "last night": 1, "last week": 7, "last month": 30}
_DURATION_BEFORE = re.compile(
    r"\b(?:for|since|over|about|around|past|last|almost|nearly|than|now)\s*(?:the\s+)?"
    r"(?:a\s+|last\s+|past\s+)?$",
    re.IGNORECASE,
)
_SCORE = re.compile(
    r"(?<![\d/.])(?P<n>10|[0-9])(?:\.\d)?\s*(?:/|out\s+of)\s*(?:10|ten)\b"
    r"|\bpain\s*(?:level|score|scale)?\s*(?:is|of|at|about|around|:|=)*\s*(?:a\s+|about\s+)?"
    r"(?P<m>10|[0-9])\b(?!\s*(?:day|week|month|year|hour|min|am|pm|:|%|yr|wk))",
    re.IGNORECASE,
)
_WORDS_AFTER = 4
_STOP_WORDS = frozenset({"and", "but", "so", "because", "then", "since", "for", "or"})


@dataclass(frozen=True)
class Heard:
    """What a message says about pain.

    Attributes:
        pain: pain is reported, now, of the person writing or someone close.
        limits: what it stops or makes hard, in the visitor's own words.
        body_part: first body part named, as written.
        sensation: first word for how it feels, as written.
        duration: how long, as written.
        duration_days: the same in days, rounded roughly.
        better: whether it is getting better; None if not said.
        score: pain 0-10, if one was given.
        side: left, right or both.
        who: "self", or "other" for somebody close.
    """

    pain: bool = False
    limits: tuple[str, ...] = ()
    body_part: str | None = None
    sensation: str | None = None
    duration: str | None = None
    duration_days: int | None = None
    better: bool | None = None
    score: int | None = None
    side: str | None = None
    who: str = "self"

    def as_dict(self) -> dict[str, Any]:
        """Give a JSON-able form."""
        return {**asdict(self), "limits": list(self.limits)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Heard:
        """Read what `as_dict` gave; unknown keys are ignored."""
        known = {key: data[key] for key in cls.__dataclass_fields__ if key in data}
        known["limits"] = tuple(known.get("limits") or ())
        return cls(**known)


def suggests_consultation(
    *,
    limits: bool,
    score: int | None = None,
    days: int | None = None,
    better: bool | None = None,
) -> bool:
    """Apply our rule (N6, not validated) for suggesting a consultation.

    Args:
        limits: something the person needs or loves to do is limited.
        score: how much it gets in the way, 0-10; 4 or more is enough.
        days: how long it has lasted; more than 14 is enough unless it gets better.
        better: whether it is getting better, None if not known.
    """
    if limits or (score is not None and score >= SCORE_THAT_MATTERS):
        return True
    return days is not None and days > DAYS_WITHOUT_GAIN and better is not True


def hear(reading: Reading) -> Heard:
    """Find what a message says about pain and what it limits."""
    context = Context(reading)
    limits = _limits(reading, context)
    duration, days = duration_of(reading.text)
    part = _first(reading, "body_part")
    score = score_of(reading.text)
    who = _who(reading)
    return Heard(
        pain=_reports_pain(reading, context, limited=bool(limits), part=part),
        limits=limits,
        body_part=part,
        sensation=_first(reading, "sensation"),
        duration=duration,
        duration_days=days,
        better=_better(reading),
        score=score,
        side=(_first(reading, "side") or "").lower() or None,
        who=who,
    )


def _reports_pain(
    reading: Reading, context: Context, *, limited: bool, part: str | None
) -> bool:
    if limited and part is not None:
        return True
    spoken_for = bool(reading.find("person") or reading.find("somebody_else"))
    asks = reading.text.rstrip().endswith("?") or bool(reading.find("asking"))
    if not spoken_for and (asks or len(reading.tokens) > 8):
        return False
    words = context.words
    return any(
        not (
            (asks and "if" in words[: said.first])  # "can I walk if my hip hurts?"
            or context.is_denied(said)
            or context.is_past(said)
            or context.is_asked(said)
            or context.is_settled(said)
        )
        for said in reading.find("pain_said")
    )


def _limits(reading: Reading, context: Context) -> tuple[str, ...]:
    excuses = reading.find("limit_not")
    found: list[Match] = []
    for limit in reading.find("limit"):
        excused = any(
            excuse.touches(limit)
            or (
                excuse.last <= limit.first <= excuse.last + 2
                and context.clause(excuse.first) == context.clause(limit.first)
            )
            for excuse in excuses
        )
        if excused or context.is_past(limit) or context.is_asked(limit):
            continue
        if context.is_denied(limit) or context.is_settled(limit):
            continue
        if found and limit.first < found[-1].last:
            longer = max(found[-1], limit, key=lambda m: m.last - m.first)
            found[-1] = longer
            continue
        found.append(limit)
    return tuple(dict.fromkeys(_own_words(reading, limit) for limit in found))


def _own_words(reading: Reading, limit: Match) -> str:
    """Give a limit with the few words that finish it ("can't sleep on that side")."""
    last = limit.last
    while last < min(len(reading.tokens), limit.last + _WORDS_AFTER):
        word = reading.tokens[last].word
        if word in SENTENCE_ENDS or word == "," or word in _STOP_WORDS:
            break
        last += 1
    start = reading.tokens[limit.first].start
    return " ".join(reading.text[start : reading.tokens[last - 1].end].split())


def _first(reading: Reading, label: str) -> str | None:
    matches = reading.find(label)
    if not matches:
        return None
    longest = max(
        (m for m in matches if m.first == matches[0].first), key=lambda m: m.last
    )
    return reading.words(longest)


def _better(reading: Reading) -> bool | None:
    if reading.find("not_better"):
        return False
    return True if reading.find("getting_better") else None


def _who(reading: Reading) -> str:
    about_self = any(
        reading.tokens[m.first].word in {"i", "im", "ive"}
        for m in reading.find("person")
    )
    return "other" if reading.find("somebody_else") and not about_self else "self"


def score_of(text: str) -> int | None:
    """Find a pain score 0-10 ("7/10", "pain is about a 6")."""
    found = _SCORE.search(text)
    return int(found["n"] or found["m"]) if found else None


def duration_of(text: str) -> tuple[str | None, int | None]:
    """Find how long something has lasted: the words, and about how many days."""
    for found in _SPAN.finditer(text):
        quantity = (found["m"] or found["n"] or "").lower()
        before = text[: found.start()]
        plural = found[0].lower().endswith("s")
        if not quantity and not (plural and _DURATION_BEFORE.search(before)):
            continue
        if re.match(r"\s*old\b", text[found.end() :], re.IGNORECASE):
            continue
        if quantity:
            count = _NUMBERS.get(quantity) or _LOOSE.get(quantity)
            count = count if count is not None else int(quantity)
        else:
            count = 3  # "for months": some
        return found[0].strip(), count * _DAYS[found["unit"].lower()]
    start = _STARTS.search(text)
    if start is None:
        return None, None
    if start["just"]:
        return start[0], 1
    if start["ages"]:
        return start[0], 365
    when = " ".join(start["when"].lower().split())
    return start[0], _SINCE_DAYS.get(when, 60)
