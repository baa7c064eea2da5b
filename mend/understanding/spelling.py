"""Bring what people type into one spelling: case, accents, slips, joined words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

_APOSTROPHES = dict.fromkeys(map(ord, "’‘‛ʼʹ`´＇"), "'")  # noqa: RUF001
_STRETCHED = re.compile(r"(.)\1{2,}")
_FUZZY_MIN_LETTERS = 5


def plain(word: str) -> str:
    """Take case, accents and apostrophes off a word."""
    if word.isascii():  # most words: no accents to take off
        return word.lower() if word.isalnum() else re.sub(r"[\W_]", "", word).lower()
    folded = unicodedata.normalize("NFKD", word).casefold()
    return "".join(c for c in folded if c.isalnum())


def cleaned(text: str) -> tuple[str, list[int]]:
    """Drop invisible characters; give the place of each kept one in `text`."""
    if text.isascii():
        return text.translate(_APOSTROPHES), list(range(len(text)))
    kept: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text.translate(_APOSTROPHES)):
        if unicodedata.category(character) in {"Cf", "Mn"}:
            continue
        kept.append(character)
        places.append(place)
    return "".join(kept), places


def forms_with_one_letter_less(word: str) -> set[str]:
    """Give the word and every form of it with one letter missing."""
    return {word} | {word[:i] + word[i + 1 :] for i in range(len(word))}


def one_slip_apart(a: str, b: str) -> bool:
    """Tell whether one letter more, less, other or swapped turns a into b."""
    if a == b or abs(len(a) - len(b)) > 1:
        return False
    if len(a) > len(b):
        a, b = b, a
    pairs = enumerate(zip(a, b, strict=False))
    start = next((place for place, (x, y) in pairs if x != y), len(a))
    if len(a) < len(b):
        return a[start:] == b[start + 1 :]
    swapped = a[start : start + 2] == b[start : start + 2][::-1]
    return a[start + 1 :] == b[start + 1 :] or (
        swapped and a[start + 2 :] == b[start + 2 :]
    )


class Spelling:
    """Bring words into one spelling.

    Args:
        same: our word -> the ways of writing it, of one or more words.
        real_words: words that look like a cue with a slip but are not ("chess").
    """

    def __init__(self, same: Mapping[str, Sequence[str]], real_words: Iterable[str]):
        self._single: dict[str, str] = {}
        self._joined: dict[tuple[str, ...], str] = {}
        for word, ways in same.items():
            for way in ways:
                parts = tuple(plain(part) for part in way.split())
                if len(parts) == 1:
                    self._single[parts[0]] = word
                else:
                    self._joined[parts] = word
        self._longest = max((len(parts) for parts in self._joined), default=1)
        self._real = frozenset(map(plain, real_words))
        self._known: frozenset[str] = frozenset()
        self._near: dict[str, list[str]] = {}
        self._repaired: dict[str, str] = {}

    def settled(self, words: Iterable[str]) -> tuple[str, ...]:
        """Give the words of a phrase in the spelling that a text will have."""
        single = [self._single.get(word, word) for word in words]
        return tuple(word for word, _, _ in self.join(single))

    def learn(self, vocabulary: Iterable[str]) -> None:
        """Take in the cue words that slips are corrected towards."""
        words = {word for word in vocabulary if word}
        joined = {word for parts in self._joined for word in parts}
        self._known = frozenset(words | joined | set(self._single.values()))
        for word in sorted(words):
            if len(word) >= _FUZZY_MIN_LETTERS:
                for form in forms_with_one_letter_less(word):
                    self._near.setdefault(form, []).append(word)

    def repair(self, word: str) -> str:
        """Give our spelling of one plain word."""
        if word in self._repaired:
            return self._repaired[word]
        repaired = self._repair(word)
        if len(self._repaired) < 20_000:  # a cache, kept small whatever is typed
            self._repaired[word] = repaired
        return repaired

    def _repair(self, word: str) -> str:
        if word in self._single:
            return self._single[word]
        if word in self._known or word in self._real or not word.isalpha():
            return word
        for times in (2, 1):
            shorter = _STRETCHED.sub(r"\1" * times, word)
            if shorter != word:
                if shorter in self._single:
                    return self._single[shorter]
                if shorter in self._known or shorter in self._real:
                    return shorter
        if not _FUZZY_MIN_LETTERS <= len(word) <= 24:
            return word
        candidates = {
            known
            for form in forms_with_one_letter_less(word)
            for known in self._near.get(form, ())
            if known[0] == word[0] and one_slip_apart(word, known)
        }
        if len(candidates) > 1:  # "dislocatd": an ending is rarely what slips
            candidates = {known for known in candidates if known[-1] == word[-1]}
        return candidates.pop() if len(candidates) == 1 else word

    def join(self, words: Sequence[str]) -> list[tuple[str, int, int]]:
        """Join words that say one thing ("can not"): (word, first, last) each."""
        joined: list[tuple[str, int, int]] = []
        place = 0
        while place < len(words):
            for size in range(self._longest, 1, -1):
                parts = tuple(words[place : place + size])
                if len(parts) == size and parts in self._joined:
                    joined.append((self._joined[parts], place, place + size))
                    place += size
                    break
            else:
                joined.append((words[place], place, place + 1))
                place += 1
        return joined
