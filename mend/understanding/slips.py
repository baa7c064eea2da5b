"""Undo slips of the finger before a message is ranked.

A word that nobody wrote before and that is no common English word is mostly a slip:
one letter off ("masage"), or two words run together ("doesit"). It is replaced by the
word of the examples that it is nearest to. Words that are known stay as they are, so a
message that is about something else is not bent towards ours.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from mend.understanding.spelling import forms_with_one_letter_less, one_slip_apart

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_FEWEST = 3
"""How often the examples must use a word before others are taken for it."""
_SHORTEST = 3
_SHORTEST_REPAIRED = 4
_LONGEST = 24
_LONE_LETTERS = frozenset("ai")


class Slips:
    """Knows the words of the examples, and repairs those that are nearly one.

    Args:
        counts: how often the examples use each word, in lower case.
        is_word: tells whether a word in lower case is common English.
    """

    def __init__(
        self, counts: Mapping[str, int], is_word: Callable[[str], bool]
    ) -> None:
        self.counts = {
            word: count for word, count in counts.items() if count >= _FEWEST
        }
        self._is_word = is_word
        self._near: dict[str, list[str]] = {}
        for word in sorted(self.counts):
            if _SHORTEST_REPAIRED <= len(word) <= _LONGEST:
                for form in forms_with_one_letter_less(word):
                    self._near.setdefault(form, []).append(word)

    @classmethod
    def learn(cls, texts: Iterable[str], is_word: Callable[[str], bool]) -> Slips:
        """Learn the words of examples.

        Args:
            texts: what people say.
            is_word: tells whether a word in lower case is common English.
        """
        counts = Counter(word.lower() for text in texts for word in _WORD.findall(text))
        return cls(counts, is_word)

    def undone(self, text: str) -> str:
        """Return a text with its slips undone; without any it stays as it is."""
        return _WORD.sub(lambda found: self._word(found[0]), text)

    def _word(self, written: str) -> str:
        word = written.lower()
        if (
            not _SHORTEST <= len(word) <= _LONGEST
            or "'" in word
            or word in self.counts
            or self._is_word(word)
        ):
            return written
        return self._nearest(word) or self._parted(word) or written

    def _nearest(self, word: str) -> str | None:
        """Return the word most used of those one slip away."""
        candidates = {
            known
            for form in forms_with_one_letter_less(word)
            for known in self._near.get(form, ())
            if one_slip_apart(word, known)
        }
        same_start = {known for known in candidates if known[0] == word[0]}
        best = same_start or candidates
        return max(sorted(best), key=self.counts.__getitem__, default=None)

    def _parted(self, word: str) -> str | None:
        """Return two known words for two that were run together."""
        parts = (
            (word[:cut], word[cut:])
            for cut in range(1, len(word))
            if self._can_stand(word[:cut]) and self._can_stand(word[cut:])
        )
        best = max(parts, key=self._rarest, default=None)
        return " ".join(best) if best else None

    def _can_stand(self, word: str) -> bool:
        return word in self.counts and (len(word) > 1 or word in _LONE_LETTERS)

    def _rarest(self, words: tuple[str, str]) -> int:
        return min(self.counts[word] for word in words)
