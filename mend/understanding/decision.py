"""Decide what a message means, from all that was found in it.

Pure: no Rasa, no model, no files. The order of the rules is the safety argument. A
red flag found by the screening wins over everything; a score can add caution but
never take it away; what a person chose with a button wins over what a model thinks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from mend.understanding.ranker import Ranked
from mend.understanding.red_flags import Silence

FAQ = "faq/"
RED_FLAG = "red_flag/"
CLARIFY = "clarify"
OUT_OF_SCOPE = "out_of_scope"
SEVERAL = "several"
PAIN = "pain"
PAIN_LIMITS_LIFE = "pain_limits_life"

# Who asks for a visit, a price or a person gets just that, in pain or not.
_ERRANDS = ("faq/clinic.", "faq/chat.")

SUGGESTIONS = 3
_NEARLY_AS_LIKELY = 0.5
_PAINS = (PAIN, PAIN_LIMITS_LIFE)

# Most urgent first, as in ``RF03.same_day``.
_TIERS = ("emergency", "same_day", "soon")

_QUESTION = re.compile(
    r"\?|(?:^|[.!,;\n]|\b(?:and|but|so|please)\b)[^\S\n]*(?:what|whats|wat|how|why|when|which|"
    r"where|who|can|could|should|shall|would|will|is|are|do|does|did|am|any|tell me|"
    r"explain)\b",
    re.IGNORECASE,
)

By = Literal["screening", "choice", "heard", "score"]


@dataclass(frozen=True)
class Thresholds:
    """Confidence needed to act; see `Ranked.confidence` for the scale.

    Tuned on the "tuned" half of tests/understanding/held_out.jsonl and on
    cross-validation of our own examples, never on what is reported.

    Attributes:
        answer: at or above, the likeliest intent is taken.
        clarify: at or above, near answers are offered as "Did you mean ...?".
        close: an answer is not taken but offered, with the others, when a second
            answer has at least this share of its confidence; above 1 never.
        over_out: all answers together must be this many times as likely as that nobody
            here can answer.
        along: what an answer needs to be given along with the question about pain,
            or with the suggestion, when the message tells of pain.
        asked: what an answer needs to be given alone when the message tells of pain
            that was talked about before, and asks something.
        told: ... and asks nothing, or asks something beside a limit on daily life.
        limiting: pain without a limit in so many words is taken to limit daily life
            when the model is this sure of it.
        caution: when all red flags together reach this, the likeliest of them is
            taken although the screening found none.
        silenced: ... what they must reach instead when the screening found the words
            of a rule, but denied, past, asked in general or in a saying.
        denied: ... and in a message that denies more signs than it reports.
        over_pain: ... and when they are this many times as likely as ordinary pain.
        over_answers: ... and this many times as likely as all answers.
        doubt: when all red flags together reach this, the reply begins with a check
            question, unless it is a clear answer.
    """

    answer: float = 0.34
    clarify: float = 0.22
    close: float = 0.95
    over_out: float = 4.0
    along: float = 0.2
    asked: float = 0.32
    told: float = 0.5
    limiting: float = 0.75
    caution: float = 0.45
    silenced: float = 0.6
    denied: float = 0.9
    over_pain: float = 6.0
    over_answers: float = 3.0
    doubt: float = 0.25

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Thresholds:
        """Read the thresholds from the classifier's options in ``config.yml``.

        Raises:
            KeyError, TypeError, ValueError: one is missing or cannot work.
        """
        return cls(**{field.name: float(config[field.name]) for field in fields(cls)})

    def __post_init__(self) -> None:
        if not 0.0 <= self.clarify <= self.answer <= 1.0:
            raise ValueError(
                "thresholds must satisfy 0 <= clarify <= answer <= 1, "
                f"got clarify {self.clarify} and answer {self.answer}"
            )
        if not self.close > 0.0:
            raise ValueError(f"thresholds: close must be above 0, got {self.close}")
        shares = ("along", "asked", "told", "limiting")
        weights = ("over_out", "over_pain", "over_answers")
        for name in (*shares, *weights):
            if not getattr(self, name) >= 0.0:
                raise ValueError(f"thresholds: {name} must be 0 or more")
        if not 0.0 < self.doubt <= self.caution <= self.silenced <= self.denied <= 1.0:
            raise ValueError(
                "thresholds must satisfy "
                "0 < doubt <= caution <= silenced <= denied <= 1, got "
                f"doubt {self.doubt}, caution {self.caution}, "
                f"silenced {self.silenced}, denied {self.denied}"
            )


@dataclass(frozen=True)
class Decision:
    """What the message is taken to mean.

    Attributes:
        intent: full intent name, such as ``faq/healing.time`` or ``pain``.
        confidence: 0 to 1; 1 where no score was involved.
        by: what decided it.
        suggestions: full names of near answers, best first, when `intent` is clarify.
        several: full names of answers, in order, when `intent` is several.
        along: full names of answers, in order, to give along with the question about
            pain or the suggestion, when `intent` is pain.
        doubt: the red flag that the score is in doubt about, such as
            ``RF03.same_day``: the reply begins by asking about it.
    """

    intent: str
    confidence: float
    by: By
    suggestions: tuple[str, ...] = ()
    several: tuple[str, ...] = ()
    along: tuple[str, ...] = ()
    doubt: str | None = None

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
    *,
    silence: Silence | None = None,
    pain_known: bool = False,
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
        silence: see `Screener.silence`.
        pain_known: the visitor was asked about pain, or offered a consultation,
            before: a question is then answered and no more.
    """
    clear = danger_in(ranking, thresholds, silence=silence)
    if screening and screening.get("flag"):
        name = f"{RED_FLAG}{screening['flag']}.{screening['tier']}"
        if clear and _urgency(clear.intent) < _urgency(name):
            return clear  # of two tiers the higher (red-flag table, rule 2)
        return Decision(name, 1.0, "screening")
    if choice is not None and any(ranked.name == choice for ranked in ranking):
        return Decision(choice, 1.0, "choice")
    if clear:
        return clear
    danger = _Danger.in_ranking(ranking)
    decided = _without_danger(
        ranking, heard or {}, thresholds, text, pain_known=pain_known
    )
    clear_answer = decided.intent.startswith(FAQ) and danger.together < danger.answers
    if danger.together < thresholds.doubt or clear_answer:
        return decided
    flag = danger.likeliest().removeprefix(RED_FLAG)
    return replace(decided, doubt=flag)


