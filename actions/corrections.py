"""Hear a correction in the questions about pain: "no, my left knee", "not 2, 6 weeks".

Pure: from a text and what the lexicon found in it to the slots that it changes. A
message is a correction only when it begins like one and says nothing else: "no, my
left arm is numb" tells something new, and is left to others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mend.understanding.pain import duration_of, score_of
from mend.understanding.told import SIDES, split_side

_OPENS = re.compile(
    r"^\W*(?:(?:no|nope|oh|oops|sorry|wait|actually|well|correction|my mistake|hang on|"
    r"rather|i (?:mean|meant)(?: to say)?|i should have said|make that|that should be)"
    r"\b\W*)+",
    re.IGNORECASE,
)
_NOT_BUT = re.compile(
    r"^\W*not\s+(?!just|only|really|much|at\b)(?:(?:my|the|in|for)\s+)*[\w' ]{1,30}?"
    r"(?:,\s*(?:but|it'?s)?|\bbut)\s+",
    re.IGNORECASE,
)
_ENDS = re.compile(r"\b(?:not|instead of)\s+[\w' ]{1,30}$", re.IGNORECASE)
_BARE_SCORE = re.compile(
    r"^(?:it'?s |more like |about |around |a |an )*(10|[0-9])\W*$", re.IGNORECASE
)
_FILLER = frozenset(
    [
        "a",
        "about",
        "actually",
        "almost",
        "an",
        "and",
        "around",
        "at",
        "been",
        "for",
        "has",
        "hurts",
        "i",
        "in",
        "is",
        "it",
        "it's",
        "its",
        "like",
        "me",
        "mean",
        "meant",
        "more",
        "my",
        "nearly",
        "not",
        "of",
        "on",
        "one",
        "only",
        "out",
        "over",
        "painful",
        "rather",
        "side",
        "since",
        "sore",
        "that",
        "that's",
        "the",
        "there",
        "this",
        "to",
        "was",
        "which",
    ]
)
_SCORES = [str(number) for number in range(11)]
_WORDS = 6


@dataclass(frozen=True)
class Correction:
    """What a message puts right.

    Attributes:
        said: the new thing, in the visitor's words.
        part: body part with its side, if it is about that.
        lasting: how long, in the visitor's words.
        score: 0-10.
        limits: what the pain stops, in the visitor's words.
    """

    said: str
    part: str | None = None
    lasting: str | None = None
    score: int | None = None
    limits: str | None = None

    def __bool__(self) -> bool:
        """Tell whether it changes anything."""
        return any(
            value is not None
            for value in (self.part, self.lasting, self.score, self.limits)
        )


def correction(
    text: str, entities: Sequence[Mapping[str, Any]], part: str | None
) -> Correction:
    """Read a correction; an empty one if the message is none.

    Args:
        text: what the visitor typed.
        entities: what the lexicon found in it, with places in the text.
        part: body part heard before, for "the other one".
    """
    start, instead = _end_of_opening(text)
    end = len(text)
    if ending := _ENDS.search(text, start):
        end = ending.start()
    said = text[start:end].strip(" \t\n,.!")
    words = said.lower().split()
    if not start or "?" in text or not 0 < len(words) <= _WORDS:
        return Correction("")
    found = [e for e in entities if start <= int(e.get("start") or 0) < end]
    place = _place(said, found, part)
    lasting, _ = duration_of(said)
    if instead and place is None and lasting is None:
        doing = any(e.get("entity") == "activity" for e in found)
        return Correction(said, limits=said if doing else None)
    named = [str(e.get("value")) for e in found if e.get("entity") == "body_part"]
    if not _says_only(said, [*named, *SIDES, lasting or "", *_SCORES]):
        return Correction("")
    bare = _BARE_SCORE.match(said)
    return Correction(said, place, lasting, int(bare[1]) if bare else score_of(said))


def _says_only(said: str, known: Sequence[str]) -> bool:
    """Tell whether there is nothing in a text but some words and what joins them."""
    words = {word for text in known for word in re.findall(r"[\w']+", text.lower())}
    return words.union(_FILLER).issuperset(re.findall(r"[\w']+", said.lower()))


def _end_of_opening(text: str) -> tuple[int, bool]:
    """Find where the new thing begins; tell whether an old one was named first."""
    opening = _OPENS.match(text)
    start = opening.end() if opening else 0
    instead = _NOT_BUT.match(text[start:])
    return (start + instead.end(), True) if instead else (start, False)


def _place(
    said: str, found: Sequence[Mapping[str, Any]], before: str | None
) -> str | None:
    parts = [str(e.get("value")) for e in found if e.get("entity") == "body_part"]
    words = said.lower().split()
    side = next((side for side in SIDES if side in words), None)
    if not parts and side is None:
        return None
    part = parts[-1] if parts else split_side(before or "")[1]
    return " ".join(word for word in (side, part) if word) or None
