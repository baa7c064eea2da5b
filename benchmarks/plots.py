"""Plots as SVG that can stand inside a page and follow its colours.

Matplotlib writes fixed colours and the same ids in every file; both are replaced, so
that a page may hold several plots and be light or dark.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from matplotlib import rc_context  # type: ignore[import-untyped]
from matplotlib.figure import Figure  # type: ignore[import-untyped]
from matplotlib.patches import Rectangle  # type: ignore[import-untyped]

from benchmarks.measures import Bin, Confusion, Risk

# Colours that stand for others until the SVG is written.
INK, ACCENT, FAINT = "#010203", "#040506", "#070809"
_ON_PAGE = {INK: "currentColor", ACCENT: "var(--accent)", FAINT: "var(--faint)"}
_STYLE = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 11,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.facecolor": "none",
    "grid.color": FAINT,
}
ROWS, COLUMNS = 12, 12
ELSE = "anything else"
# Darker would make the figures on it hard to read.
_DARKEST = 0.5


def risk_plot(risks: Sequence[Risk], now: Risk, alt: str) -> str:
    """Plot the share answered wrongly over the share answered."""

    def draw(axes: Any) -> None:
        shares = [risk.answered_share for risk in risks]
        wrong = [risk.wrong_share for risk in risks]
        axes.plot(shares, wrong, color=ACCENT, linewidth=2)
        axes.plot(now.answered_share, now.wrong_share, "o", color=INK, markersize=8)
        axes.annotate(
            "as it answers now",
            (now.answered_share, now.wrong_share),
            xytext=(12, -5),
            textcoords="offset points",
        )
        axes.set(xlabel="share of all questions answered", ylabel="of these, wrong")
        axes.set(xlim=(0, 1), ylim=(0, max([*wrong, now.wrong_share, 0.1]) * 1.1))
        _in_percent(axes)

    return _drawn(draw, "risk", alt)


def calibration_plot(bins: Sequence[Bin], alt: str) -> str:
    """Plot the share right over the mean confidence of each bin."""

    def draw(axes: Any) -> None:
        filled = [one for one in bins if one.lines]
        most = max((one.lines for one in filled), default=1)
        axes.plot([0, 1], [0, 1], color=INK, linestyle="--", linewidth=1)
        axes.plot(
            [one.confidence for one in filled],
            [one.share for one in filled],
            color=ACCENT,
        )
        axes.scatter(
            [one.confidence for one in filled],
            [one.share for one in filled],
            s=[30 + 200 * one.lines / most for one in filled],
            color=ACCENT,
        )
        axes.set(xlabel="confidence", ylabel="share right", xlim=(0, 1), ylim=(0, 1.03))
        _in_percent(axes)

    return _drawn(draw, "calibration", alt)


def confusion_plot(found: Sequence[Confusion], alt: str) -> str:
    """Plot what the most confused ids were taken for."""
    rows, columns, counts = confusion_matrix(found)
    most = max(counts.values(), default=1)

    def draw(axes: Any) -> None:
        for (row, column), count in counts.items():
            strength = _DARKEST * (0.2 + 0.8 * count / most)
            box = Rectangle(
                (column - 0.5, row - 0.5), 1, 1, color=ACCENT, alpha=strength
            )
            axes.add_patch(box)
            axes.text(column, row, str(count), ha="center", va="center")
        axes.set(xlim=(-0.5, max(len(columns), 1) - 0.5))
        axes.set(ylim=(max(len(rows), 1) - 0.5, -0.5))
        axes.set_xticks(range(len(columns)))
        axes.set_xticklabels(columns, rotation=40, ha="right", rotation_mode="anchor")
        axes.set_yticks(range(len(rows)))
        axes.set_yticklabels(rows)
        axes.set(xlabel="got", ylabel="expected")

    height = 2.8 + 0.34 * max(len(rows), 1)
    return _drawn(draw, "confusion", alt, size=(10, height))


def confusion_matrix(
    found: Sequence[Confusion],
) -> tuple[list[str], list[str], dict[tuple[int, int], int]]:
    """Return names of rows and columns, and the counts at (row, column).

    Rows are what was expected and most often missed; columns what they were taken for,
    the rarer together in the last.
    """
    missed: Counter[str] = Counter()
    for one in found:
        missed[one.expected] += one.count
    rows = [name for name, _ in missed.most_common(ROWS)]
    taken: Counter[str] = Counter()
    for one in found:
        if one.expected in rows:
            taken[one.got] += one.count
    columns = [name for name, _ in taken.most_common(COLUMNS)]
    if len(taken) > len(columns):
        columns.append(ELSE)
    counts: Counter[tuple[int, int]] = Counter()
    for one in found:
        if one.expected in rows:
            got = one.got if one.got in columns else ELSE
            counts[rows.index(one.expected), columns.index(got)] += one.count
    return rows, columns, dict(counts)


def for_page(svg: str, name: str, alt: str) -> str:
    """Return an SVG file's drawing, fit to stand inside a page.

    Args:
        svg: as matplotlib writes it.
        name: prefix of all ids, different for each plot of a page.
        alt: what a person who cannot see it must know.
    """
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r'href="#', f'href="#{name}-', svg)
    svg = svg.replace("url(#", f"url(#{name}-")
    for ours, on_page in _ON_PAGE.items():
        svg = svg.replace(ours, on_page)
    said = escape(alt, quote=True)
    return svg.replace("<svg", f'<svg role="img" aria-label="{said}"', 1)


def _drawn(
    draw: Callable[[Any], None],
    name: str,
    alt: str,
    size: tuple[float, float] = (7, 4.5),
) -> str:
    with rc_context(_STYLE):
        figure = Figure(figsize=size)
        axes = figure.add_subplot()
        draw(axes)
        written = io.StringIO()
        figure.savefig(written, format="svg", transparent=True, bbox_inches="tight")
    return for_page(written.getvalue(), name, alt)


def _in_percent(axes: Any) -> None:
    axes.set_axisbelow(True)
    axes.grid(linewidth=0.8)
    axes.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    axes.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
