"""Decide what a message means, from all that was found in it.

Pure: no Rasa, no model, no files. The order of the rules is the safety argument. A
red flag found by the screening wins over everything; a score can add caution but
never take it away; what a person chose with a button wins over what a model thinks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mend.understanding.ranker import Ranked

FAQ = "faq/"
RED_FLAG = "red_flag/"
CLARIFY = "clarify"
OUT_OF_SCOPE = "out_of_scope"
PAIN = "pain"
PAIN_LIMITS_LIFE = "pain_limits_life"

SUGGESTIONS = 3

# Most urgent first, as in ``RF03.same_day``.
_TIERS = ("emergency", "same_day", "soon")

_QUESTION = re.compile(
    r"\?|(?:^|[.!,;\n]|\b(?:and|but|so|please)\b)\s*(?:what|whats|wat|how|why|when|which|"
    r"where|who|can|could|should|shall|would|will|is|are|do|does|did|am|any|tell me|"
    r"explain)\b",
    re.IGNORECASE,
)

By = Literal["screening", "choice", "heard", "score"]


@dataclass(frozen=True)
class Thresholds:
    """Confidence needed to act; see `Ranked.confidence` for the scale.

    Attributes:
        answer: at or above, the likeliest intent is taken.
        clarify: at or above, near answers are offered as "Did you mean ...?".
        close: an answer is not taken but offered, with the others, when a second
            answer has at least this share of its confidence; above 1 never.
        caution: when all red flags together reach this, the likeliest of them is
            taken although the screening found none.
        over_pain: ... and when they are this many times as likely as ordinary pain.
    """

    # Chosen by cross-validation on this project's own examples: as many right
    # answers as with 0.25 and no look at the second, and a sixth fewer wrong ones.
    answer: float = 0.22
    clarify: float = 0.12
    close: float = 0.6
    # Cross-validation on our own examples: 79 % of red-flag examples reach it, 0.7 % of
    # the answers' and out-of-scope examples, 4 % of ordinary pain.
    caution: float = 0.4
    over_pain: float = 6.0

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Thresholds:
        """Read the thresholds from the classifier's options in ``config.yml``.

        Raises:
            KeyError, TypeError, ValueError: one is missing or cannot work.
        """
        return cls(
            answer=float(config["answer_threshold"]),
            clarify=float(config["clarify_threshold"]),
            close=float(config["close_second"]),
            caution=float(config["caution_threshold"]),
            over_pain=float(config["caution_over_pain"]),
        )

    def __post_init__(self) -> None:
        if not 0.0 <= self.clarify <= self.answer <= 1.0:
            raise ValueError(
                "thresholds must satisfy 0 <= clarify <= answer <= 1, "
                f"got clarify {self.clarify} and answer {self.answer}"
            )
        if not self.close > 0.0:
            raise ValueError(f"thresholds: close must be above 0, got {self.close}")
        if not 0.0 < self.caution <= 1.0:
            raise ValueError(
                f"thresholds: caution must be above 0, at most 1, got {self.caution}"
            )
        if not self.over_pain >= 0.0:
            raise ValueError(
                f"thresholds: over_pain must be 0 or more, got {self.over_pain}"
            )


@dataclass(frozen=True)
class Decision:
    """What the message is taken to mean.

    Attributes:
        intent: full intent name, such as ``faq/healing.time`` or ``pain``.
        confidence: 0 to 1; 1 where no score was involved.
        by: what decided it.
        suggestions: full names of near answers, best first, when `intent` is clarify.
    """

    intent: str
    confidence: float
    by: By
    suggestions: tuple[str, ...] = ()

    @property
    def base(self) -> str:
        """Return the intent's name as Rasa's rules see it."""
        return self.intent.split("/", 1)[0]


def decide(
    ranking: Sequence[Ranked],
    heard: Mapping[str, Any] | None,
    screening: Mapping[str, Any] | None,
    choice: str | None,
    thresholds: Thresholds,
    text: str = "",
) -> Decision:
    """Return what the message means.

    Args:
        ranking: all intents the model knows, likeliest first.
        heard: pain facts (`LexiconComponent`); ``pain`` and ``limits`` count here.
        screening: red flag found, as `Screening.as_dict` gives it, or None.
        choice: full intent name behind a button that the visitor pressed, or None.
            A name that the model does not know is ignored.
        thresholds: confidences needed.
        text: the message; whether it asks something decides between pain and answer.
    """
    if screening and screening.get("flag"):
        return Decision(
            f"{RED_FLAG}{screening['flag']}.{screening['tier']}", 1.0, "screening"
        )
    if choice is not None and any(ranked.name == choice for ranked in ranking):
        return Decision(choice, 1.0, "choice")
    caution = _caution(ranking, thresholds)
    if caution is not None:
        return caution

    danger = max((r.confidence for r in ranking if _is_flag(r)), default=0.0)
    ranking = [ranked for ranked in ranking if not _is_flag(ranked)]
    best = ranking[0] if ranking else Ranked(OUT_OF_SCOPE, 0.0)
    sure = best.confidence >= thresholds.answer

    if heard and heard.get("pain"):
        if heard.get("limits"):
            return Decision(PAIN_LIMITS_LIFE, 1.0, "heard")
        answered = best.name.startswith(FAQ) and sure
        if not (answered and asks(text) and _stands_out(ranking, thresholds)):
            return Decision(PAIN, 1.0, "heard")
    return _by_score(ranking, best, danger, thresholds)


def asks(text: str) -> bool:
    """Tell whether a message asks something, with or without a question mark."""
    return _QUESTION.search(text) is not None


def _caution(ranking: Sequence[Ranked], thresholds: Thresholds) -> Decision | None:
    """Return the red flag that the score sees, if it is sure that there is one.

    Which flag it is may be open ("chest" could be several): what counts is the sum.
    Of those nearly as likely as the best, the most urgent is taken.
    """
    flags = [ranked for ranked in ranking if _is_flag(ranked)]
    together = sum(ranked.confidence for ranked in flags)
    pain = sum(r.confidence for r in ranking if r.name in (PAIN, PAIN_LIMITS_LIFE))
    if together < max(thresholds.caution, thresholds.over_pain * pain):
        return None
    best = max(ranked.confidence for ranked in flags)
    likely = [r for r in flags if r.confidence >= thresholds.close * best]
    taken = min(likely, key=lambda ranked: (_urgency(ranked.name), -ranked.confidence))
    return Decision(taken.name, together, "score")


def _is_flag(ranked: Ranked) -> bool:
    return ranked.name.startswith(RED_FLAG)


def _urgency(name: str) -> int:
    tier = name.rpartition(".")[2]
    return _TIERS.index(tier) if tier in _TIERS else len(_TIERS)


def _by_score(
    ranking: Sequence[Ranked], best: Ranked, danger: float, thresholds: Thresholds
) -> Decision:
    # What sounds a little dangerous is asked about rather than refused.
    known = max(best.confidence, danger) >= thresholds.clarify
    if not known or (best.name == OUT_OF_SCOPE and best.confidence > danger):
        return Decision(OUT_OF_SCOPE, best.confidence, "score")
    sure = best.confidence >= thresholds.answer
    if sure and (not best.name.startswith(FAQ) or _stands_out(ranking, thresholds)):
        return Decision(best.name, best.confidence, "score")
    near = tuple(ranked.name for ranked in ranking if ranked.name.startswith(FAQ))
    if not near:
        return Decision(OUT_OF_SCOPE, best.confidence, "score")
    return Decision(CLARIFY, best.confidence, "score", near[:SUGGESTIONS])


def _stands_out(ranking: Sequence[Ranked], thresholds: Thresholds) -> bool:
    """Tell whether the best answer is well ahead of the next one."""
    answers = [ranked for ranked in ranking if ranked.name.startswith(FAQ)][:2]
    if len(answers) < 2:
        return True
    best, second = answers
    return second.confidence < thresholds.close * best.confidence
