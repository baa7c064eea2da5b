"""Figures that compare classifiers with an out-of-scope class. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sklearn.metrics import matthews_corrcoef, roc_auc_score

REFUSED_SHARE = 0.8


@dataclass(frozen=True)
class Scored:
    """One message, and what a system made of it.

    Attributes:
        in_scope: whether there is an answer.
        right: whether the likeliest intent is right.
        confidence: how sure the system is that there is an answer.
    """

    in_scope: bool
    right: bool
    confidence: float


def hits(scored: Iterable[Scored]) -> tuple[int, int]:
    """Return how many messages in scope are right, and how many there are."""
    known = [one for one in scored if one.in_scope]
    return sum(one.right for one in known), len(known)


def top1(scored: Iterable[Scored]) -> float:
    """Return the share of messages in scope whose likeliest intent is right."""
    right, total = hits(scored)
    return right / total


def oos_auc(scored: Sequence[Scored]) -> float:
    """Return the ROC-AUC of the confidence, in scope against out of scope."""
    return float(
        roc_auc_score([s.in_scope for s in scored], [s.confidence for s in scored])
    )


def kept(scored: Sequence[Scored], refused: float = REFUSED_SHARE) -> float:
    """Return the accuracy in scope at the threshold that refuses enough out of scope.

    Args:
        scored: messages in and out of scope.
        refused: share of the messages out of scope that must be refused.
    """
    outside = sorted(one.confidence for one in scored if not one.in_scope)
    highest_refused = outside[max(math.ceil(refused * len(outside)), 1) - 1]
    known = [one for one in scored if one.in_scope]
    right = sum(one.right and one.confidence > highest_refused for one in known)
    return right / len(known)


@dataclass(frozen=True)
class Labelled:
    """One message of a labelled set, and what a system made of it.

    Attributes:
        label: the right intent; None out of scope.
        guess: the likeliest intent.
        confidence: how sure the system is of it.
    """

    label: str | None
    guess: str
    confidence: float

    @property
    def scored(self) -> Scored:
        """The message without names."""
        in_scope = self.label is not None
        return Scored(in_scope, self.guess == self.label, self.confidence)

    def taken(self, threshold: float) -> str | None:
        """Return the intent that is acted on; None for a refusal."""
        return self.guess if self.confidence >= threshold else None


@dataclass(frozen=True)
class AtThreshold:
    """What a threshold gives.

    Attributes:
        threshold: confidence needed to answer.
        in_scope: accuracy on messages in scope, a refusal being wrong.
        oos_recall: share of the messages out of scope that are refused.
        mcc: Matthews' correlation over all labels, out of scope being one.
    """

    threshold: float
    in_scope: float
    oos_recall: float
    mcc: float


def at_threshold(labelled: Sequence[Labelled], threshold: float) -> AtThreshold:
    """Return what a threshold gives on a set with messages in and out of scope."""
    taken = [one.taken(threshold) for one in labelled]
    inside = [t == o.label for t, o in zip(taken, labelled, strict=True) if o.label]
    outside = [t is None for t, o in zip(taken, labelled, strict=True) if not o.label]
    mcc = matthews_corrcoef([o.label or "" for o in labelled], [t or "" for t in taken])
    return AtThreshold(
        threshold=threshold,
        in_scope=sum(inside) / len(inside),
        oos_recall=sum(outside) / len(outside),
        mcc=float(mcc),
    )


def best_threshold(labelled: Sequence[Labelled], steps: int = 200) -> AtThreshold:
    """Return the threshold of a grid from 0 to 1 with the highest MCC."""
    grid = (at_threshold(labelled, step / steps) for step in range(steps + 1))
    return max(grid, key=lambda at: at.mcc)
