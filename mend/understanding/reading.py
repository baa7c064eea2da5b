"""What the lexicon found in a text: plain data, without spaCy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Token(NamedTuple):
    """One word in our spelling, with its place (characters) in the original text."""

    word: str
    start: int
    end: int


class Match(NamedTuple):
    """A cue found in a text: tokens `first` to `last` (exclusive).

    `between` are the tokens that fell into the gaps of the phrase.
    """

    label: str
    first: int
    last: int
    between: tuple[int, ...] = ()

    def holds(self, other: Match) -> bool:
        """Tell whether another match lies within this one."""
        return self.first <= other.first and other.last <= self.last

    def touches(self, other: Match) -> bool:
        """Tell whether two matches share a token."""
        return self.first < other.last and other.first < self.last


@dataclass(frozen=True)
class Reading:
    """A text as the lexicon read it: its tokens and every cue found in them."""

    text: str
    tokens: tuple[Token, ...]
    matches: tuple[Match, ...]
    by_label: Mapping[str, tuple[Match, ...]] = field(repr=False)

    def find(self, label: str) -> tuple[Match, ...]:
        """Give the matches of one label, in the order of the text."""
        return self.by_label.get(label, ())

    def span(self, match: Match) -> tuple[int, int]:
        """Give the characters of the original text that a match covers."""
        return self.tokens[match.first].start, self.tokens[match.last - 1].end

    def words(self, match: Match) -> str:
        """Give the visitor's own words of a match."""
        start, end = self.span(match)
        return self.text[start:end]
