"""The figures as one page that needs nothing else: reports/understanding.html."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from benchmarks import plots
from benchmarks.intervals import interval, percent
from benchmarks.measures import Risk
from benchmarks.summary import Summary

TEMPLATE = "understanding.html.j2"
ROWS_OF_CURVE = 10


def render(summary: Summary) -> str:
    """Return the page."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(percent=percent, interval=interval)
    curve = some_of(summary.risks)
    return environment.get_template(TEMPLATE).render(
        summary=summary,
        curve=curve,
        risk_plot=plots.risk_plot(summary.risks, summary.now, risk_alt(summary)),
        calibration_plot=plots.calibration_plot(summary.bins, calibration_alt(summary)),
        confusion_plot=plots.confusion_plot(summary.confusions, confusion_alt(summary)),
    )


def some_of(risks: tuple[Risk, ...]) -> list[Risk]:
    """Return a few points of the curve, evenly spread over what is answered."""
    if len(risks) <= ROWS_OF_CURVE:
        return list(risks)
    step = (len(risks) - 1) / (ROWS_OF_CURVE - 1)
    return [risks[round(number * step)] for number in range(ROWS_OF_CURVE)]


def risk_alt(summary: Summary) -> str:
    """Say what the risk-coverage curve shows."""
    now = summary.now
    said = (
        f"Now {percent(now.answered, now.lines)} of the questions are answered, and "
        f"{percent(now.wrong, now.answered)} of these answers are wrong."
    )
    if not summary.risks:
        return f"Curve without points. {said}"
    most = summary.risks[-1]
    return (
        f"Curve of the wrong share over the answered share. {said} With no threshold "
        f"{percent(most.answered, most.lines)} would be answered, and "
        f"{percent(most.wrong, most.answered)} of these wrongly. "
        "Figures in the table below."
    )


def calibration_alt(summary: Summary) -> str:
    """Say what the calibration plot shows."""
    below = sum(one.share > one.confidence for one in summary.bins if one.lines)
    filled = sum(one.lines > 0 for one in summary.bins)
    return (
        f"Share right over confidence, in bins. In {below} of {filled} bins with "
        "questions the model is right more often than its confidence says; the "
        f"expected calibration error is {summary.calibration_error:.3f}. "
        "Figures in the table below."
    )


def confusion_alt(summary: Summary) -> str:
    """Say what the confusion plot shows."""
    if not summary.confusions:
        return "Empty grid: nothing was confused."
    first = summary.confusions[0]
    return (
        "Grid of what was expected against what was got, for what was missed most "
        f"often. The most frequent pair: {first.expected} was expected, {first.got} "
        f"was got, {first.count} times. The commonest pairs are in the table below."
    )
