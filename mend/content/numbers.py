"""Numbers: each stands in one of the answer's facts, and all answers agree (A13, B12).

The same thing measured, such as how long a scar takes to settle, is one quantity in
``data/facts.yml``; two answers that state different values for it contradict one
another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mend.content.facts import Facts, Quantity, in_base_unit
from mend.content.finding import Finding
from mend.content.passage import Passage

_WORDS = {
    **{"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7},
    **{"eight": 8, "nine": 9, "ten": 10, "twelve": 12},
}
_UNIT_WORDS = {
    **dict.fromkeys(("minute", "minutes"), "minutes"),
    **dict.fromkeys(("hour", "hours"), "hours"),
    **dict.fromkeys(("day", "days"), "days"),
    **dict.fromkeys(("week", "weeks"), "weeks"),
    **dict.fromkeys(("month", "months"), "months"),
    **dict.fromkeys(("year", "years"), "years"),
    **dict.fromkeys(("trial", "trials", "study", "studies"), "trials"),
    **dict.fromkeys(("people", "adults", "men", "women", "patients"), "people"),
    **dict.fromkeys(("session", "sessions", "visit", "visits"), "sessions"),
    **dict.fromkeys(("degree", "degrees"), "degrees"),
    **{"%": "%", "percent": "%", "tools": "tools", "times": "times", "steps": "steps"},
    **{"sprains": "people"},
}
_NUMBER = r"(?:\d+(?:[.,]\d+)*|" + "|".join(_WORDS) + r")"
_MENTION = re.compile(
    rf"\b(?P<low>{_NUMBER})(?:\s*(?:to|or|and|-|\u2013)\s*(?P<high>{_NUMBER}))?"
    rf"(?P<in10>\s+(?:in|out of)\s+10\b)?"
    rf"(?P<after>\s*%|(?:\s+|-)[^\d.,;:?!()]*)?",
    re.IGNORECASE,
)
_ONE_OR_TWO = re.compile(r"\ban? (day|week|month|year) or two\b", re.IGNORECASE)
_UP_TO = re.compile(r"\b(?:up to|at most|no more than)\s$", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\{[a-z_.]+\}")
_SKIPPED_WORDS = 3  # "7 heel pain trials" is a number of trials


@dataclass(frozen=True)
class Mention:
    """One number or range that a text states.

    Attributes:
        words: as written.
        values: one number, or both ends.
        unit: one of `mend.content.facts.UNITS`.
        up_to: whether it is the upper end only ("up to 2 years").
    """

    words: str
    values: tuple[float, ...]
    unit: str
    up_to: bool = False

    def agrees_with(self, other: Mention) -> bool:
        """Tell whether both say the same of one quantity."""
        if self.up_to or other.up_to:
            return max(_ends(self)) == max(_ends(other))
        return _ends(self) == _ends(other)


@dataclass(frozen=True)
class Stated:
    """A quantity that a passage states, recognised without doubt."""

    quantity: str
    mention: Mention
    passage: Passage


def mentions(text: str) -> Iterator[Mention]:
    """Yield the numbers of a text; spelled ones only where a unit follows."""
    plain = _PLACEHOLDER.sub(" ", text)
    for found in _ONE_OR_TWO.finditer(plain):
        yield Mention(found[0], (1.0, 2.0), f"{found[1].lower()}s")
    for found in _MENTION.finditer(plain):
        ends = [found["low"], *([found["high"]] if found["high"] else [])]
        values = tuple(_value(end) for end in ends)
        unit = "in 10" if found["in10"] else _unit(found["after"] or "")
        if unit == "" and not any(end[0].isdigit() for end in ends):
            continue  # "three stages" counts what the sentence lists
        words = " ".join(found[0].split()[: 2 * len(ends) + _SKIPPED_WORDS])
        up_to = bool(_UP_TO.search(plain[: found.start()]))
        yield Mention(words, values, unit, up_to)


def _value(end: str) -> float:
    return float(_WORDS.get(end.lower()) or end.replace(",", ""))


def _unit(after: str) -> str:
    if after.strip() == "%":
        return "%"
    for word in after.replace("-", " ").split()[: _SKIPPED_WORDS + 1]:
        if unit := _UNIT_WORDS.get(word.lower()):
            return unit
    return ""


def check_numbers(passage: Passage, facts: Facts) -> Iterator[Finding]:
    """Yield numbers that no fact of the passage states, or no source that it names.

    The clinic's own facts are free to, and so is what names no facts outside the
    catalogue, such as "0 is no pain, 10 is the worst".
    """
    if passage.from_clinic or (passage.group == "journey" and not passage.facts):
        return
    known = facts.quantities(passage.facts, passage.sources)
    for mention in mentions(passage.text):
        stated = [q for q in known if q.states(mention.values, mention.unit)]
        if not stated:
            yield passage.finding(
                f"{mention.words!r} stands in none of its facts", mention.words
            )
        elif passage.sources and not any(
            q.source in ("", *passage.sources) for q in stated
        ):
            wanted = " or ".join(sorted({q.source for q in stated}))
            yield passage.finding(
                f"{mention.words!r} comes from {wanted}, which it does not name",
                mention.words,
            )


def check_contradictions(
    passages: Sequence[Passage], facts: Facts
) -> Iterator[Finding]:
    """Yield pairs of places that state the same quantity differently."""
    first: dict[str, Stated] = {}
    for stated in _stated(passages, facts):
        before = first.setdefault(stated.quantity, stated)
        if before.passage is stated.passage:
            continue  # "0 to 10: 0 is no pain, 10 is the worst"
        if not before.mention.agrees_with(stated.mention):
            yield stated.passage.finding(
                f"{stated.quantity}: says {stated.mention.words!r}, but "
                f"{before.passage.where(before.mention.words)} says "
                f"{before.mention.words!r}",
                stated.mention.words,
            )


def _stated(passages: Iterable[Passage], facts: Facts) -> Iterator[Stated]:
    for passage in passages:
        known = facts.quantities(passage.facts, passage.sources)
        for mention in mentions(passage.text):
            names = _names(mention, known)
            if len(names) == 1:  # otherwise it is in doubt what is meant
                yield Stated(names.pop(), mention, passage)


def _names(mention: Mention, known: Iterable[Quantity]) -> set[str]:
    return {q.of for q in known if q.states(mention.values, mention.unit)}


def _ends(mention: Mention) -> set[tuple[float, str]]:
    return {in_base_unit(value, mention.unit) for value in mention.values}
