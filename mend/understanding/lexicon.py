"""Find the clinic's words in a visitor's sentence: the word level of understanding.

The words are data (`data/lexicon/*.yml`); spaCy's matchers look for them. A blank
English pipeline is enough, so no model is downloaded and loading takes a moment.

Visitors type on a phone, in pain. So a text is first brought into one spelling:
lower case, no accents, no apostrophes ("can't", "cannot" and "not able to" are all
`cant`), no stretched letters ("sooo"), known misspellings repaired, and an unknown
word of five or more letters corrected when exactly one cue word is one slip away.
Every token remembers where it stood in the original text.

How a phrase is written in the data files:

* `calf pain`        these words, next to each other
* `hot|warm calf`    one of several words
* `my? calf`         a word that may be missing
* `<leg> swollen`    any entry of the list `leg` under `lists:`
* `cant ~ legs`      up to three other words in between, within the same clause
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import spacy
import yaml
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

_TOKEN = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+(?:'[^\W\d_]+)*|[.!?;:,()\n/…-]")
_APOSTROPHES = dict.fromkeys(map(ord, "’‘‛ʼʹ`´＇"), "'")  # noqa: RUF001
_STRETCHED = re.compile(r"(.)\1{2,}")
_SENTENCE_ENDS = {".", "!", "?", ";"}
_STOPS = frozenset(
    _SENTENCE_ENDS | {",", "but", "because", "although", "however", "except"}
)
_YAML = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one is ten times faster
_GAP = 3
_FUZZY_MIN_LETTERS = 5
_MANY = 60  # rows of words; a phrase that stands for more is matched in parts


class LexiconError(ValueError):
    """The lexicon's files contradict themselves; the message names the file."""


@dataclass(frozen=True)
class Token:
    """One word in our spelling, with its place (characters) in the original text."""

    word: str
    start: int
    end: int


@dataclass(frozen=True)
class Match:
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


def _plain(word: str) -> str:
    """Take case, accents and apostrophes off a word."""
    folded = unicodedata.normalize("NFKD", word).casefold()
    return "".join(c for c in folded if c.isalnum())


def _cleaned(text: str) -> tuple[str, list[int]]:
    """Drop invisible characters; give the place of each kept one in `text`."""
    kept: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text.translate(_APOSTROPHES)):
        if unicodedata.category(character) in {"Cf", "Mn"}:
            continue
        kept.append(character)
        places.append(place)
    return "".join(kept), places


def _deletes(word: str) -> set[str]:
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
                parts = tuple(_plain(part) for part in way.split())
                if len(parts) == 1:
                    self._single[parts[0]] = word
                else:
                    self._joined[parts] = word
        self._longest = max((len(parts) for parts in self._joined), default=1)
        self._real = frozenset(map(_plain, real_words))
        self._known: frozenset[str] = frozenset()
        self._near: dict[str, list[str]] = {}
        self._repaired: dict[str, str] = {}

    def learn(self, vocabulary: Iterable[str]) -> None:
        """Take in the cue words that slips are corrected towards."""
        words = {word for word in vocabulary if word}
        joined = {word for parts in self._joined for word in parts}
        self._known = frozenset(words | joined | set(self._single.values()))
        for word in sorted(words):
            if len(word) >= _FUZZY_MIN_LETTERS:
                for form in _deletes(word):
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
            for form in _deletes(word)
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


Words = tuple[str, ...]
Slot = list[Words]


@dataclass(frozen=True)
class _Parted:
    """A phrase in parts: its label, its parts, and how many words fit between."""

    label: str
    parts: tuple[str, ...]
    gaps: tuple[int, ...]


