"""Hedges: what treatment does is said with "may", "some people", "studies" (A9)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mend.content.finding import Finding
from mend.content.passage import Passage

_TREATMENTS = (
    r"IASTM|Graston|scraping|tool work|tools?|massage|MLD|drainage|gua sha|cupping|"
    r"needling|acupuncture|foam rolling|stretching|shockwave|ultrasound|laser|TENS|"
    r"tape|taping|hands-on (?:care|work)|exercises?|strength work|physiotherapy|"
    r"treatment|ice|heat|silicone(?: gel)?|cream|painkillers?|braces?|insoles?"
)
_EFFECTS = (
    r"helps?|eases?|reduces?|improves?|relieves?|works|will work|speeds?|heals?|"
    r"prevents?|protects?|strengthens?|softens?|calms?|lowers?|boosts?|benefits?|"
    r"fix(?:es)?|lengthens?|loosens?|stops? (?:pain|inflammation|swelling)|"
    r"(?:is|are) (?:very |highly )?(?:effective|beneficial|helpful)"
)
_BETWEEN = r"\s+(?:\([^)]*\)\s+)?(?:will\s+)?(?:\w+ly\s+|also\s+)?"
_EFFICACY = re.compile(
    rf"\b(?:{_TREATMENTS}){_BETWEEN}(?:{_EFFECTS})\b"
    # "It" may be anything, so it counts only where it is said what it is good for.
    rf"|\b(?:it|they|this){_BETWEEN}(?:{_EFFECTS})\b"
    r"(?=.*\b(?:pain|healing|swelling|scars?|stiffness|soreness|recovery|better)\b)",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"\b(?:may|might|can|could|some|sometimes|often|usually|mostly|most|many|stud(?:y|ies)"
    r"|trials?|reviews?|research|likely|unlikely|aims?|not|no one|nobody|tends?|seems?|"
    r"little|weak|mixed|unclear|guidelines?|whether|if|until|when|how|what)\b|\?",
    re.IGNORECASE,
)


def check_hedges(passage: Passage) -> Iterator[Finding]:
    """Yield sentences that promise what a treatment does."""
    for sentence in passage.sentences:
        found = _EFFICACY.search(sentence)
        if found and not _HEDGE.search(sentence):
            yield passage.finding(
                f"{found[0]!r} needs a hedge (may, can, some people, studies ...): "
                f"{sentence!r}",
                sentence,
            )
