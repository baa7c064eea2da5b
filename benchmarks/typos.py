"""Slips of the finger, for measuring how much understanding they cost.

Four kinds, as people make them on a phone: a neighbouring key, a missing space, a
dropped vowel, and a word that autocorrect made of another. Deterministic: the same
text and seed give the same slip.
"""

from __future__ import annotations

import random
from collections.abc import Callable

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_VOWELS = frozenset("aeiou")
# Words that phones put in the place of what was meant (or of a slip near it).
_AUTOCORRECT = {
    "massage": "message",
    "scar": "scare",
    "scars": "scares",
    "sore": "sure",
    "heel": "heal",
    "heal": "heel",
    "calf": "calm",
    "muscle": "mussel",
    "tendon": "tension",
    "bruise": "braise",
    "hurts": "hurst",
    "physio": "physics",
    "ache": "ace",
    "swelling": "selling",
    "knee": "need",
    "hip": "hit",
    "lymph": "lump",
    "its": "it's",
    "were": "we're",
    "well": "we'll",
    "your": "you're",
    "there": "their",
    "does": "dose",
    "for": "fir",
    "of": "if",
    "on": "in",
    "is": "us",
    "it": "ut",
    "and": "abd",
    "to": "too",
    "my": "mu",
}


def _neighbours(letter: str) -> str:
    for row in _ROWS:
        if letter in row:
            place = row.index(letter)
            return row[max(place - 1, 0) : place] + row[place + 1 : place + 2]
    return ""


def neighbouring_key(text: str, chance: random.Random) -> str:
    """Put the key next to it in the place of one letter of a longer word."""
    places = [
        place
        for place, letter in enumerate(text)
        if letter.lower() in "".join(_ROWS) and place > 0 and text[place - 1].isalpha()
    ]
    if not places:
        return text
    place = chance.choice(places)
    wrong = chance.choice(_neighbours(text[place].lower()))
    return text[:place] + wrong + text[place + 1 :]


def missing_space(text: str, chance: random.Random) -> str:
    """Leave out one space between two words."""
    places = [place for place, letter in enumerate(text) if letter == " "]
    if not places:
        return text
    place = chance.choice(places)
    return text[:place] + text[place + 1 :]


def dropped_vowel(text: str, chance: random.Random) -> str:
    """Leave out one vowel inside a word."""
    places = [
        place
        for place in range(1, len(text) - 1)
        if text[place].lower() in _VOWELS
        and text[place - 1].isalpha()
        and text[place + 1].isalpha()
    ]
    if not places:
        return text
    place = chance.choice(places)
    return text[:place] + text[place + 1 :]


def autocorrected(text: str, chance: random.Random) -> str:
    """Put what a phone makes of it in the place of one word."""
    words = text.split(" ")
    places = [n for n, word in enumerate(words) if word.lower() in _AUTOCORRECT]
    if not places:
        return neighbouring_key(text, chance)
    place = chance.choice(places)
    words[place] = _AUTOCORRECT[words[place].lower()]
    return " ".join(words)


SLIPS: dict[str, Callable[[str, random.Random], str]] = {
    "neighbouring key": neighbouring_key,
    "missing space": missing_space,
    "dropped vowel": dropped_vowel,
    "autocorrect": autocorrected,
}


def with_slips(text: str, kind: str, seed: int = 0) -> str:
    """Return a text with slips of one kind: one for each ten words, at least one.

    Args:
        text: any message.
        kind: a key of `SLIPS`.
        seed: another seed gives other places.
    """
    chance = random.Random(f"{seed} {kind} {text}")  # noqa: S311 - no secret
    for _ in range(max(1, len(text.split()) // 10)):
        text = SLIPS[kind](text, chance)
    return text
