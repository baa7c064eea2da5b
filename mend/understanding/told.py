"""What the questions about pain brought to light, as staff will read it.

Pure: from the form's slots to facts in the visitor's own words. They travel with the
replies (`wording`) into the journal, and from there to the case.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SIDES = ("left", "right", "both", "other")
_NO_LIMIT = frozenset((None, "", "none", "skipped"))
_BETTER = {"long_better": True, "long_no_better": False}


def told(slots: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was said, with the names of `pain.Heard`; nothing that was not.

    Args:
        slots: of the form, by name; others are ignored.
    """
    side, part = split_side(str(slots.get("pain_part") or ""))
    limits, score = slots.get("pain_limits"), str(slots.get("pain_score") or "")
    found = {
        "limits": [] if limits in _NO_LIMIT else str(limits).split("; "),
        "body_part": part,
        "side": side,
        "score": int(score) if score.isdigit() else None,
        "duration": slots.get("pain_lasting"),
        "better": _BETTER.get(str(slots.get("pain_duration"))),
    }
    return {key: value for key, value in found.items() if value not in (None, "", [])}


def split_side(place: str) -> tuple[str, str]:
    """Split "left knee" into its side, "" if none was said, and the body part."""
    first, _, rest = place.partition(" ")
    return (first, rest) if first in SIDES else ("", place)
