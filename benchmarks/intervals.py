"""How sure a measured share is: intervals, and the lines that print them."""

from __future__ import annotations

import math
from collections.abc import Sequence

NORMAL_95 = 1.96


def wilson(hits: int, total: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a share (Wilson 1927)."""
    if not total:
        return 0.0, 1.0
    z, share = NORMAL_95, hits / total
    middle = share + z * z / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def percent(hits: int, total: int) -> str:
    """Return a share as text, "-" of nothing."""
    return f"{hits / total:.1%}" if total else "-"


def interval(hits: int, total: int) -> str:
    """Return the Wilson interval of a share as text."""
    low, high = wilson(hits, total)
    return f"{low:.1%} to {high:.1%}"


def counted_line(name: str, hits: int, total: int) -> str:
    """Return one line of a report: name, count, share and interval."""
    share = f"{percent(hits, total):>7}"
    return f"{name:22}{hits:5} of {total:4} {share}   ({interval(hits, total)})"


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of all values do not exceed (nearest rank).

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("no values")
    rank = math.ceil(share * len(values))
    return sorted(values)[max(rank, 1) - 1]
