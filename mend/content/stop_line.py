"""A line that says when to stop and get help, where a body is handled (A12)."""

from __future__ import annotations

from collections.abc import Iterator

from mend.content.finding import Finding
from mend.content.layout import help_in
from mend.content.passage import Passage

GROUPS = ("iastm", "mld", "scar")
"""Groups whose every answer is about hands-on care or about what it leaves behind."""


def check_stop_line(passage: Passage) -> Iterator[Finding]:
    """Yield a hands-on or scar answer that does not say when to get help.

    The line has to be one that the pages can set apart (`mend.content.layout`).
    """
    if ", " in passage.id:
        return  # what goes deeper is followed by the stop line of its answer
    if passage.group in GROUPS and not help_in(passage.text):
        yield passage.finding('has no "stop and get help if" line')
