"""Sheets of raters: the items to score, an empty sheet, and a filled one checked.

PEMAT is scored for a group of answers, CDC's Index for each answer: it is made for one
material with one main message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from reprlib import repr as shortened
from typing import Any

import click
import yaml

from mend import unique_keys
from mend.content.completeness import read_ids

ITEMS_FILE = "items.yml"
PEMAT = ("understandability", "actionability")
INDEX = "index"
SCALES = (*PEMAT, INDEX)
MAIN_MESSAGE, MAIN_MESSAGE_ITEMS = "1", ("2", "3", "4")
"""The Index's rule: without one main message its place and looks score no point."""
BLANK = "_"
"""Stands in an empty sheet where a score goes."""
TEXTS = "reports/answers.html"
"""Where the texts are, each under its answer's id."""

Score = bool | None
"""Yes, no, or does not apply."""
Scores = Mapping[str, Score]
"""By item."""
Groups = Mapping[str, Sequence[str]]
"""Answer ids by group."""


class RatingsError(click.ClickException):
    """A sheet cannot be used; the message names file, group or answer, and item."""


@dataclass(frozen=True)
class Item:
    """One thing to score.

    Attributes:
        key: such as ``U3``, ``A20`` or ``11``.
        scale: one of `SCALES`.
        asks: what to look for.
        may_be_na: when it does not apply, "" if it always does.
    """

    key: str
    scale: str
    asks: str
    may_be_na: str


@dataclass(frozen=True)
class Note:
    """What a rater saw.

    Attributes:
        group: of the answer.
        item: what it is about.
        answer: which one, "" if no one of the group.
        saw: in the rater's words.
    """

    group: str
    item: str
    answer: str
    saw: str


@dataclass(frozen=True)
class Sheet:
    """What one rater scored.

    Attributes:
        name: of the file.
        rater: who or what it was, in words.
        groups: scores on PEMAT by group of answers.
        answers: scores on the Index by answer id.
        notes: what was seen.
    """

    name: str
    rater: str
    groups: Mapping[str, Scores]
    answers: Mapping[str, Scores]
    notes: Sequence[Note] = ()


def read_items(folder: Path) -> dict[str, Item]:
    """Return all items by key, in their order."""
    content = yaml.safe_load((folder / ITEMS_FILE).read_text("utf-8"))
    return {
        str(key): Item(str(key), scale, entry["asks"], entry.get("may_be_na") or "")
        for scale in SCALES
        for key, entry in content[scale].items()
    }


def core_groups(data_dir: Path) -> dict[str, list[str]]:
    """Return the core answers by group, both in their order."""
    groups: dict[str, list[str]] = {}
    for answer, tier in read_ids(data_dir).items():
        if tier == "core":
            groups.setdefault(answer.partition(".")[0], []).append(answer)
    return groups


def empty_sheet(items: Mapping[str, Item], groups: Groups, rater: str = "") -> str:
    """Return a sheet to fill in."""
    pemat, index = _by_instrument(items)
    row = ", ".join(f"{key}: {BLANK}" for key in index)
    lines = [
        f"# Put 1 (yes), 0 (no) or na (does not apply) for every {BLANK}.",
        f"# The texts: {TEXTS} (`mend content report` writes it), each under its id.",
        "# U.. and A.. (PEMAT) are about all answers of a group together.",
        "# 1 to 20 (Index) are about ONE answer: its first text and what is said when",
        "# it is asked again, together. Every 0 there needs a line under its notes,",
        f"# but for {', '.join(MAIN_MESSAGE_ITEMS)} where {MAIN_MESSAGE} is 0.",
        *(f"#   {item.key:>2}  {_asks(item)}" for item in index.values()),
        f'rater: "{rater}"  # who or what you are, and whether you wrote the answers',
        'date: ""',
        "groups:",
    ]
    for group, answers in groups.items():
        lines.append(f"  {group}:")
        lines += [f"    {it.key}: {BLANK}  # {_asks(it)}" for it in pemat.values()]
        lines.append('    notes:  # - {item: U5, answer: scar.pain, saw: "what"}')
        lines.append("    answers:")
        for answer in answers:
            lines += [
                f"      {answer}:  # {TEXTS}#{answer}",
                f"        index: {{{row}}}",
                '        notes:  # {4: "what you saw", 13: "what you saw"}',
            ]
        lines.append("")
    return "\n".join(lines)


