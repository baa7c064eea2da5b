"""Hear pain, and what it stops a person from doing.

Pure: from a `Reading` of the lexicon to `Heard` facts. A limit is kept in the
visitor's own words, so that a reply can name it back.

What is a limit (ours, after N5 and N6): something of daily life cannot be done, is
hard to do, is done less or more slowly, is avoided or given up, needs help or a way
round ("one step at a time"), or sleep is broken. Only what is so now, of the person
or somebody close: a question ("should I stop running?"), a fear ("I don't want to stop
running"), something else ("I can't find a physio") or the past ("couldn't walk last
year") is none.

Pain with an activity alone ("it hurts when I climb stairs", "sore after running") is
no limit: the person still does it, and the questions that follow ask what it stops.
It becomes one when it is too much ("too sore to run", "driving is agony"), and for
dressing and washing ("hurts to put my socks on"), which nobody can leave out (N5).

Pain is also heard without the word: "stiff", "tight", "pins and needles", "gives
way" of a body part, or a limit with a body part ("can't lift my arm"). A loose limit
("can't" with any word) counts only beside pain that is told, or beside a body part
that is to blame ("with this knee", "no more tennis, elbow").

A question is no report when the pain is only what it asks about ("will my sore knee
ever heal?", "heat for a stiff neck", "is it normal to be sore after a massage?"); told
apart from the question it is one ("my calf is sore, can I run?"). The name of a
condition alone ("tennis elbow") reports nothing unless something says that it is now.

`suggests_consultation` is the rule that decides when a consultation is suggested.
It is OUR RULE (evidence N6, with N4 and W1-W2): not validated, and labelled so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from mend.understanding.context import SENTENCE_ENDS, Context
from mend.understanding.reaction import bad_reaction
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
_FOR = 4  # words between "for" and the pain it is for
_THAN = 2  # words after a limit in which "than I used to" begins
_EARLY = 16  # words; a report without "my" says soon what hurts
_OVER_SOON = 3  # words between a pain and "all gone now"
_MINE = frozenset({"i", "im", "ive", "my", "me", "mine"})
_SELF = frozenset({"i", "im", "ive", "me", "myself", "mine"})
_ASKING_FIRST = frozenset({"is", "are", "do", "does", "will", "can", "could", "should"})
_ASKING_FIRST |= {"how", "what", "which", "when", "where", "who", "whats"}
_OPENING = frozenset({"is", "are", "am", "do", "does", "did", "will", "would", "can"})
_OPENING |= {"could", "should", "shall", "how", "which", "who", "whether"}
_JOINING = frozenset({",", "and", "so", "but", "because", "or", "then", "hi", "hello"})
_COMPARING = frozenset({"than", "what"})
_WAS = frozenset({"had", "was", "stopped", "missed", "cant", "gave", "quit"})
_NOW_IT = frozenset({"it", "still", "now", "this"})
_PRESENT = re.compile(
    r"(?:can\W?t|cannot|can\s+not|carnt|cnt|unable|ha(?:ve|s)(?:n\W?t|\s+not)|not\s+able|avoiding|"
    r"i\s+avoid|i\s+try)\b",
    re.IGNORECASE,
)
_COULD_NOT = re.compile(r"could(?:\W?nt|n\W?t|\s+not)\b", re.IGNORECASE)
_NOW_LESS = re.compile(
    r"\bnow\b.*\b(?:just|only|bit|little|better|fine|ok|okay)\b"
    r"|\b(?:better|fine|ok|okay)\s+now\b",
    re.IGNORECASE,
)
_OPEN_WORDS = frozenset({"a", "an", "the", "to", "my", "of", "with", "at"})
_OPEN_WORDS |= {
    "i",
    "is",
    "its",
    "from",
    "than",
    "as",
    "by",
    "his",
    "her",
    "our",
    "this",
}
_STOP_WORDS = frozenset({"and", "but", "so", "because", "then", "since", "for", "or"})


@dataclass(frozen=True)
class Heard:
    """What a message says about pain.

    Attributes:
        pain: pain is reported, now, of the person writing or someone close.
        limits: what it stops or makes hard, in the visitor's own words.
        body_part: first body part named, as written.
        place: the same in our spelling, with its side: "left knee".
        sensation: first word for how it feels, as written.
        duration: how long, as written.
        duration_days: the same in days, rounded roughly.
        better: whether it is getting better; None if not said.
        score: pain 0-10, if one was given.
        side: left, right or both.
        who: "self", or "other" for somebody close.
        bad_reaction: something new or worse since treatment (`reaction`).
    """

    pain: bool = False
    limits: tuple[str, ...] = ()
    body_part: str | None = None
    place: str | None = None
    sensation: str | None = None
    duration: str | None = None
    duration_days: int | None = None
    better: bool | None = None
    score: int | None = None
    side: str | None = None
    who: str = "self"
    bad_reaction: bool = False

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
    side = (_first(reading, "side") or "").lower() or None
    return Heard(
        pain=_reports_pain(reading, context, limited=bool(limits), part=part),
        limits=limits,
        body_part=part,
        place=_place(reading, side),
        sensation=_first(reading, "sensation"),
        duration=duration,
        duration_days=days,
        better=_better(reading),
        score=score_of(reading.text),
        side=side,
        who=_who(reading),
        bad_reaction=bad_reaction(reading, context),
    )


def _reports_pain(
    reading: Reading, context: Context, *, limited: bool, part: str | None
) -> bool:
    if limited and (
        part is not None or reading.find("without_pain") or reading.find("pain_named")
    ):
        return True
    return any(
        _is_told(reading, context, said)
        for said in _said(reading)
        if not (
            context.is_denied(said)
            or _is_past(context, said)
            or _is_over(context, said)
        )
    )


def _said(reading: Reading) -> tuple[Match, ...]:
    return tuple(_unless_within(reading, ("pain_said", "pain_named"), ("pain_not",)))


def _is_told(reading: Reading, context: Context, said: Match) -> bool:
    """Tell a report from a question about pain in general."""
    if reading.find("pain_topic"):
        return False
    if "if" in context.words[: said.first] and _asks(reading):
        return False  # "can I walk if my hip hurts?"
    if said.label == "pain_named" and _asks_anything(reading):
        return False
    if _asks_vaguely(reading, context, said):
        return True
    if _asks_in_general(reading, context, said):
        return False
    if reading.find("person") or reading.find("somebody_else"):
        return not context.is_asked(said)
    return _is_told_of_nobody(reading, context, said)


def _asks_in_general(reading: Reading, context: Context, said: Match) -> bool:
    """Tell whether the pain is what is asked about: "will my sore knee ever heal"."""
    if reading.find("pain_from_care") and _asks_anything(reading):
        return True
    return _opening(context, said) in _OPENING


def _opening(context: Context, said: Match) -> str:
    """Give the word that the clause around a match begins with."""
    clause = context.clause(said.first)
    return next(
        word
        for place, word in enumerate(context.words)
        if place == said.first
        or (context.clause(place) == clause and word not in _JOINING)
    )


def _is_told_of_nobody(reading: Reading, context: Context, said: Match) -> bool:
    """Tell "sore elbow since Monday" from "what helps back pain" or "tendonitis"."""
    about = min((m.first for m in reading.find("body_part")), default=said.first)
    if _asks_anything(reading) or min(about, said.first) > _EARLY:
        return False
    if said.label == "pain_named" and not _is_of_now(reading):
        return False
    return not _is_for(reading, context, said)


def _is_of_now(reading: Reading) -> bool:
    return bool(reading.find("pain_now")) or duration_of(reading.text)[0] is not None


def _is_for(reading: Reading, context: Context, said: Match) -> bool:
    """Tell something for, or after, pain: "heat for a stiff neck", "sore after MLD"."""
    if "for" in context.words[max(0, said.first - _FOR) : said.first]:
        return True
    treated = [*reading.find("treatment"), *reading.find("about_treatment")]
    return bool(treated) and (
        not reading.find("body_part") or treated[0].first < said.first
    )


def _asks(reading: Reading) -> bool:
    return (
        reading.text.rstrip().endswith("?")
        or bool(reading.find("asking"))
        or reading.tokens[0].word in _ASKING_FIRST
    )


def _asks_anything(reading: Reading) -> bool:
    labels = ("asks_about", "vague_ask", "asks_to_do")
    return _asks(reading) or any(reading.find(label) for label in labels)


def _asks_vaguely(reading: Reading, context: Context, said: Match) -> bool:
    """Tell whether the only question is what this pain could be, or what to do."""
    if reading.find("treatment") or reading.find("about_treatment"):
        return False
    vague = list(reading.find("vague_ask"))
    for ask in reading.find("asks_to_do"):  # "sore, can I run", not "can I run sore"
        if context.clause(ask.first) != context.clause(said.first):
            vague.append(ask)
    if not vague:
        return False
    mine = any(
        reading.tokens[m.first].word in _MINE
        and context.sentence(m.first) == context.sentence(said.first)
        and (
            reading.tokens[m.first].word != "i"
            or not any(ask.holds(m) for ask in vague)
        )
        for m in reading.find("person")
    )
    mine = mine or "this" in context.words[max(0, said.first - 1) : said.first]
    fragment = said.first <= _EARLY and said.last <= min(ask.first for ask in vague)
    return mine or (fragment and not reading.find("asks_fact"))


def _is_past(context: Context, said: Match) -> bool:
    """Tell pain of long ago, not "broke it as a child and it aches"."""
    return context.is_past(said) and not _still_after(context, said)


def _still_after(context: Context, said: Match) -> bool:
    past = context.reading.find("past")
    before = [m.last for m in past if m.last <= said.first]
    if not before:
        return False
    words = context.words[max(before) : said.first]
    return any(word in _NOW_IT for word in words[-_FOR:])


def _is_over(context: Context, said: Match) -> bool:
    return any(
        context.clause(over.first) == context.clause(said.first)
        or 0 <= over.first - said.last <= _OVER_SOON
        for over in context.reading.find("pain_over")
    )


def _limits(reading: Reading, context: Context) -> tuple[str, ...]:
    """Give what counts as a limit, in the visitor's words, in order."""
    excuses = reading.find("limit_not")
    told = (
        bool(reading.find("without_pain"))
        or bool(reading.find("blamed"))
        or _ends_in_the_reason(reading, context)
        or any(
            _is_told(reading, context, said) and not context.is_denied(said)
            for said in _said(reading)
        )
    )
    found: list[Match] = []
    loose = [
        limit
        for limit in reading.find("limit_weak")
        if told and not any(e.touches(limit) for e in reading.find("limit_weak_not"))
    ]
    candidates = [*reading.find("limit"), *loose]
    for limit in sorted(candidates, key=lambda m: (m.first, m.last)):
        if _is_excused(limit, excuses, context) or not _is_so_now(
            reading, context, limit
        ):
            continue
        if found and limit.first < found[-1].last:
            longer = max(found[-1], limit, key=lambda m: m.last - m.first)
            found[-1] = longer
            continue
        found.append(limit)
    told_back: list[str] = []
    covered = 0
    for limit in found:
        if limit.first < covered:
            continue
        covered = _end_of_words(reading, limit)
        told_back.append(_own_words(reading, limit.first, covered))
    return tuple(dict.fromkeys(told_back))


