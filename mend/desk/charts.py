"""Charts as plain geometry: the template draws them, the style sheet colours them.

Pure. Text is not part of a drawing: it would shrink with it on a phone. It stands
beside it as ordinary text, and every chart has its numbers as a table too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 1000.0, 200.0
GAP = 0.28
"""Share of a column's place that is left empty."""


@dataclass(frozen=True)
class Block:
    """One coloured part of a column, in the units of the drawing, from the top left."""

    name: str
    y: float
    height: float


@dataclass(frozen=True)
class Column:
    """One column: what it stands for, and its parts from the bottom up."""

    label: str
    total: int
    x: float
    width: float
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Columns:
    """A chart of columns.

    Attributes:
        top: the value at the upper edge.
        ticks: (value, y) of the lines across, from the top down.
        columns: from left to right.
        labels: what to write below: the first, the middle and the last.
    """

    top: int
    ticks: tuple[tuple[int, float], ...]
    columns: tuple[Column, ...]
    labels: tuple[str, ...]


def columns(
    values: Sequence[tuple[str, Mapping[str, int]]], names: Sequence[str]
) -> Columns:
    """Return a chart of stacked columns.

    Args:
        values: label and numbers by name, from left to right.
        names: the parts, from the bottom up; others are left out.
    """
    totals = [sum(numbers.get(n, 0) for n in names) for _, numbers in values]
    top = round_top(max(totals, default=0))
    place = WIDTH / max(1, len(values))
    drawn = []
    for at, ((label, numbers), total) in enumerate(zip(values, totals, strict=True)):
        blocks, y = [], HEIGHT
        for name in names:
            height = HEIGHT * numbers.get(name, 0) / top
            y -= height
            if height:
                blocks.append(Block(name, round(y, 2), round(height, 2)))
        drawn.append(
            Column(
                label,
                total,
                x=round(place * (at + GAP / 2), 2),
                width=round(place * (1 - GAP), 2),
                blocks=tuple(blocks),
            )
        )
    labels = [label for label, _ in values]
    shown = labels if len(labels) < 3 else [labels[0], labels[len(labels) // 2]]
    return Columns(
        top=top,
        ticks=tuple((int(top * share), HEIGHT * (1 - share)) for share in (1, 0.5, 0)),
        columns=tuple(drawn),
        labels=tuple([*shown, labels[-1]] if len(labels) > 2 else shown),
    )


def round_top(most: int) -> int:
    """Return a round even number at or above `most`, the upper edge of a chart."""
    step = 1
    while True:
        for factor in (2, 4, 6, 8, 10):
            if factor * step >= most:
                return factor * step
        step *= 10


def share(part: int, whole: int) -> int:
    """Return how many of a hundred, rounded; 0 of nothing."""
    return round(100 * part / whole) if whole else 0
