"""Scores of the sheets, and how far two raters agree. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from sklearn.metrics import cohen_kappa_score

from benchmarks.rating_sheets import Item, Score, Scores


@dataclass(frozen=True)
class Agreement:
    """How far two raters agree.

    Attributes:
        items: how many both scored.
        same: on how many they said the same.
        kappa: Cohen's, over yes, no and does not apply; None where one word was said
            throughout, so that chance alone would agree.
    """

    items: int
    same: int
    kappa: float | None


def score(scores: Iterable[Score]) -> float | None:
    """Return points / items that apply x 100; None where none applies."""
    applied = [said for said in scores if said is not None]
    return 100 * sum(applied) / len(applied) if applied else None


def score_of(scores: Scores, items: Mapping[str, Item], scale: str) -> float | None:
    """Return the score of one scale."""
    return score(said for key, said in scores.items() if items[key].scale == scale)


def mean_score(answers: Iterable[Scores]) -> float | None:
    """Return the mean of the answers' scores; None where no item applies to any."""
    return mean(score(scores.values()) for scores in answers)


def mean(values: Iterable[float | None]) -> float | None:
    """Return the mean of the values that there are; None where there is none."""
    found = [value for value in values if value is not None]
    return fmean(found) if found else None


def strict(answers: Sequence[Scores]) -> dict[str, Score]:
    """Return the scores of answers as one piece.

    An item is a yes only if every answer to which it applies meets it.
    """
    return {
        key: _every(scores[key] for scores in answers)
        for key in (answers[0] if answers else ())
    }


def missing(answers: Iterable[Scores], item: str) -> float | None:
    """Return the percent of the answers to which an item applies that miss it."""
    met = score(scores[item] for scores in answers)
    return None if met is None else 100 - met


def _every(said: Iterable[Score]) -> Score:
    applied = [it for it in said if it is not None]
    return all(applied) if applied else None


def agreement(one: Sequence[Score], other: Sequence[Score]) -> Agreement:
    """Compare two raters on the same items, in the same order.

    Raises:
        ValueError: they did not score as many items.
    """
    pairs = list(zip(one, other, strict=True))
    same = sum(a is b for a, b in pairs)
    constant = len({str(said) for said in (*one, *other)}) < 2
    kappa = None
    if pairs and not constant:
        kappa = float(cohen_kappa_score([str(a) for a in one], [str(b) for b in other]))
    return Agreement(len(pairs), same, kappa)


def settled(one: Scores, other: Scores, agreed: Scores) -> dict[str, Score]:
    """Return what counts: what both said, else what they agreed on, else no."""
    return {
        key: said if said is other[key] else agreed.get(key, False)
        for key, said in one.items()
    }
