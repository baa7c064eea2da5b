"""PEMAT-P and CDC Clear Communication Index of the core groups, by two raters.

Reads the raters' sheets (``reports/ratings/<rater>.yml``), computes the scores of
each group, how far the raters agree, and what they differ on, and writes
``reports/ratings.md``. How to fill in a sheet: ``reports/ratings/README.md``.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from benchmarks.rating_scores import agreement, score_of, settled
from benchmarks.rating_sheets import (
    ITEMS_FILE,
    SCALES,
    Item,
    RatingsError,
    Score,
    Sheet,
    core_groups,
    empty_sheet,
    read_items,
    read_sheet,
)

FOLDER = Path("reports/ratings")
REPORT = Path("reports/ratings.md")
AGREED = "agreed"
AIMS: Mapping[str, int] = {"understandability": 90, "actionability": 80, "index": 90}
"""Percent at least, as we set ourselves; 70 is PEMAT's usual mark, 90 CDC's."""


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
