"""PEMAT-P and CDC Clear Communication Index of the core answers, by two raters.

Reads the raters' sheets (``reports/ratings/<rater>.yml``), computes the scores of
each group and answer, how far the raters agree, and what they differ on, and writes
``reports/ratings.md``. How to fill in a sheet: ``reports/ratings/README.md``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from benchmarks.rating_report import Ratings, figures_of, percent, report
from benchmarks.rating_sheets import (
    ITEMS_FILE,
    RatingsError,
    core_groups,
    empty_sheet,
    read_items,
    read_sheet,
)

FOLDER = Path("reports/ratings")
REPORT = Path("reports/ratings.md")
AGREED = "agreed"


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
    for group, figures in figures_of(sheet, items, groups).items():
        row = "  ".join(f"{scale} {percent(value)}" for scale, value in figures.items())
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
    REPORT.write_text(
        report(Ratings(one, other, agreed, items, groups)), encoding="utf-8"
    )
    click.echo(REPORT)


if __name__ == "__main__":
    sys.exit(main())
