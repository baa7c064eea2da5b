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

_SCAR = r"(?:scar|adhesion|tissue|fibre|knot)"
_HEALING = r"(?:healing|recovery)"
_BEYOND_EVIDENCE = re.compile(
    rf"""\b(?:
    # S1: starting to heal anew
      (?:restart\w*|wak\w+\ up|kick-?start\w*|trigger\w*)\ (?:the\ |your\ )?healing
    # S2, S3: scars and adhesions
    | break\w*\ (?:it\ |them\ )?(?:up|down)
    | break\w*\ (?:\w+\ )*?{_SCAR}\w*\ (?:\w+\ )*?(?:up|down)
    | dissolv\w+ | re-?absor[bp]\w* | get(?:s|ting)?\ rid\ of
    | (?:remov|clear|eliminat)\w+\ (?:\w+\ )*?{_SCAR}\w*
    | {_SCAR}\w*\ (?:\w+\ )*?(?:removed|cleared|erased)
    | {_SCAR}\w*\ (?:tissue\ )?(?:is|are)\ (?:causing|the\ cause)
    # S4, S5: too much scar, muscles that it keeps short
    | excessive\w* | inappropriate\ scar | from\ (?:getting\ longer|lengthening)
    # S6: finding injuries by the tool
    | (?:locat|detect|find)(?:e|es|s|ing)?\ (?:the\ |soft.tissue\ )?
      (?:injur|scar|adhes)\w*
    # S7: faster, better
    | (?:faster|quicker|speedier)\ {_HEALING}
    | (?:heal|recover)\w*\ (?:\w+\ )?(?:faster|quicker|sooner|as\ fast|as\ quickly)
    | (?:speed|shorten|cut|halv)\w*\ (?:up\ )?(?:your\ |the\ )?{_HEALING}
    | better\ results | most\ effective | (?:the|our)\ best
    # S11: what flows
    | detox\w* | toxins? | (?:boost|flush)\w* | helps?\ (?:you\ )?(?:to\ )?lose\ weight
    # S12: what most people do
    | most\ (?:people|patients)\ (?:wait|do\ not\ seek|don't\ seek)
    # A8: promises
    | guarantee\w* | cures? | cured | magic\w* | miracle\w* | 100\ ?%
    | prove[ns]? | proof\ that | always\ works? | never\ fails?
    | will\ (?:fix|heal|cure) | painless
    | (?:completely|totally|perfectly|entirely)\ safe | safe\ for\ (?:all|any|every)\w*
    | no\ (?:side\ effects?|risks?) | risk-free | no\ pain,?\ no\ gain
    # A8: diagnoses
    | you\ (?:probably\ |likely\ |must\ )?have\ (?:adhesions?|scar\ tissue|a\ tear
      |arthritis|tendin\w+|a\ sprain|a\ strain)
    | your\ tissue\ is\ damaged
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
            until = found.start() if found[0].lower().startswith("no ") else found.end()
            if not _DENIAL.search(sentence[:until]):
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
