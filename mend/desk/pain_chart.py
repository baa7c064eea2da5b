"""Small bars beside what was said of the pain: how bad, and for how long.

The words stand beside each bar, so that the bars are for the eye only.
"""

import math
from typing import Any

from markupsafe import Markup

from mend.desk.wording import HEARD_WORDS
from mend.understanding.pain import (
    DAYS_WITHOUT_GAIN,
    SCORE_THAT_MATTERS,
    duration_of,
)

_WIDTH = 240
_WORST = 10
# The bar of time is logarithmic, from a day to three years.
_LONGEST_DAYS = 3 * 365
_TIMES = ((1, "day"), (14, "2 weeks"), (90, "3 months"), (365, "year"))


def pain_chart(heard: Any) -> dict[str, Markup]:
    """Return the bars for what was heard, by the label of the fact they belong to.

    Args:
        heard: What was heard (`mend.understanding.pain.Heard`); of any shape.
    """
    if not isinstance(heard, dict):
        return {}
    bars = {}
    score = heard.get("score")
    if isinstance(score, int) and not isinstance(score, bool) and 0 <= score <= _WORST:
        ticks = [(0, "0"), (SCORE_THAT_MATTERS, str(SCORE_THAT_MATTERS)), (10, "10")]
        bars[HEARD_WORDS["score"]] = _bar(
            score / _WORST,
            [(value / _WORST, words) for value, words in ticks],
            strong=score >= SCORE_THAT_MATTERS,
        )
    duration = heard.get("duration")
    _, days = duration_of(duration) if isinstance(duration, str) else (None, None)
    if days is not None:
        bars[HEARD_WORDS["duration"]] = _bar(
            _place(days),
            [(_place(value), words) for value, words in _TIMES],
            strong=days > DAYS_WITHOUT_GAIN,
        )
    return bars


def _place(days: int) -> float:
    return min(1.0, math.log(max(1, days)) / math.log(_LONGEST_DAYS))


def _bar(part: float, ticks: list[tuple[float, str]], *, strong: bool) -> Markup:
    marks = Markup("").join(
        Markup('<path d="M{x} 2v12"/><text x="{at}" y="25">{words}</text>').format(
            x=_at(place), at=_at(place), words=words
        )
        for place, words in ticks
    )
    return Markup(
        '<svg class="bar{strong}" viewBox="-12 0 {outer} 28" aria-hidden="true" '
        'focusable="false"><rect class="track" y="4" width="{width}" height="8" '
        'rx="4"/><rect class="fill" y="4" width="{filled}" height="8" rx="4"/>'
        "{marks}</svg>"
    ).format(
        strong=" strong" if strong else "",
        outer=_WIDTH + 24,
        width=_WIDTH,
        filled=max(8, _at(part)),
        marks=marks,
    )


def _at(part: float) -> int:
    return round(part * _WIDTH)