class _Phrases:
    """Spell the phrases of the data files out into rows of words.

    `forms` maps a key (a label, or the name of one part of a phrase with gaps) to
    the rows of words that stand for it.
    """

    def __init__(self, lists: Mapping[str, Sequence[str]]):
        self._lists = lists
        self._spelled: dict[str, Slot] = {}
        self._part_names: dict[frozenset[Words], str] = {}
        self.forms: dict[str, set[Words]] = {}
        self.gapped: list[_Parted] = []

    @property
    def vocabulary(self) -> set[str]:
        """Every word that any phrase uses."""
        return {word for rows in self.forms.values() for row in rows for word in row}

    def add(self, label: str, phrase: str) -> None:
        """Take in one phrase of a label."""
        parts: list[frozenset[Words]] = []
        gaps: list[int] = []
        for piece in f" {phrase} ".split(" ~ "):
            for place, rows in enumerate(self._rows(label, piece.split())):
                if parts:
                    gaps.append(0 if place else _GAP)
                parts.append(rows)
        if len(parts) == 1:
            self.forms.setdefault(label, set()).update(parts[0])
            return
        names = tuple(self._name_of(part) for part in parts)
        self.gapped.append(_Parted(label, names, tuple(gaps)))

    def _name_of(self, rows: frozenset[Words]) -> str:
        if rows not in self._part_names:
            name = f"part {len(self._part_names)}"
            self._part_names[rows] = name
            self.forms[name] = set(rows)
        return self._part_names[rows]

    def _rows(self, label: str, piece: Sequence[str]) -> list[frozenset[Words]]:
        """Spell out words that stand together; in several parts if they are many."""
        parts: list[frozenset[Words]] = []
        rows: frozenset[Words] = frozenset({()})
        for word in piece:
            slot = self._slot(label, word)
            if len(rows) * len(slot) > _MANY and () not in rows and () not in slot:
                parts.append(rows)
                rows = frozenset({()})
            rows = frozenset((*row, *more) for row in rows for more in slot)
        if piece and () in rows:
            rows -= {()}
            if parts:
                raise LexiconError(f"{label}: {' '.join(piece)!r} may end in nothing")
        return [*parts, rows] if piece else parts

    def _slot(self, label: str, part: str) -> Slot:
        optional = part.endswith("?")
        slot: Slot = []
        for option in part.removesuffix("?").split("|"):
            if option.startswith("<"):
                name = option.strip("<>")
                if name not in self._lists:
                    raise LexiconError(f"{label}: there is no list {name!r}")
                slot.extend(self._listed(label, name))
            elif word := _plain(option):
                slot.append((word,))
            else:
                raise LexiconError(f"{label}: {part!r} has an empty choice")
        return [*slot, ()] if optional else slot

    def _listed(self, label: str, name: str) -> Slot:
        if name not in self._spelled:
            self._spelled[name] = [
                tuple(itertools.chain(*words))
                for entry in self._lists[name]
                for words in itertools.product(
                    *(self._slot(label, word) for word in str(entry).split())
                )
            ]
        return self._spelled[name]


