"""The facts that answers may state about the clinic, by placeholder.

A topic's parts are said one after the other; those that the clinic has not filled in
are named together in one sentence that says whom to ask.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from mend.clinic.customs import listed
from mend.clinic.topics import TOPICS, Part

if TYPE_CHECKING:
    from mend.clinic.clinic import Clinic

Say = Callable[["Clinic", dt.datetime], str]


class Gap(NamedTuple):
    """What visitors are told to ask about, and the key that would answer it."""

    about: str
    key: str


def gaps(clinic: Clinic, now: dt.datetime) -> list[Gap]:
    """Return what the clinic has not filled in, each key once."""
    found: dict[str, Gap] = {}
    for part in (part for parts in TOPICS.values() for part in parts):
        if part.say(clinic, now) is None:
            found.setdefault(part.key, Gap(part.about, part.key))
    return list(found.values())


def _told(parts: Sequence[Part]) -> Say:
    def say(clinic: Clinic, now: dt.datetime) -> str:
        said, unknown = "", []
        for part in parts:
            words = part.say(clinic, now)
            if words is None:
                unknown.append(part.about)
            else:
                said = _joined(said, words)
        if unknown:
            ask = f"About {listed(unknown)}, please ask us on {clinic.phone}."
            said = _joined(said, ask)
        return said

    return say


def _joined(before: str, more: str) -> str:
    """Put sentences in a row, and lists in paragraphs of their own."""
    if not before or not more:
        return before or more
    lines = "\n" in before.rpartition("\n\n")[2] or "\n" in more
    return before + ("\n\n" if lines else " ") + more


def _hours_today(clinic: Clinic, now: dt.datetime) -> str:
    if not clinic.hours:
        return "please ask us when we are open"
    return clinic.opening().today(clinic.local(now))


def _hours_week(clinic: Clinic, now: dt.datetime) -> str:  # noqa: ARG001
    return "; ".join(clinic.opening().week()) if clinic.hours else "please ask us"


FACTS: Mapping[str, Say] = {
    "clinic.name": lambda clinic, _: clinic.name,
    "clinic.phone": lambda clinic, _: clinic.phone,
    "clinic.hours_today": _hours_today,
    "clinic.hours_week": _hours_week,
    **{f"clinic.{topic}": _told(parts) for topic, parts in TOPICS.items()},
    "emergency": lambda clinic, _: clinic.numbers_to_call().emergency,
    "urgent_line": lambda clinic, _: clinic.numbers_to_call().urgent_line,
    "crisis_line": lambda clinic, _: clinic.numbers_to_call().crisis_line,
}
"""Every placeholder that an answer may use, and what gives its words."""
