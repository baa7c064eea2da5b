"""PEMAT-P and CDC Clear Communication Index of the core groups, by two raters.

Reads the raters' sheets (``reports/ratings/<rater>.yml``), computes the scores of
each group, how far the raters agree, and what they differ on, and writes
``reports/ratings.md``. How to fill in a sheet: ``reports/ratings/README.md``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import yaml
from sklearn.metrics import cohen_kappa_score

from mend.content.completeness import read_ids

FOLDER = Path("reports/ratings")
REPORT = Path("reports/ratings.md")
ITEMS_FILE = "items.yml"
AGREED = "agreed"
SCALES = ("understandability", "actionability", "index")
AIMS: Mapping[str, int] = {"understandability": 90, "actionability": 80, "index": 90}
"""Percent at least, as we set ourselves; 70 is PEMAT's usual mark, 90 CDC's."""
MAIN_MESSAGE, MAIN_MESSAGE_ITEMS = "1", ("2", "3", "4")

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


@dataclass(frozen=True)
class Agreement:
    """How far two raters agree.

    Attributes:
        items: how many both scored.
        same: on how many they said the same.
        kappa: Cohen's, over yes, no and does not apply; None where one word was said
            throughout, so that chance alone would agree.
    """

    items: int
    same: int
    kappa: float | None


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


def score(scores: Iterable[Score]) -> float | None:
    """Return points / items that apply x 100; None where none applies."""
    applied = [said for said in scores if said is not None]
    return 100 * sum(applied) / len(applied) if applied else None


def score_of(scores: Scores, items: Mapping[str, Item], scale: str) -> float | None:
    """Return the score of one scale."""
    return score(said for key, said in scores.items() if items[key].scale == scale)


def agreement(one: Sequence[Score], other: Sequence[Score]) -> Agreement:
    """Compare two raters on the same items, in the same order.

    Raises:
        ValueError: they did not score as many items.
    """
    pairs = list(zip(one, other, strict=True))
    same = sum(a is b for a, b in pairs)
    constant = len({str(said) for said in (*one, *other)}) < 2
    kappa = None
    if pairs and not constant:
        kappa = float(cohen_kappa_score([str(a) for a in one], [str(b) for b in other]))
    return Agreement(len(pairs), same, kappa)


def settled(one: Scores, other: Scores, agreed: Scores) -> dict[str, Score]:
    """Return what counts: what both said, else what they agreed on, else no."""
    return {
        key: said if said is other[key] else agreed.get(key, False)
        for key, said in one.items()
    }


def report(
    one: Sheet,
    other: Sheet,
    agreed: Sheet | None,
    items: Mapping[str, Item],
    groups: Sequence[str],
) -> str:
    """Return the report, in Markdown."""
    settled_by_group = {
        group: settled(
            one.groups[group],
            other.groups[group],
            agreed.groups.get(group, {}) if agreed else {},
        )
        for group in groups
    }
    lines = [
        "# How clear the answers are: PEMAT-P and CDC Clear Communication Index",
        "",
        "Written by `make ratings` from the sheets in [`ratings/`](ratings/README.md). "
        "Percent of the points that can be had. A group counts as one piece: all its "
        "answers with their buttons and pictures.",
        "",
        f"* Rater A ({one.name}): {one.rater}",
        f"* Rater B ({other.name}): {other.rater}",
        "* Settled: what both said; where they differed, what they agreed on "
        f"({'`agreed.yml`' if agreed else 'no `agreed.yml` yet'}); otherwise no.",
        "",
        "| group | scale | A | B | settled | aim | |",
        "|---|---|---:|---:|---:|---:|---|",
    ]
    for group in groups:
        for scale in SCALES:
            a, b, final = (
                score_of(scores, items, scale)
                for scores in (
                    one.groups[group],
                    other.groups[group],
                    settled_by_group[group],
                )
            )
            reached = final is None or final >= AIMS[scale]
            lines.append(
                f"| {group} | {scale} | {_percent(a)} | {_percent(b)} | "
                f"{_percent(final)} | {AIMS[scale]} | {'' if reached else 'below'} |"
            )
    lines += ["", "## Agreement", "", "| scale | items | same | kappa |"]
    lines.append("|---|---:|---:|---:|")
    for name, scales in [*((scale, (scale,)) for scale in SCALES), ("all", SCALES)]:
        found = agreement(
            _said(one, items, groups, scales), _said(other, items, groups, scales)
        )
        share = _percent(100 * found.same / found.items) if found.items else "-"
        kappa = "not defined" if found.kappa is None else f"{found.kappa:.2f}"
        lines.append(f"| {name} | {found.items} | {share} % | {kappa} |")
    lines += ["", "## Where they differ", ""]
    lines += _disputes(one, other, agreed, items, groups) or ["Nowhere."]
    lines += ["", "## What they saw", ""]
    lines += [
        f"* {sheet}: {group}, {item} {answer}: {saw}"
        for sheet, notes in (("A", one.notes), ("B", other.notes))
        for group, item, answer, saw in notes
    ] or ["No notes."]
    return "\n".join(lines) + "\n"


def _said(
    sheet: Sheet,
    items: Mapping[str, Item],
    groups: Sequence[str],
    scales: Sequence[str],
) -> list[Score]:
    return [
        sheet.groups[group][key]
        for group in groups
        for key, item in items.items()
        if item.scale in scales
    ]


def _disputes(
    one: Sheet,
    other: Sheet,
    agreed: Sheet | None,
    items: Mapping[str, Item],
    groups: Sequence[str],
) -> list[str]:
    lines = []
    for group in groups:
        for key, item in items.items():
            a, b = one.groups[group][key], other.groups[group][key]
            if a is not b:
                decided = agreed.groups.get(group, {}) if agreed else {}
                end = _word(decided[key]) if key in decided else "open, counts as no"
                lines.append(
                    f"* {group}, {key} ({item.asks}): A {_word(a)}, B {_word(b)}; {end}"
                )
    return lines


def _word(said: Score) -> str:
    return "does not apply" if said is None else "yes" if said else "no"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Rate the answers: make a sheet, check it, put the sheets together."""


