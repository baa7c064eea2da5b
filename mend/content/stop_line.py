"""A line that says when to stop and get help, where a body is handled (A12)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mend.content.finding import Finding
from mend.content.passage import Passage

GROUPS = ("iastm", "mld", "scar")
"""Groups whose every answer is about hands-on care or about what it leaves behind."""

_STOP = re.compile(
    r"\b(?:stop and|get (?:\w+ )?help|get (?:it|them|this) checked|see a (?:doctor|gp)|"
    r"be seen|seek|have (?:it|them|this) (?:checked|looked at)|ask a doctor)\b"
    r"|\bcall \{emergency\}",
    re.IGNORECASE,
)


def check_stop_line(passage: Passage) -> Iterator[Finding]:
    """Yield a hands-on or scar answer that does not say when to get help."""
    if ", " in passage.id:
        return  # what goes deeper is followed by the stop line of its answer
    if passage.group in GROUPS and not _STOP.search(passage.text):
        yield passage.finding('has no "stop and get help if" line')