class Lexicon:
    """The words of `data/lexicon`, ready to be found. Make it with `load`."""

    def __init__(self, cues: Mapping[str, Sequence[str]], **parts: Any):
        """Compile the cues.

        Args:
            cues: label -> phrases.
            **parts: `lists` (name -> words for `<name>`), `same` and `real_words`
                (see `Spelling`).

        Raises:
            LexiconError: a phrase names a list that does not exist, or is too wide.
        """
        phrases = _Phrases(parts.get("lists", {}))
        for label, lines in cues.items():
            for line in lines:
                phrases.add(label, line)
        vocabulary = phrases.vocabulary
        self.spelling = Spelling(parts.get("same", {}), parts.get("real_words", ()))
        self.spelling.learn(vocabulary)
        self.labels = frozenset(cues)
        self._words = frozenset(vocabulary)
        self._vocab = spacy.blank("en").vocab
        self._matcher = PhraseMatcher(self._vocab, attr="ORTH")
        for key, rows in phrases.forms.items():
            docs = [Doc(self._vocab, words=list(row)) for row in sorted(rows)]
            self._matcher.add(key, docs)
        self._gapped: dict[str, list[_Parted]] = {}
        for phrase in phrases.gapped:
            self._gapped.setdefault(phrase.parts[0], []).append(phrase)

    @classmethod
    def load(cls, folder: Path) -> Lexicon:
        """Read every file of a lexicon folder.

        Raises:
            LexiconError: no files, or a file that is not as it should be.
        """
        cues: dict[str, list[str]] = {}
        lists: dict[str, list[str]] = {}
        same: dict[str, list[str]] = {}
        real_words: list[str] = []
        files = sorted(folder.glob("*.yml"))
        if not files:
            raise LexiconError(f"no lexicon files in {folder}")
        for file in files:
            data = yaml.load(file.read_text(encoding="utf-8"), _YAML) or {}  # noqa: S506
            for name, target in (("cues", cues), ("lists", lists), ("same", same)):
                for key, lines in (data.get(name) or {}).items():
                    if key in target:
                        raise LexiconError(f"{file.name}: {key} is defined twice")
                    if not isinstance(lines, list):
                        raise LexiconError(f"{file.name}: {key} should be a list")
                    target[str(key)] = [str(line) for line in lines]
            real_words += data.get("real_words") or []
        return cls(cues, lists=lists, same=same, real_words=real_words)

    def tokens(self, text: str) -> tuple[Token, ...]:
        """Split a text into words in our spelling, with their places."""
        cleaned, places = _cleaned(text)
        found: list[tuple[str, int, int]] = []
        for part in _TOKEN.finditer(cleaned):
            word = part[0]
            start, end = places[part.start()], places[part.end() - 1] + 1
            if word[0].isalnum():
                found.append((self.spelling.repair(_plain(word)), start, end))
            elif word in "\n…":
                found.append((".", start, end))
            elif word == "-":
                spaced = cleaned[max(part.start() - 1, 0)].isspace()
                if spaced:  # a dash; a hyphen inside a word is dropped
                    found.append((",", start, end))
            elif word == "/":
                found.append(("or", start, end))
            else:
                found.append(("," if word in ":()" else word, start, end))
        return tuple(
            Token(word, found[first][1], found[last - 1][2])
            for word, first, last in self.spelling.join([w for w, _, _ in found])
            if word
        )

    def read(self, text: str) -> Reading:
        """Find every cue in a text. Never raises, whatever the text."""
        tokens = self.tokens(text)
        by_label: dict[str, tuple[Match, ...]] = {}
        if not tokens:
            return Reading(text, (), (), by_label)
        # A word no phrase uses is a mere gap: spaCy would keep each one for ever.
        words = [t.word if t.word in self._words else "_" for t in tokens]
        found: dict[str, list[tuple[int, int]]] = {}
        for key, first, last in self._matcher(Doc(self._vocab, words=words)):
            found.setdefault(self._vocab.strings[key], []).append((first, last))
        matches_found = {
            Match(key, first, last)
            for key, spans in found.items()
            if key in self.labels
            for first, last in spans
        }
        stops = [place for place, t in enumerate(tokens) if t.word in _STOPS]
        for key in found.keys() & self._gapped.keys():
            for phrase in self._gapped[key]:
                matches_found |= _joined(phrase, found, stops)
        matches = tuple(
            sorted(matches_found, key=lambda m: (m.first, m.last, m.label, m.between))
        )
        for match in matches:
            by_label[match.label] = (*by_label.get(match.label, ()), match)
        return Reading(text, tokens, matches, by_label)


def _joined(
    phrase: _Parted,
    found: Mapping[str, Sequence[tuple[int, int]]],
    stops: Sequence[int],
) -> set[Match]:
    """Find a phrase with gaps: its parts in order, no stop and few words between."""
    begun: set[tuple[int, int, tuple[int, ...]]]
    begun = {(first, last, ()) for first, last in found[phrase.parts[0]]}
    for part, gap in zip(phrase.parts[1:], phrase.gaps, strict=True):
        begun = {
            (start, last, (*between, *range(end, first)))
            for start, end, between in begun
            for first, last in found.get(part, ())
            if end <= first <= end + gap
            and not any(end <= stop < first for stop in stops)
        }
    return {Match(phrase.label, start, end, between) for start, end, between in begun}