def danger_in(
    ranking: Sequence[Ranked], thresholds: Thresholds, *, silence: Silence | None = None
) -> Decision | None:
    """Return the red flag that the score is sure of by itself, or None.

    Args:
        ranking: all intents, likeliest first.
        thresholds: confidences needed.
        silence: see `Screener.silence`.
    """
    danger = _Danger.in_ranking(ranking)
    if not danger.is_clear(thresholds, silence=silence):
        return None
    return Decision(danger.likeliest(), danger.together, "score")


def danger_together(ranking: Sequence[Ranked]) -> float:
    """Return the confidence of all red flags together, 0 to 1."""
    return sum(ranked.confidence for ranked in ranking if _is_flag(ranked))


def asks(text: str) -> bool:
    """Tell whether a message asks something, with or without a question mark."""
    return _QUESTION.search(text) is not None


@dataclass(frozen=True)
class _Danger:
    """What the score says of red flags, and of what they could be mistaken for.

    Which flag it is may be open ("chest" could be several): what counts is the sum.
    """

    flags: tuple[Ranked, ...]
    together: float
    pain: float
    answers: float

    @classmethod
    def in_ranking(cls, ranking: Sequence[Ranked]) -> _Danger:
        flags = tuple(ranked for ranked in ranking if _is_flag(ranked))
        return cls(
            flags,
            danger_together(ranking),
            sum(r.confidence for r in ranking if r.name in (PAIN, PAIN_LIMITS_LIFE)),
            sum(r.confidence for r in ranking if r.name.startswith(FAQ)),
        )

    def is_clear(self, thresholds: Thresholds, *, silence: Silence | None) -> bool:
        """Tell whether the score raises a flag by itself."""
        enough = {
            None: thresholds.caution,
            "otherwise": thresholds.silenced,
            "denied": thresholds.denied,
        }[silence]
        others = max(
            thresholds.over_pain * self.pain, thresholds.over_answers * self.answers
        )
        return self.together >= max(enough, others)

    def likeliest(self) -> str:
        """Return the most urgent of the flags nearly as likely as the best."""
        best = max(ranked.confidence for ranked in self.flags)
        near = [r for r in self.flags if r.confidence >= _NEARLY_AS_LIKELY * best]
        return min(near, key=lambda r: (_urgency(r.name), -r.confidence)).name


