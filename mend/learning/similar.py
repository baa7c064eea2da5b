"""Put messages of like meaning together, so that staff see topics and not lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

ALIKE = 0.6
"""Least cosine of two sentences that are taken to be about the same.

Of all-MiniLM-L6-v2, paraphrases of one question mostly score above, and other questions
about the same subject below.
"""

Encode = Callable[[Sequence[str]], npt.NDArray[np.float32]]


@dataclass(frozen=True)
class Topic:
    """Messages about the same: the most frequent wording, the others, and how many."""

    text: str
    others: tuple[str, ...]
    count: int


def topics(said: Sequence[tuple[str, int]], encode: Encode | None) -> list[Topic]:
    """Return topics, the most frequent first.

    Args:
        said: texts and how often each was written.
        encode: gives one unit vector per text; None leaves each text by itself.
    """
    ordered = sorted(said, key=lambda one: -one[1])
    leaders: list[int] = []
    members: list[list[int]] = []
    vectors = encode([text for text, _ in ordered]) if encode and ordered else None
    for at in range(len(ordered)):
        near = vectors[leaders] @ vectors[at] if vectors is not None and leaders else []
        best = int(np.argmax(near)) if len(near) else -1
        if best >= 0 and near[best] >= ALIKE:
            members[best].append(at)
        else:
            leaders.append(at)
            members.append([at])
    found = [
        Topic(
            text=ordered[inside[0]][0],
            others=tuple(ordered[at][0] for at in inside[1:]),
            count=sum(ordered[at][1] for at in inside),
        )
        for inside in members
    ]
    return sorted(found, key=lambda topic: -topic.count)