def _ends_in_the_reason(reading: Reading, context: Context) -> bool:
    """Tell "no more tennis, elbow": the last words only name what is to blame."""
    return any(
        "," in context.words[max(0, part.first - 2) : part.first]
        and SENTENCE_ENDS.issuperset(context.words[part.last :])
        for part in reading.find("body_part")
    )


def _is_excused(limit: Match, excuses: Sequence[Match], context: Context) -> bool:
    return any(
        excuse.touches(limit)
        or (
            excuse.last <= limit.first <= excuse.last + 2
            and context.clause(excuse.first) == context.clause(limit.first)
        )
        for excuse in excuses
    )


def _is_so_now(reading: Reading, context: Context, limit: Match) -> bool:
    """Tell a limit of now from one that was, is denied, or is only asked about."""
    if _PRESENT.match(reading.text[reading.tokens[limit.first].start :]):
        # "can't walk like I used to" is of now, whatever stands around it.
        return True
    if context.is_denied(limit):
        return False
    about = context.words[limit.first : limit.last + _THAN]
    compared = not _COMPARING.isdisjoint(about)
    if not compared and (context.is_past(limit) or _is_over(context, limit)):
        return False  # "rest more than I used to" is of now
    if _COULD_NOT.match(
        reading.text[reading.tokens[limit.first].start :]
    ) and _NOW_LESS.search(reading.text, reading.span(limit)[1]):
        return False
    begins = context.words[max(0, limit.first - 2) : limit.first + 1]
    if not _WAS.isdisjoint(begins) and any(
        over.first >= limit.last for over in reading.find("limit_over")
    ):
        return False  # "had to stop in spring, back at it now"
    return not context.is_asked(limit) or _asks_vaguely(reading, context, limit)


