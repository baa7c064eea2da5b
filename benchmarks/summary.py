"""All figures of one measurement of understanding, and how they are printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.intervals import interval, percent, percentile
from benchmarks.measures import (
    Bin,
    Confusion,
    Risk,
    Tally,
    calibration,
    calibration_error,
    confusions,
    kind_of,
    risk_curve,
    risk_now,
    tallies,
    tier_of,
)
from benchmarks.turns import Measured

NOT_PATIENTS = "dev_test_or_prompt"
"""Origin of lines that no visitor wrote; figures are given with and without them."""
PAIRS_SHOWN = 20


@dataclass(frozen=True)
class Group:
    """A table of tallies and what it is about."""

    caption: str
    rows: tuple[Tally, ...]


@dataclass(frozen=True)
class Summary:
    """What is printed and shown.

    Attributes:
        about: which questions.
        model: which model.
        groups: tables of verdicts.
        confusions: what was taken for what, the most frequent first.
        bins: calibration.
        risks: risk at each threshold, highest first.
        now: risk of what was really answered.
        cpu_p50: CPU milliseconds per message, the median,
        cpu_p95: ... and what one in twenty exceeds.
    """

    about: str
    model: str
    groups: tuple[Group, ...]
    confusions: tuple[Confusion, ...]
    bins: tuple[Bin, ...]
    risks: tuple[Risk, ...]
    now: Risk
    cpu_p50: float
    cpu_p95: float

    @property
    def all(self) -> Tally:
        """The tally of all questions."""
        return self.groups[0].rows[-1]

    @property
    def frequent(self) -> tuple[Confusion, ...]:
        """The confusions that are listed."""
        return self.confusions[:PAIRS_SHOWN]

    @property
    def calibration_error(self) -> float:
        """Expected calibration error."""
        return calibration_error(self.bins)


def summarise(measured: Sequence[Measured], about: str, model: str) -> Summary:
    """Count everything.

    Args:
        measured: at least one question.
        about: which questions these are.
        model: which model was measured.
    """
    times = [one.cpu_ms for one in measured]
    return Summary(
        about=about,
        model=model,
        groups=tuple(_groups(measured)),
        confusions=tuple(confusions(measured)),
        bins=tuple(calibration(measured)),
        risks=tuple(risk_curve(measured)),
        now=risk_now(measured),
        cpu_p50=percentile(times, 0.5),
        cpu_p95=percentile(times, 0.95),
    )


def _groups(measured: Sequence[Measured]) -> list[Group]:
    groups = _by_kind_and_tier(measured, "")
    people = [one for one in measured if one.question.origin != NOT_PATIENTS]
    if 0 < len(people) < len(measured):
        groups += _by_kind_and_tier(people, f", without {NOT_PATIENTS}")
    return groups


def _by_kind_and_tier(measured: Sequence[Measured], suffix: str) -> list[Group]:
    return [
        Group(f"By kind{suffix}", tuple(tallies(measured, kind_of))),
        Group(f"By tier{suffix}", tuple(tallies(measured, tier_of))),
    ]


def printed(summary: Summary) -> str:
    """Return the summary as text. It holds ids and figures, no messages."""
    lines = [summary.about, f"model {summary.model}"]
    for group in summary.groups:
        lines += ["", *_tally_lines(group)]
    lines += ["", "Most frequent confusions (wrong or refused): expected -> got"]
    lines += [f"{c.count:5}  {c.expected} -> {c.got}" for c in summary.frequent]
    lines += ["", "Calibration: confidence of the likeliest intent, share right"]
    lines += [_bin_line(one) for one in summary.bins]
    lines += [
        f"expected calibration error {summary.calibration_error:.3f}",
        "",
        f"CPU per message: median {summary.cpu_p50:.1f} ms, "
        f"95 % within {summary.cpu_p95:.1f} ms",
    ]
    return "\n".join(lines)


def _tally_lines(group: Group) -> list[str]:
    head = f"{group.caption:46}"[:46]
    lines = [
        f"{head}{'lines':>6}{'right':>14}  {'95 % interval':20}"
        f"{'clarified':>13} {'(offered)':>9}{'refused':>14}{'wrong':>14}"
    ]
    for row in group.rows:
        lines.append(
            f"  {row.name:44}{row.lines:6}{_share(row.right, row.lines):>14}"
            f"  {'(' + interval(row.right, row.lines) + ')':20}"
            f"{_share(row.clarified, row.lines):>13} {f'({row.offered})':>9}"
            f"{_share(row.refused, row.lines):>14}{_share(row.wrong, row.lines):>14}"
        )
    return lines


def _share(hits: int, total: int) -> str:
    return f"{hits} {percent(hits, total):>6}"


def _bin_line(one: Bin) -> str:
    bounds = f"  {one.low:.1f} to {one.high:.1f}{one.lines:6} lines"
    if not one.lines:
        return bounds
    return (
        f"{bounds}   mean confidence {one.confidence:.2f}   "
        f"right {percent(one.right, one.lines):>6} ({interval(one.right, one.lines)})"
    )
