"""A line that says when to stop and get help, where a body is handled (A12)."""

from __future__ import annotations

from collections.abc import Iterator

from mend.content.finding import Finding
from mend.content.layout import help_in
from mend.content.passage import Passage

GROUPS = ("iastm", "mld", "scar")
"""Groups about hands-on care or about what it leaves behind."""

BEFORE_ANY_CARE = frozenset(
    {
        "iastm.conditions",
        "iastm.evidence",
        "iastm.graston",
        "iastm.how_it_works",
        "iastm.how_many",
        "iastm.sport",
        "iastm.tools",
        "iastm.vs_gua_sha",
        "iastm.vs_massage",
        "iastm.vs_others",
        "iastm.what_is",
        "iastm.who_provides",
        "iastm.with_exercise",
        "mld.evidence",
        "mld.how_many",
        "mld.vs_others",
    }
)
"""Answers of these groups that help somebody choose, before anything was done.

What to do about a bruise or a numb arm afterwards distracts from them, and stands in
the answers on symptoms, on the session and on what comes after.
"""


def check_stop_line(passage: Passage) -> Iterator[Finding]:
    """Yield a hands-on or scar answer that does not say when to get help.

    The line has to be one that the pages can set apart (`mend.content.layout`).
    """
    if ", " in passage.id:
        return  # what goes deeper is followed by the stop line of its answer
    if passage.id in BEFORE_ANY_CARE:
        return
    if passage.group in GROUPS and not help_in(passage.text):
        yield passage.finding('has no "stop and get help if" line')