def read_sheet(
    file: Path, items: Mapping[str, Item], groups: Groups, *, whole: bool = True
) -> Sheet:
    """Read one sheet.

    Args:
        file: the sheet.
        items: what there is to score.
        groups: which answers.
        whole: whether every item has to be scored, and every 0 on the Index noted.

    Raises:
        RatingsError: the sheet is not complete, or holds something else.
    """
    try:
        content = unique_keys.load(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RatingsError(f"{file.name}: {error}") from None
    if not isinstance(content, dict) or not isinstance(content.get("groups"), dict):
        raise RatingsError(f"{file.name}: has no groups")
    rater = content.get("rater")
    if not isinstance(rater, str) or not rater.strip():
        raise RatingsError(f"{file.name}: rater must say who or what you are")
    reader = _Reader(items, groups, whole)
    reader.read(content["groups"])
    if reader.problems:
        raise RatingsError("\n".join(f"{file.name}: {it}" for it in reader.problems))
    return Sheet(
        file.stem, rater.strip(), reader.pemat, reader.index, tuple(reader.notes)
    )


def _asks(item: Item) -> str:
    return f"{item.asks}; na if {item.may_be_na}" if item.may_be_na else item.asks


def _by_instrument(
    items: Mapping[str, Item],
) -> tuple[dict[str, Item], dict[str, Item]]:
    """Return the items of PEMAT and those of the Index."""
    index = {key: item for key, item in items.items() if item.scale == INDEX}
    return {key: items[key] for key in items if key not in index}, index


@dataclass
class _Reader:
    """Collect the scores, notes and problems of a sheet."""

    items: Mapping[str, Item]
    groups: Groups
    whole: bool
    pemat: dict[str, Scores] = field(default_factory=dict)
    index: dict[str, Scores] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def read(self, content: Mapping[Any, Any]) -> None:
        for group in content:
            if group not in self.groups:
                self._say(f"no core group {group}")
        for group, answers in self.groups.items():
            if group in content:
                self._read_group(group, answers, content[group])
            elif self.whole:
                self._say(f"{group} is missing")

    def _read_group(self, group: str, answers: Sequence[str], entries: Any) -> None:
        entries = self._mapping(group, entries)
        notes, rated = entries.pop("notes", None), entries.pop("answers", None)
        pemat, index = _by_instrument(self.items)
        if misplaced := [key for key in entries if str(key) in index]:
            entries = {k: said for k, said in entries.items() if k not in misplaced}
            keys = ", ".join(map(str, misplaced))
            self._say(f"{group}, {keys}: scored for each answer, under answers")
        self.pemat[group] = self._scores(group, entries, pemat)
        self._read_group_notes(group, answers, notes)
        rated = self._mapping(f"{group}, answers", rated)
        for answer in rated:
            if answer not in answers:
                self._say(f"{group}: no core answer {answer}")
        for answer in answers:
            if answer in rated:
                self._read_answer(group, answer, rated[answer], index)
            elif self.whole:
                self._say(f"{answer} is missing")

    def _read_answer(
        self, group: str, answer: str, entry: Any, index: Mapping[str, Item]
    ) -> None:
        entry = self._mapping(answer, entry)
        given = self._mapping(f"{answer}, index", entry.pop("index", None))
        notes = self._mapping(f"{answer}, notes", entry.pop("notes", None))
        for key in entry:
            self._say(f"{answer}: has index and notes, not {key}")
        scores = self.index[answer] = self._scores(answer, given, index)
        unmet = [key for key in index if scores.get(key) is False]
        if MAIN_MESSAGE in unmet:
            for key in MAIN_MESSAGE_ITEMS:
                if scores.get(key):
                    self._say(f"{answer}, {key}: is 0 where item {MAIN_MESSAGE} is 0")
        for key, saw in notes.items():
            if str(key) not in unmet:
                self._say(f"{answer}, {key}: has a note, but is not 0")
            elif not isinstance(saw, str) or not saw.strip():
                self._say(f"{answer}, {key}: its note must be text")
            else:
                self.notes.append(Note(group, str(key), answer, saw.strip()))
        implied = MAIN_MESSAGE_ITEMS if MAIN_MESSAGE in unmet else ()
        noted = {str(key) for key in notes}
        bare = [key for key in unmet if key not in noted and key not in implied]
        if bare and self.whole:
            self._say(f"{answer}, {', '.join(bare)}: 0 without a note of what you saw")

    def _read_group_notes(self, group: str, answers: Sequence[str], notes: Any) -> None:
        if not isinstance(notes, (list, type(None))):
            self._say(f"{group}, notes: must be a list")
            return
        for number, entry in enumerate(notes or (), 1):
            where = f"{group}, note {number}"
            entry = self._mapping(where, entry)
            item, answer, saw = (
                str(entry.get(key) or "").strip() for key in ("item", "answer", "saw")
            )
            if item not in self.items or self.items[item].scale == INDEX:
                self._say(f"{where}: its item is one of PEMAT's, not {item!r}")
            elif answer and answer not in answers:
                self._say(f"{where}: no core answer {answer} in {group}")
            elif not saw:
                self._say(f"{where}: saw is empty")
            else:
                self.notes.append(Note(group, item, answer, saw))

    def _scores(
        self, where: str, given: Mapping[Any, Any], items: Mapping[str, Item]
    ) -> dict[str, Score]:
        scores: dict[str, Score] = {}
        blank = set()
        for key, said in given.items():
            item = items.get(str(key))
            if item is None:
                self._say(f"{where}: there is no item {key} here")
            elif said in (BLANK, None):
                blank.add(item.key)
            elif said == "na" and not item.may_be_na:
                self._say(f"{where}, {key}: always applies, so 1 or 0")
            elif said in (0, 1, "na"):
                scores[item.key] = None if said == "na" else bool(said)
            else:
                self._say(f"{where}, {key}: must be 1, 0 or na, not {said!r}")
        named = {str(key) for key in given} - blank
        lacking = [key for key in items if key not in named]
        if lacking and self.whole:
            self._say(f"{where}: {', '.join(lacking)} not scored")
        return scores

    def _mapping(self, where: str, entry: Any) -> dict[Any, Any]:
        if entry is None:
            return {}
        if isinstance(entry, dict):
            return dict(entry)
        self._say(f"{where}: must be names with values, not {shortened(entry)}")
        return {}

    def _say(self, problem: str) -> None:
        self.problems.append(problem)
