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
* `hot|warm calf`    one of several words: a space ends the choice, so what has
                     several words ("no feeling") goes on its own line or in a list
* `my? calf`         a word that may be missing
* `<leg> swollen`    any entry of the list `leg` under `lists:`
* `cant ~ legs`      up to three other words in between, within the same clause
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

import spacy
import yaml
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from mend.understanding.reading import Match, Reading, Token
from mend.understanding.spelling import Spelling, cleaned, plain

_TOKEN = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+(?:'[^\W\d_]+)*|\.{2,}|…|[.!?;:,()\n/-]")
_CHOICE = re.compile(r"<\w+>|[^\W_]+(?:[-'.,][^\W_]+)*")
_SENTENCE_ENDS = {".", "!", "?", ";"}
# Nobody ends a sentence with these: dots after them are a pause.
_UNFINISHED = frozenset(
    {"my", "his", "her", "their", "the", "a", "an", "in", "of", "around", "at", "to"}
    | {"er", "erm", "um", "and"}
)
_STOPS = frozenset(
    _SENTENCE_ENDS | {",", "but", "because", "although", "however", "except"}
)
_YAML = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one is ten times faster
_GAP = 3
_MANY = 60  # rows of words; a phrase that stands for more is matched in parts


class LexiconError(ValueError):
    """The lexicon's files contradict themselves; the message names the file."""


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
    the rows of words that stand for it, in the spelling that a text will have:
    a phrase may say "tummy" where every text is read as "stomach".
    """

    def __init__(self, lists: Mapping[str, Sequence[str]], spelling: Spelling):
        self._lists = lists
        self._settled = spelling.settled
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
        if not piece:
            return parts
        return [
            frozenset(self._settled(row) for row in part) for part in (*parts, rows)
        ]

    def _slot(self, label: str, part: str) -> Slot:
        optional = part.endswith("?")
        slot: Slot = []
        for option in part.removesuffix("?").split("|"):
            if option.startswith("<"):
                name = option.strip("<>")
                if name not in self._lists:
                    raise LexiconError(f"{label}: there is no list {name!r}")
                slot.extend(self._listed(label, name))
            elif word := plain(option):
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
        self.spelling = Spelling(parts.get("same", {}), parts.get("real_words", ()))
        phrases = _Phrases(parts.get("lists", {}), self.spelling)
        for label, lines in cues.items():
            for line in lines:
                phrases.add(label, line)
        vocabulary = phrases.vocabulary
        self.spelling.learn(vocabulary)
        self.labels = frozenset(cues)
        self._words = frozenset(vocabulary)
        self._vocab = spacy.blank("en").vocab
        self._matcher = PhraseMatcher(self._vocab, attr="ORTH")
        self._meanings: dict[int, tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self._compile(phrases.forms)
        self._gapped: dict[str, list[_Parted]] = {}
        for phrase in phrases.gapped:
            self._gapped.setdefault(phrase.parts[0], []).append(phrase)

    def _compile(self, forms: Mapping[str, set[Words]]) -> None:
        """Give spaCy every row of words once, however many labels and parts share it.

        A word such as "swollen" stands for dozens of labels; one match that means
        them all is several times faster than a match for each.
        """
        keys_of: dict[Words, list[str]] = {}
        for key, rows in forms.items():
            for row in rows:
                keys_of.setdefault(row, []).append(key)
        sharing: dict[tuple[str, ...], list[Words]] = {}
        for row, sharers in keys_of.items():
            sharing.setdefault(tuple(sharers), []).append(row)
        for number, (keys, alike) in enumerate(sharing.items()):
            name = f"rows {number}"
            docs = [Doc(self._vocab, words=list(row)) for row in sorted(alike)]
            self._matcher.add(name, docs)
            self._meanings[self._vocab.strings[name]] = (
                tuple(key for key in keys if key in self.labels),
                tuple(key for key in keys if key not in self.labels),
            )

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
                    if name != "same":
                        _check_choices(file.name, str(key), target[str(key)])
            real_words += data.get("real_words") or []
        return cls(cues, lists=lists, same=same, real_words=real_words)

    def tokens(self, text: str) -> tuple[Token, ...]:
        """Split a text into words in our spelling, with their places."""
        typed, places = cleaned(text)
        found: list[tuple[str, int, int]] = []
        for part in _TOKEN.finditer(typed):
            word = part[0]
            start, end = places[part.start()], places[part.end() - 1] + 1
            if word[0].isalnum():
                found.append((self.spelling.repair(plain(word)), start, end))
            elif word == "\n":
                found.append((".", start, end))
            elif word[0] == "…" or word[:2] == "..":
                if not found or found[-1][0] not in _UNFINISHED:
                    found.append((".", start, end))  # "in my... you know" goes on
            elif word == "-":
                spaced = typed[max(part.start() - 1, 0)].isspace()
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
        if not tokens:
            return Reading(text, (), (), {})
        # A word no phrase uses is a mere gap: spaCy would keep each one for ever.
        words = [t.word if t.word in self._words else "_" for t in tokens]
        found: dict[str, list[tuple[int, int]]] = {}
        matches_found: set[Match] = set()
        spans_of: dict[int, list[tuple[int, int]]] = {}
        for name, first, last in self._matcher(Doc(self._vocab, words=words)):
            spans_of.setdefault(name, []).append((first, last))
        for name, spans in spans_of.items():
            labels, parts = self._meanings[name]
            matches_found.update(
                [Match(label, *span) for label in labels for span in spans]
            )
            for part in parts:  # most parts hold one word: share its list of spans
                found[part] = found[part] + spans if part in found else spans
        stops = [place for place, t in enumerate(tokens) if t.word in _STOPS]
        for key in found.keys() & self._gapped.keys():
            for phrase in self._gapped[key]:
                if all(map(found.__contains__, phrase.parts)):
                    matches_found |= _joined(phrase, found, stops)
        matches = tuple(sorted(matches_found, key=itemgetter(1, 2, 0, 3)))
        by_label: dict[str, list[Match]] = {}
        for match in matches:
            by_label.setdefault(match.label, []).append(match)
        labelled = {label: tuple(those) for label, those in by_label.items()}
        return Reading(text, tokens, matches, labelled)


def _check_choices(file: str, label: str, phrases: Sequence[str]) -> None:
    """Refuse what `|` would silently split or drop: "(no feeling)|numb".

    Raises:
        LexiconError: something other than single words stands in a choice.
    """
    for phrase in phrases:
        for word in phrase.split():
            for choice in word.removesuffix("?").split("|"):
                if word != "~" and not _CHOICE.fullmatch(choice):
                    raise LexiconError(
                        f"{file}: {label}: {phrase!r}: {choice!r} is no single word; "
                        "write words that belong together on their own line, or "
                        "make a list of them"
                    )


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
