"""Sheets of raters: the items to score, an empty sheet, and a filled one checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import yaml

from mend.content.completeness import read_ids

ITEMS_FILE = "items.yml"
SCALES = ("understandability", "actionability", "index")
MAIN_MESSAGE, MAIN_MESSAGE_ITEMS = "1", ("2", "3", "4")
"""The Index's rule: without one main message its place and looks score no point."""

Score = bool | None
"""Yes, no, or does not apply."""
Scores = Mapping[str, Score]
"""By item."""


class RatingsError(click.ClickException):
    """A sheet cannot be used; the message names file and item."""


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
class Sheet:
    """What one rater scored.

    Attributes:
        name: of the file.
        rater: who or what it was, in words.
        groups: scores by group of answers.
        notes: (group, item, answer, what was seen).
    """

    name: str
    rater: str
    groups: Mapping[str, Scores]
    notes: Sequence[tuple[str, str, str, str]]


def read_items(folder: Path) -> dict[str, Item]:
    """Return all items by key, in their order."""
    content = yaml.safe_load((folder / ITEMS_FILE).read_text("utf-8"))
    return {
        str(key): Item(str(key), scale, entry["asks"], entry.get("may_be_na") or "")
        for scale in SCALES
        for key, entry in content[scale].items()
    }


def core_groups(data_dir: Path) -> list[str]:
    """Return the groups that hold core answers, in their order."""
    ids = read_ids(data_dir)
    core = [key.partition(".")[0] for key, tier in ids.items() if tier == "core"]
    return list(dict.fromkeys(core))


def empty_sheet(
    items: Mapping[str, Item], groups: Sequence[str], rater: str = ""
) -> str:
    """Return a sheet to fill in."""
    lines = [
        f'rater: "{rater}"  # who or what you are, and whether you wrote the answers',
        'date: ""',
        "groups:",
    ]
    for group in groups:
        lines.append(f"  {group}:")
        for item in items.values():
            na = f"; na if {item.may_be_na}" if item.may_be_na else ""
            lines.append(f'    "{item.key}": ?  # {item.asks}{na}')
        lines += [
            "    notes:  # - {item: U5, answer: scar.pain, saw: what you saw}",
            "",
        ]
    # A bare ? would begin a YAML key.
    return "\n".join(lines).replace(": ?  #", ': "?"  #') + "\n"


def read_sheet(
    file: Path, items: Mapping[str, Item], groups: Sequence[str], *, whole: bool = True
) -> Sheet:
    """Read one sheet.

    Args:
        file: the sheet.
        items: what there is to score.
        groups: which groups of answers.
        whole: whether every item of every group has to be scored.

    Raises:
        RatingsError: the sheet is not complete, or holds something else.
    """
    try:
        content = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise RatingsError(f"{file.name}: {error}") from None
    if not isinstance(content, dict) or not isinstance(content.get("groups"), dict):
        raise RatingsError(f"{file.name}: has no groups")
    rater = content.get("rater")
    if not isinstance(rater, str) or not rater.strip():
        raise RatingsError(f"{file.name}: rater must say who or what you are")
    problems: list[str] = []
    scored, notes = {}, []
    for group, entries in content["groups"].items():
        if group not in groups:
            problems.append(f"no core group {group}")
            continue
        entries = dict(entries or {})
        notes += [_note(group, it) for it in entries.pop("notes", None) or ()]
        scored[group] = dict(_scores(group, entries, items, problems))
    if whole:
        problems += _missing(scored, items, groups)
    if problems:
        raise RatingsError("\n".join(f"{file.name}: {it}" for it in problems))
    return Sheet(file.stem, rater.strip(), scored, notes)


def _scores(
    group: str,
    entries: Mapping[Any, Any],
    items: Mapping[str, Item],
    problems: list[str],
) -> Iterator[tuple[str, Score]]:
    for key, said in entries.items():
        item = items.get(str(key))
        if item is None:
            problems.append(f"{group}: there is no item {key}")
        elif said == "na" and not item.may_be_na:
            problems.append(f"{group}, {key}: always applies, so 1 or 0")
        elif said in (0, 1, "na"):
            yield item.key, None if said == "na" else bool(said)
        else:
            problems.append(f"{group}, {key}: must be 1, 0 or na, not {said!r}")
    index = {str(key): said for key, said in entries.items()}
    if index.get(MAIN_MESSAGE) == 0:
        problems.extend(
            f"{group}, {key}: is 0 where item {MAIN_MESSAGE} is 0"
            for key in MAIN_MESSAGE_ITEMS
            if index.get(key) == 1
        )


def _note(group: str, entry: Any) -> tuple[str, str, str, str]:
    entry = entry if isinstance(entry, dict) else {"saw": entry}
    return group, *(str(entry.get(key) or "") for key in ("item", "answer", "saw"))  # type: ignore[return-value]


def _missing(
    scored: Mapping[str, Scores], items: Mapping[str, Item], groups: Sequence[str]
) -> Iterator[str]:
    for group in groups:
        if group not in scored:
            yield f"{group} is missing"
            continue
        lacking = [key for key in items if key not in scored[group]]
        if lacking:
            yield f"{group}: {', '.join(lacking)} not scored"