def _is_flag(ranked: Ranked) -> bool:
    return ranked.name.startswith(RED_FLAG)


def _urgency(name: str) -> int:
    tier = name.rpartition(".")[2]
    return _TIERS.index(tier) if tier in _TIERS else len(_TIERS)


def _without_danger(
    ranking: Sequence[Ranked],
    heard: Mapping[str, Any],
    thresholds: Thresholds,
    text: str,
    *,
    pain_known: bool,
) -> Decision:
    """Decide between pain, an answer, a question back and an honest no.

    Whoever tells of pain for the first time is asked about it, or offered a
    consultation, also when the message asks something: the answer then comes along.
    Pain that is plainly for somebody else to treat (a tooth) is none of that.
    """
    ranking = [ranked for ranked in ranking if not _is_flag(ranked)]
    scores = {ranked.name: ranked.confidence for ranked in ranking}
    plain, limiting = scores.get(PAIN, 0.0), scores.get(PAIN_LIMITS_LIFE, 0.0)
    best = next((r for r in ranking if r.name.startswith(FAQ)), Ranked(FAQ, 0.0))
    out = scores.get(OUT_OF_SCOPE, 0.0)
    others = max(best.confidence, out, thresholds.answer)
    ours = thresholds.over_out * (plain + limiting + best.confidence)
    if heard.get("pain") and out < max(ours, thresholds.answer):
        limited, asking = bool(heard.get("limits")), asks(text)
        if limited:
            # A limit is answered with a suggestion in that same reply.
            needed = thresholds.told if asking else 1.0
        else:
            needed = thresholds.asked if asking else thresholds.told
        alone = pain_known or best.name.startswith(_ERRANDS)
        if best.confidence < needed or not alone:
            is_along = best.confidence >= thresholds.along and not alone
            along = (best.name,) if is_along else ()
            if limited:
                return Decision(PAIN_LIMITS_LIFE, 1.0, "heard", along=along)
            if limiting >= max(thresholds.limiting, plain):
                return Decision(PAIN_LIMITS_LIFE, limiting, "score", along=along)
            return Decision(PAIN, 1.0, "heard", along=along)
    elif plain + limiting >= others:
        name = PAIN if plain > limiting else PAIN_LIMITS_LIFE
        return Decision(name, plain + limiting, "score")
    return _by_score(ranking, best, thresholds)


def _by_score(
    ranking: Sequence[Ranked], best: Ranked, thresholds: Thresholds
) -> Decision:
    answers = [ranked for ranked in ranking if ranked.name.startswith(FAQ)]
    together = sum(ranked.confidence for ranked in answers)
    other = max(
        (r for r in ranking if r not in answers and r.name not in _PAINS),
        key=lambda ranked: ranked.confidence,
        default=Ranked(OUT_OF_SCOPE, 0.0),
    )
    if other.name == OUT_OF_SCOPE and together < thresholds.over_out * other.confidence:
        return Decision(OUT_OF_SCOPE, other.confidence, "score")
    if other.name != OUT_OF_SCOPE and other.confidence >= max(
        best.confidence, thresholds.answer
    ):
        return Decision(other.name, other.confidence, "score")
    if best.confidence < thresholds.clarify:
        return Decision(OUT_OF_SCOPE, best.confidence, "score")
    if best.confidence >= thresholds.answer and _stands_out(answers, thresholds):
        return Decision(best.name, best.confidence, "score")
    near = tuple(ranked.name for ranked in answers[:SUGGESTIONS])
    return Decision(CLARIFY, best.confidence, "score", near)


def is_clear_answer(ranking: Sequence[Ranked], thresholds: Thresholds) -> bool:
    """Tell whether one answer is likely enough and well ahead of all others.

    Args:
        ranking: all intents, likeliest first.
        thresholds: confidences needed.
    """
    if not ranking or not ranking[0].name.startswith(FAQ):
        return False
    answers = [ranked for ranked in ranking if ranked.name.startswith(FAQ)]
    sure = answers[0].confidence >= thresholds.answer
    return sure and _stands_out(answers, thresholds)


def _stands_out(answers: Sequence[Ranked], thresholds: Thresholds) -> bool:
    """Tell whether the best answer is well ahead of the next one."""
    if len(answers) < 2:
        return True
    return answers[1].confidence < thresholds.close * answers[0].confidence
