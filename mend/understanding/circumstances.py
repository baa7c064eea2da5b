"""Hear what makes care safe or unsafe for this person: what they told of themselves.

Blood thinners, a pregnancy, an operation, a child, an older person. Pure: from one
reading to what it says of each, and from what was said in a conversation to the lines
of caution that an answer needs. The words are data (`data/lexicon/circumstances.yml`),
and so are the lines (`data/journeys/cautions.yml`).

What is said counts for the whole conversation, until it is taken back ("I'm not
pregnant", "I came off the warfarin"). A question about anybody ("can pregnant women
have cupping?") says nothing of this visitor. An operation of years ago changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from mend.understanding.context import Context
from mend.understanding.reading import Match, Reading

SELF, OTHER, NO = "self", "other", "no"
CHILD, OLDER, ADULT = "child", "older", "adult"
SOME_TIME = "some time"
"""Values of the slots: who; an age group; an operation without a time."""

SLOTS = ("blood_thinners", "pregnant", "operation", "age_group")
"""Names of the slots, and of the entities that fill them."""

CAUTIONS = ("blood_thinners", "pregnant", "operation", CHILD, OLDER)
"""Names of the lines of caution."""

# Evidence G5 and G6: children, and older people. The ages are ours.
_ADULT_FROM, _OLDER_FROM, _OLDEST = 18, 65, 110
_YOUNGEST_WHO_TYPES = 12  # "I'm 7" is a pain score
_ENDS = r"(?=\s*(?:$|[.,!?;:)]|and\b|so\b|but\b|now\b|with\b|who\b|can\b|is\b|year))"
_SOMEBODY = (
    r"s?he(?:'?s| is)|(?:mum|mom|mother|dad|father|gran|nan|wife|husband|partner|son|"
    r"daughter|child|kid|boy|girl)(?:'?s| is| who is| aged)"
)
_AGE = re.compile(
    r"(?<![\d.])(?P<old>\d{1,3})[\s-]*"
    r"(?:(?:years?|yrs?)[\s-]*old|y/?o\b|years? of age)"
    r"(?!\s+(?:injur|scar|sprain|tear|problem|pain|fracture|break|surgery|operation))"
    rf"|\bi(?:'?m| am)\s+(?:now\s+|over\s+)?(?P<self>\d{{2,3}}){_ENDS}"
    r"|\b(?:aged?(?:\s+(?:is|of))?|over)\s+(?P<aged>\d{1,3})(?!\s*(?:day|week|month|min|%))\b"
    rf"|\b(?:{_SOMEBODY})\s+(?P<them>\d{{1,3}}){_ENDS}",
    re.IGNORECASE,
)
_AGE_OVER = 60  # "over 40" is said of many things, of ages from here on
_AGO = re.compile(
    r"\b(?P<n>\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|"
    r"a (?:couple|few)(?: of)?|several|some)\s+(?P<unit>day|week|wk|month|year|yr)s?"
    r"(?=\s*(?:ago|back|post|after|since|out|now|\W|$))"
    r"|\b(?P<when>yesterday|last (?:week|month))\b|\b(?P<year>last year|years ago)\b",
    re.IGNORECASE,
)
_FIRST_PERSON = frozenset({"i", "im", "ive", "my", "me", "id"})
_TOLD = "told_"  # before the names of the cues
_OTHERS = ("somebody_else", "other_person", "they_are")


class Circumstance(NamedTuple):
    """One thing said of a person.

    Attributes:
        name: one of `SLOTS`.
        value: for the slot.
        start: where the words begin.
        end: where they end.
    """

    name: str
    value: str
    start: int
    end: int


class Due(NamedTuple):
    """A line of caution that somebody needs.

    Attributes:
        name: one of `CAUTIONS`.
        other: whether it is for somebody else than the visitor.
        since: how long ago it was, in the visitor's words; "" if not said.
    """

    name: str
    other: bool = False
    since: str = ""


def circumstances(reading: Reading, context: Context) -> tuple[Circumstance, ...]:
    """Return what a message says of a person, each slot at most once."""
    found = (
        _said(reading, context, "blood_thinners"),
        _said(reading, context, "pregnant"),
        _operation(reading, context),
        _age_group(reading, context),
    )
    return tuple(one for one in found if one is not None)


def due(slots: Mapping[str, Any]) -> tuple[Due, ...]:
    """Return the lines of caution for what was said in a conversation.

    Args:
        slots: values by name; others are ignored.
    """
    lines: list[Due] = []
    for name in ("blood_thinners", "pregnant"):
        if slots.get(name) in (SELF, OTHER):
            lines.append(Due(name, other=slots[name] == OTHER))
    operation = slots.get("operation")
    if operation and operation != NO:
        lines.append(
            Due("operation", since="" if operation == SOME_TIME else str(operation))
        )
    if slots.get("age_group") in (CHILD, OLDER):
        lines.append(Due(str(slots["age_group"])))
    return tuple(lines)


def _said(reading: Reading, context: Context, name: str) -> Circumstance | None:
    """Read a circumstance that one has, or has not (any more)."""
    cues = _unless(reading, f"{_TOLD}{name}", f"{_TOLD}{name}_of_anybody")
    ended = [
        over
        for over in reading.find(f"{_TOLD}{name}_over")
        if not context.is_denied(over) and not context.is_asked(over)
    ]
    if ended:
        return _circumstance(reading, name, NO, ended[-1])
    for cue in reversed(cues):
        if context.is_denied(cue):
            return _circumstance(reading, name, NO, cue)
        if not context.is_past(cue):
            who = OTHER if _is_of_another(reading, context, cue) else SELF
            return _circumstance(reading, name, who, cue)
    return None


def _operation(reading: Reading, context: Context) -> Circumstance | None:
    for cue in _unless(reading, "told_operation", "told_operation_of_anybody"):
        if context.is_denied(cue):
            return _circumstance(reading, "operation", NO, cue)
        since = _ago(reading, context, cue)
        if since is not None:
            return _circumstance(reading, "operation", since, cue)
    return None


def _ago(reading: Reading, context: Context, cue: Match) -> str | None:
    """Give how long ago an operation was; None if it was years ago."""
    sentence = context.sentence(cue.first)
    places = [
        token
        for place, token in enumerate(reading.tokens)
        if context.sentence(place) == sentence
    ]
    words = reading.text[places[0].start : places[-1].end]
    # In a message of two sentences the time may stand in the other one.
    for part in (words, reading.text):
        if found := _AGO.search(part):
            unit = (found["unit"] or "").lower()
            if found["year"] or unit in ("year", "yr"):
                return None
            return found["when"] or f"{found[0].strip()} ago"
    return SOME_TIME


def _age_group(reading: Reading, context: Context) -> Circumstance | None:
    ages = [
        Circumstance("age_group", group, *found.span())
        for found in _AGE.finditer(reading.text)
        if (group := _group_of(found)) is not None
        and not reading.text[: found.start()].lower().rstrip().endswith("not")
    ]
    words = [
        _circumstance(reading, "age_group", group, cue)
        for group in (CHILD, OLDER)
        for cue in _unless(
            reading, f"{_TOLD}{group}", "not_of_them", f"{_TOLD}{group}_of_anybody"
        )
        if not context.is_past(cue) and not context.is_denied(cue)
    ]
    grown = [one for one in ages if one.value == ADULT]
    special = [one for one in ages if one.value != ADULT] or (
        words if not grown else []
    )
    taken_back = [
        _circumstance(reading, "age_group", ADULT, cue)
        for group in (CHILD, OLDER)
        for cue in reading.find(f"{_TOLD}{group}")
        if context.is_denied(cue)
    ]
    return next(iter((*special, *grown, *taken_back)), None)


def _group_of(found: re.Match[str]) -> str | None:
    age = int(next(filter(None, found.groups())))
    if found["aged"] and found[0].lower().startswith("over") and age < _AGE_OVER:
        return None
    if age > _OLDEST or (found["self"] and age < _YOUNGEST_WHO_TYPES):
        return None
    if age < _ADULT_FROM:
        return CHILD
    return OLDER if age >= _OLDER_FROM else ADULT


def _unless(reading: Reading, label: str, *excuses: str) -> list[Match]:
    """Give the matches of a label that touch no excuse."""
    excused = [m for excuse in excuses for m in reading.find(excuse)]
    return [
        m
        for m in reading.find(label)
        if not any(excuse.touches(m) for excuse in excused)
    ]


def _is_of_another(reading: Reading, context: Context, cue: Match) -> bool:
    """Tell "my wife is pregnant" from "I'm pregnant, says my wife"."""
    clause, sentence = context.clause(cue.first), context.sentence(cue.first)
    own = (
        word in _FIRST_PERSON and context.clause(place) == clause and word != "my"
        for place, word in enumerate(context.words)
    )
    return not any(own) and any(
        context.sentence(other.first) == sentence and other.first <= cue.first
        for other in _people(reading)
    )


def _people(reading: Reading) -> Iterator[Match]:
    for label in _OTHERS:
        yield from _unless(reading, label, "not_of_them")


def _circumstance(reading: Reading, name: str, value: str, cue: Match) -> Circumstance:
    start, end = reading.span(cue)
    return Circumstance(name, value, start, end)


def first_that_needs(answers: Sequence[str], needing: Sequence[str]) -> str | None:
    """Return the first of several answers that a line of caution belongs to."""
    return next((answer for answer in answers if answer in needing), None)
