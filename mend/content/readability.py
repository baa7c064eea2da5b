"""Length and reading grade of a text.

Flesch-Kincaid grade = 0.39 x words/sentences + 11.8 x syllables/words - 15.59, as
textstat counts them. AMA and NIH ask for grade 6 at most; 8 is our ceiling.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

# Words that no plain answer on these subjects can avoid; each counts as one short
# word when the grade is measured. The raw grade is always shown too.
GLOSSARY = (
    *("physiotherapist", "physiotherapy", "emergency", "instrument-assisted"),
    *("mobilisation", "lymphatic", "lymphoedema", "IASTM", "ambulance"),
)

_GLOSSARY = re.compile(rf"\b(?:{'|'.join(GLOSSARY)})s?\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.?!:])\s+|\n+")
_PLACEHOLDER = re.compile(r"\{[a-z_.]+\}")
_BULLET = re.compile(r"^\s*[-•]\s*", re.MULTILINE)


@dataclass(frozen=True)
class Readability:
    """Length and reading grade of one text.

    Attributes:
        words: how many there are.
        sentences: how many there are; each bullet is one.
        longest_sentence: its words.
        grade: US school grade, the words of `GLOSSARY` taken as one short word each.
        raw_grade: the same without that allowance.
    """

    words: int
    sentences: int
    longest_sentence: int
    grade: float
    raw_grade: float


def sentences_of(text: str) -> list[str]:
    """Return the sentences; a line, a bullet and what ends in a colon are sentences."""
    return [s.strip() for s in _SENTENCE_END.split(text) if s.strip()]


def words_in(sentence: str) -> int:
    """Return how many words there are; what is joined by a hyphen is one."""
    return len(re.findall(r"[\w'\u2019-]+", sentence))


@functools.lru_cache(maxsize=2000)  # the page of all answers measures the same again
def readability(text: str) -> Readability:
    """Measure one text; placeholders count as one short word."""
    plain = _BULLET.sub("", _PLACEHOLDER.sub("us", text))
    sentences = sentences_of(plain)
    counts = [words_in(sentence) for sentence in sentences]
    # Every line ends a sentence, also a bullet without a full stop.
    joined = " ".join(s.rstrip(".?!:;,") + "." for s in sentences)
    simplified = _GLOSSARY.sub("word", joined)
    raw = _grade(joined)
    return Readability(
        words=sum(counts),
        sentences=len(sentences),
        longest_sentence=max(counts, default=0),
        grade=raw if simplified == joined else _grade(simplified),
        raw_grade=raw,
    )


def _grade(text: str) -> float:
    import textstat  # slow to import, and few need it

    return float(textstat.flesch_kincaid_grade(text))