def _end_of_words(reading: Reading, limit: Match) -> int:
    """Find where a limit ends with the few words that finish it."""
    more = _WORDS_AFTER if limit.last - limit.first > 1 else _WORDS_AFTER + 2
    last = limit.last
    while last < min(len(reading.tokens), limit.last + more):
        word = reading.tokens[last].word
        if word in SENTENCE_ENDS or word == "," or word in _STOP_WORDS:
            break
        last += 1
    while last > limit.last and reading.tokens[last - 1].word in _OPEN_WORDS:
        last -= 1
    return last


def _own_words(reading: Reading, first: int, last: int) -> str:
    start = reading.tokens[first].start
    return " ".join(reading.text[start : reading.tokens[last - 1].end].split())


def _first(reading: Reading, label: str) -> str | None:
    match = _first_match(reading, label)
    return reading.words(match) if match else None


def _first_match(reading: Reading, label: str) -> Match | None:
    matches = reading.find(label)
    beginning = [m for m in matches if m.first == matches[0].first]
    return max(beginning, key=lambda m: m.last, default=None)


def _place(reading: Reading, side: str | None) -> str | None:
    part = _first_match(reading, "body_part")
    if part is None:
        return None
    words = [token.word for token in reading.tokens[part.first : part.last]]
    return " ".join([side, *words] if side else words)


