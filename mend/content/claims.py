"""Claims that go beyond the evidence, unless the sentence denies them (A8, A13).

The list answers the thirteen claims of clinic pages that the evidence notes examine
(section 0: restarting healing, removing scars, faster recovery ...) and their list of
words to avoid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mend.content.finding import Finding
from mend.content.passage import Passage

_BEYOND_EVIDENCE = re.compile(
    r"""\b(?:
      break(?:s|ing)?\ (?:it\ |them\ )?(?:up|down)
    | dissolv\w+ | re-?absor[bp]\w*
    | (?:remov|clear|eliminat)(?:e|es|ing)\ (?:the\ |your\ )?(?:scar|adhesion)\w*
    | restart\w*\ (?:the\ |your\ )?healing
    | (?:faster|quicker|speedier)\ (?:recovery|healing)
    | (?:heal|recover)(?:s|ing)?\ (?:faster|quicker|sooner)
    | speed(?:s|ing)?\ up\ (?:your\ |the\ )?(?:healing|recovery)
    | detox\w* | toxins? | (?:boost|flush)\w*
    | guarantee\w* | cures? | cured | miracle\w* | 100\ ?%
    | proven | proof\ that
    | safe\ for\ (?:everyone|everybody|all|anyone) | no\ side\ effects? | risk-free
    | (?:the|our)\ best | better\ results | most\ effective
    | no\ pain,?\ no\ gain
    | you\ have\ (?:adhesions?|scar\ tissue|a\ tear|arthritis|tendin\w+)
    | your\ tissue\ is\ damaged
    | (?:locat|detect|find)(?:e|es|s|ing)?\ (?:the\ |soft.tissue\ )?
      (?:injur|scar|adhes)\w*
    | (?:excessive|inappropriate)\ scar
    )(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)
_DENIAL = re.compile(
    r"\b(?:not|no|cannot|can't|don't|doesn't|isn't|never|nobody|none|unlikely|nor|"
    r"without|rather than|wary of|hear|claim\w*|little (?:sign|proof|evidence))\b",
    re.IGNORECASE,
)
_DOSE_OR_PRICE = re.compile(
    r"[£$€]\s?\d|\b\d+\s?(?:mg|ml|mcg|tablets?|pounds|euros?|dollars)\b", re.IGNORECASE
)


def check_claims(passage: Passage) -> Iterator[Finding]:
    """Yield claims that nothing earlier in their sentence denies."""
    for sentence in passage.sentences:
        for found in _BEYOND_EVIDENCE.finditer(sentence):
            # "Nobody can promise a cure" denies; "it cures, no doubt" does not.
            if not _DENIAL.search(sentence[: found.start()]):
                yield passage.finding(f"claims {found[0]!r}: {sentence!r}", sentence)


def check_doses_and_prices(passage: Passage) -> Iterator[Finding]:
    """Yield doses and prices that the clinic did not supply."""
    if passage.from_clinic:
        return
    for sentence in passage.sentences:
        if found := _DOSE_OR_PRICE.search(sentence):
            yield passage.finding(
                f"states a dose or price {found[0]!r} that is not the clinic's",
                sentence,
            )
