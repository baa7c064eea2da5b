"""What is counted over many measured questions. Pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.turns import Guess, Measured

HALVES = ("tuned", "reported")
REFUSAL_EXPECTED = "OOS"
BINS = 10


def half_of(text: str) -> str:
    """Return the half of a question file that a line belongs to.

    Thresholds are tuned on the one and figures reported on the other. The sha256 of
    the text decides, so that a line stays where it is when others come or go.
    """
    even = hashlib.sha256(text.encode("utf-8")).digest()[-1] % 2 == 0
    return HALVES[0] if even else HALVES[1]


def kind_of(measured: Measured) -> str:
    """Return the kind of a question."""
    return measured.question.kind or "?"


def tier_of(measured: Measured) -> str:
    """Return how much is asked of the expected answer.

    The answer files name no tiers, so they follow from the id: the clinic's own
    facts, talk about the chat, and patient education.
    """
    answers = [e for e in measured.question.expect if e != REFUSAL_EXPECTED]
    if not answers:
        return "no answer expected"
    group = answers[0].partition(".")[0]
    return group if group in ("clinic", "chat") else "education"


@dataclass(frozen=True)
class Tally:
    """How a group of questions was judged.

    Attributes:
        name: of the group.
        lines: questions in it.
        right: as `mend.judgement` says, like the next two and `wrong`.
        clarified: "Did you mean ...?" was asked,
        offered: ... and a right answer was among those offered.
        refused: an honest refusal where there was an answer.
        wrong: all others.
    """

    name: str
    lines: int
    right: int
    clarified: int
    offered: int
    refused: int
    wrong: int


def tally(name: str, measured: Sequence[Measured]) -> Tally:
    """Count the verdicts of a group."""
    verdicts = Counter(one.verdict for one in measured)
    clarified = [one for one in measured if one.verdict == "clarified"]
    return Tally(
        name=name,
        lines=len(measured),
        right=verdicts["right"],
        clarified=len(clarified),
        offered=sum(one.right_offered for one in clarified),
        refused=verdicts["refused"],
        wrong=verdicts["wrong"],
    )


def tallies(
    measured: Sequence[Measured], group: Callable[[Measured], str]
) -> list[Tally]:
    """Count the verdicts of each group, in the order of their names, and of all."""
    names = sorted({group(one) for one in measured})
    rows = [tally(name, [m for m in measured if group(m) == name]) for name in names]
    return [*rows, tally("all", measured)]


@dataclass(frozen=True)
class Confusion:
    """How often one thing was taken for another."""

    expected: str
    got: str
    count: int


def confusions(measured: Sequence[Measured]) -> list[Confusion]:
    """Return what was wrong or refused, the most frequent first.

    A "Did you mean ...?" confuses nobody, so it does not count.
    """
    pairs = Counter(
        (one.expected, one.got)
        for one in measured
        if one.verdict in ("wrong", "refused")
    )
    ordered = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
    return [Confusion(expected, got, count) for (expected, got), count in ordered]


@dataclass(frozen=True)
class Bin:
    """Guesses whose confidence lies between two bounds.

    Attributes:
        low: least confidence.
        high: upper bound.
        lines: guesses in between.
        confidence: their mean confidence; 0 of none.
        right: how many were right.
    """

    low: float
    high: float
    lines: int
    confidence: float
    right: int

    @property
    def share(self) -> float:
        """Share right; 0 of none."""
        return self.right / self.lines if self.lines else 0.0


def guesses(measured: Sequence[Measured]) -> list[Guess]:
    """Return the guesses of those questions that the score settled."""
    return [one.guess for one in measured if one.guess is not None]


def calibration(measured: Sequence[Measured], bins: int = BINS) -> list[Bin]:
    """Sort guesses into bins of equal width by confidence."""
    sorted_in: list[list[Guess]] = [[] for _ in range(bins)]
    for guess in guesses(measured):
        sorted_in[min(int(guess.confidence * bins), bins - 1)].append(guess)
    return [
        Bin(
            low=number / bins,
            high=(number + 1) / bins,
            lines=len(inside),
            confidence=sum(g.confidence for g in inside) / max(len(inside), 1),
            right=sum(g.right for g in inside),
        )
        for number, inside in enumerate(sorted_in)
    ]


def calibration_error(bins: Sequence[Bin]) -> float:
    """Return the expected calibration error: mean gap, weighted by lines."""
    total = sum(one.lines for one in bins)
    gaps = sum(one.lines * abs(one.share - one.confidence) for one in bins)
    return gaps / total if total else 0.0


@dataclass(frozen=True)
class Risk:
    """What answering from a threshold on costs.

    Attributes:
        threshold: confidence from which on the likeliest answer is given.
        answered: questions answered.
        wrong: of these, not rightly.
        lines: questions in all.
    """

    threshold: float
    answered: int
    wrong: int
    lines: int

    @property
    def answered_share(self) -> float:
        """Share of all questions that are answered."""
        return self.answered / self.lines if self.lines else 0.0

    @property
    def wrong_share(self) -> float:
        """Share of the answered questions that are answered wrongly."""
        return self.wrong / self.answered if self.answered else 0.0


def risk_at(measured: Sequence[Measured], threshold: float) -> Risk:
    """Return the risk if all likeliest answers from a threshold on were given."""
    given = [
        guess
        for guess in guesses(measured)
        if guess.is_answer and guess.confidence >= threshold
    ]
    wrong = sum(not guess.right for guess in given)
    return Risk(threshold, len(given), wrong, len(measured))


def risk_curve(measured: Sequence[Measured]) -> list[Risk]:
    """Return the risk at every threshold that makes a difference, highest first."""
    seen = {g.confidence for g in guesses(measured) if g.is_answer}
    return [risk_at(measured, threshold) for threshold in sorted(seen, reverse=True)]


def risk_now(measured: Sequence[Measured]) -> Risk:
    """Return the risk of what was really answered.

    It may lie off the curve: an answer with a close second is asked about, whatever
    its confidence. The threshold is not known here and left at zero.
    """
    given = [one for one in measured if one.got != one.turn["outcome"]]
    wrong = sum(one.verdict != "right" for one in given)
    return Risk(0.0, len(given), wrong, len(measured))