def _better(reading: Reading) -> bool | None:
    if reading.find("not_better"):
        return False
    return True if reading.find("getting_better") else None


def _who(reading: Reading) -> str:
    """Tell whether the body spoken of is the visitor's or somebody else's.

    In this order: what is said of the own body, or done to the visitor; what is said
    of another's body; an "I" that does more than tell of somebody; who is named.
    """
    if reading.find("own_body") or reading.find("harmed_me"):
        return "self"
    present = [
        *reading.find("their_body"),
        *_unless_within(reading, ("their_own",), ("not_of_them",)),
    ]
    if present:
        return "other"
    person = [
        m for m in reading.find("person") if reading.tokens[m.first].word in _SELF
    ]
    telling = reading.find("only_telling")
    if any(not any(t.holds(me) for t in telling) for me in person):
        return "self"
    named = ("somebody_else", "other_person", "they_are")
    return "other" if _unless_within(reading, named, ("not_of_them",)) else "self"


def _unless_within(
    reading: Reading, labels: Sequence[str], excuses: Sequence[str]
) -> list[Match]:
    """Give the matches of some labels that touch none of the excuses."""
    excused = [m for label in excuses for m in reading.find(label)]
    return [
        m
        for label in labels
        for m in reading.find(label)
        if not any(excuse.touches(m) for excuse in excused)
    ]


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