@main.command(name="sheet")
@click.argument("name")
def make_sheet(name: str) -> None:
    """Write an empty sheet for rater NAME."""
    file = FOLDER / f"{name}.yml"
    if file.exists():
        raise RatingsError(f"{file} is there already")
    file.write_text(
        empty_sheet(read_items(FOLDER), core_groups(Path("data"))), encoding="utf-8"
    )
    click.echo(file)


@main.command(name="check")
@click.argument("name")
def check_sheet(name: str) -> None:
    """Check the sheet of rater NAME."""
    items, groups = read_items(FOLDER), core_groups(Path("data"))
    sheet = read_sheet(FOLDER / f"{name}.yml", items, groups)
    for group in groups:
        scores = (score_of(sheet.groups[group], items, scale) for scale in SCALES)
        row = "  ".join(
            f"{scale} {_percent(value)}"
            for scale, value in zip(SCALES, scores, strict=True)
        )
        click.echo(f"{group:10} {row}")


@main.command(name="report")
def write_report() -> None:
    """Write reports/ratings.md from two sheets."""
    items, groups = read_items(FOLDER), core_groups(Path("data"))
    files = [
        file
        for file in sorted(FOLDER.glob("*.yml"))
        if file.name != ITEMS_FILE and file.stem != AGREED
    ]
    if len(files) != 2:
        names = ", ".join(file.name for file in files) or "none"
        raise RatingsError(f"{FOLDER} needs the sheets of two raters; there: {names}")
    one, other = (read_sheet(file, items, groups) for file in files)
    decided = FOLDER / f"{AGREED}.yml"
    agreed = (
        read_sheet(decided, items, groups, whole=False) if decided.exists() else None
    )
    REPORT.write_text(report(one, other, agreed, items, groups), encoding="utf-8")
    click.echo(REPORT)


if __name__ == "__main__":
    sys.exit(main())
