"""Jargon is explained where it is used (A7).

An explanation is a bracket after the word or around it, "X is ...", "X, the ..." or
"called X"; a machine cannot tell whether it is a good one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mend.content.finding import Finding
from mend.content.passage import Passage

JARGON = (
    *("fascia", "fascial", "adhesions?", "petechiae", "lymph", "o?edema"),
    *(
        "lymphoedema",
        "tendinopathy",
        "tendinitis",
        "contraindications?",
        "IASTM",
        "MLD",
    ),
    *("haematoma", "collagen", "keloids?", "hypertrophic", "bursa", "bursitis"),
    *("fibroblasts?", "cellulitis", "embolism", "thrombosis", "DVT", "CRPS", "TENS"),
    *("DOMS", "myofascial", "trigger points?", "meniscus", "rotator cuff", "sciatica"),
    *("osteoporosis", "neuropathy", "contracture", "remodelling", "plantar fasciitis"),
    *("orthotics?", "orthoses", "anticoagulants?", "manual therapy"),
)

_STARTS = r"a|an|the|which|or|your|also|such|that|like|some|when|where|not"


def _explained(term: str, text: str) -> bool:
    patterns = (
        rf"\b{term}\b\s*(?:\w+\s+)?\(",  # fascia (a sheet ...)
        rf"\([^)]*\b{term}\b[^)]*\)",  # small red dots (petechiae)
        rf"\b{term}\b\s+(?:\w+\s+)?(?:is|are|means?|stands?|uses?|stays?|grows?|was|were|comes?)\b",
        rf"\b{term}\b\s*[,:;]\s*(?:{_STARTS})\b",  # fascia, the sheet ...
        rf"\b(?:called|named?|term|word|words|or|as|means?|with|of)\s+(?:\w+\s+)?{term}\b",
        rf"[,:]\s*(?:or\s+)?{term}\b[,.]",  # swelling, oedema,
    )
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns)


def check_jargon(passage: Passage) -> Iterator[Finding]:
    """Yield jargon that is not explained anywhere in the text."""
    if passage.from_clinic:
        return  # names of services and papers, as the clinic calls them
    for term in JARGON:
        text = re.sub(r"[\"\u201c\u201d]", "", passage.text)
        found = re.search(rf"\b{term}\b", text, re.IGNORECASE)
        if found and not _explained(term, text):
            yield passage.finding(f"does not explain {found[0]!r}", found[0])
