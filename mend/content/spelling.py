"""One English: British spelling and words (A17)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mend.content.finding import Finding
from mend.content.passage import Passage

BRITISH: Mapping[str, str] = {
    "acetaminophen": "paracetamol",
    "anemia": "anaemia",
    "anesthetic": "anaesthetic",
    "behavior": "behaviour",
    "canceled": "cancelled",
    "center": "centre",
    "centers": "centres",
    "color": "colour",
    "colors": "colours",
    "diarrhea": "diarrhoea",
    "edema": "oedema",
    "esophagus": "oesophagus",
    "favorite": "favourite",
    "fiber": "fibre",
    "fibers": "fibres",
    "gray": "grey",
    "gynecologist": "gynaecologist",
    "hematoma": "haematoma",
    "hemorrhage": "haemorrhage",
    "labor": "labour",
    "lymphedema": "lymphoedema",
    "meter": "metre",
    "mom": "mum",
    "neighbor": "neighbour",
    "orthopedic": "orthopaedic",
    "pediatric": "paediatric",
    "skeptical": "sceptical",
    "sulfur": "sulphur",
    "traveled": "travelled",
    "tumor": "tumour",
    "tumors": "tumours",
    "vacation": "holiday",
    "physical therapist": "physiotherapist",
    "physical therapy": "physiotherapy",
    "emergency room": "emergency department",
}
"""American words that writers on health slip into, and ours."""

_AMERICAN = re.compile(rf"\b(?:{'|'.join(BRITISH)})\b", re.IGNORECASE)
_OTHER_NAME = re.compile(r"\b(?:or|called|as)\s$")  # "physiotherapy, or ..."
_IZE = re.compile(r"\b\w{3,}(?:iz(?:e|es|ed|ing|ation|ations)|yz(?:e|es|ed|ing))\b")
_ALSO_BRITISH = re.compile(r"(?:size|sized|sizes|sizing|prize\w*|seiz\w+|capsiz\w+)$")


def check_spelling(passage: Passage) -> Iterator[Finding]:
    """Yield American spellings."""
    for found in _AMERICAN.finditer(passage.text):
        if _OTHER_NAME.search(passage.text[: found.start()]):
            continue
        ours = BRITISH[found[0].casefold()]
        yield passage.finding(f"{found[0]!r} is {ours!r} in British English", found[0])
    for found in _IZE.finditer(passage.text):
        if not _ALSO_BRITISH.search(found[0].casefold()):
            ours = re.sub(r"([iy])z", r"\1s", found[0])
            yield passage.finding(
                f"{found[0]!r} is {ours!r} in British English", found[0]
            )
