"""All answers and how they read, as one page that needs nothing else."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from mend.clinic import Clinic
from mend.content.overview import Entry, Overview
from mend.content.readability import GLOSSARY, Readability

_HERE = Path(__file__).parent
_CHAT = _HERE.parent / "chat"
_PICTURES = _CHAT / "static" / "pictures"
_STYLE = _CHAT / "static" / "answers.css"

BASELINE = Readability(
    words=332, sentences=11, longest_sentence=45, grade=16.7, raw_grade=17.3
)
"""The clinic's first article on IASTM (24 October 2022), measured on 23 November 2026
by `mend.content.readability.readability`: its seven paragraphs, without title, second
title and date. Read as a whole text, grade 15.2 (15.8 raw)."""


@dataclass(frozen=True)
class Row:
    """Measures of some texts together.

    Attributes:
        name: of the group.
        texts: how many.
        words: mean of a text.
        longest: words of the longest sentence.
        grade: mean.
        hardest: highest grade.
        raw: mean without the glossary's allowance.
    """

    name: str
    texts: int
    words: float
    longest: int
    grade: float
    hardest: float
    raw: float


def row_of(name: str, measured: Iterable[Readability]) -> Row:
    """Sum up some measures.

    Raises:
        ValueError: there are none.
    """
    found = list(measured)
    if not found:
        raise ValueError(f"{name} has no texts")
    count = len(found)
    return Row(
        name,
        count,
        words=sum(m.words for m in found) / count,
        longest=max(m.longest_sentence for m in found),
        grade=sum(m.grade for m in found) / count,
        hardest=max(m.grade for m in found),
        raw=sum(m.raw_grade for m in found) / count,
    )


def rows_of(overview: Overview) -> list[Row]:
    """Return a row for each group, for all texts, and for the article before."""
    rows = [row_of(s.title, _measures(s.entries)) for s in overview.sections]
    rows.append(row_of("All texts", _measures(overview.entries)))
    return [*rows, row_of("The article before", [BASELINE])]


def _measures(entries: Iterable[Entry]) -> list[Readability]:
    return [wording.measured for entry in entries for wording in entry.wordings]


def render(overview: Overview, clinic: Clinic, today: dt.date) -> str:
    """Return the report as one page of HTML, with style and pictures inside.

    Args:
        overview: all that visitors read, filled with the clinic's facts.
        clinic: whose answers they are.
        today: the day that stands on the page.
    """
    environment = Environment(
        loader=FileSystemLoader([_HERE / "templates", _CHAT / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html").render(
        overview=overview,
        rows=rows_of(overview),
        baseline=BASELINE,
        glossary=GLOSSARY,
        clinic=clinic,
        day=today.isoformat(),
        style=Markup(_STYLE.read_text("utf-8")),  # noqa: S704 - our own file
        picture_url=_picture,
    )


def _picture(name: str) -> str:
    content = (_PICTURES / f"{name}.svg").read_bytes()
    return "data:image/svg+xml;base64," + base64.b64encode(content).decode()
