"""Plain words: how long, how hard to read, and how it is said (A3 to A6, A15)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mend.content.finding import Finding
from mend.content.passage import Passage
from mend.content.readability import words_in

MAX_SENTENCE_WORDS = 25
MAX_BULLETS = 7
MAX_MEAN_GRADE = 6.0

_EMOJI = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]")
_BULLET = re.compile(r"^\s*[-•]", re.MULTILINE)


def check_length(passage: Passage) -> Iterator[Finding]:
    """Yield what is too long: the text, a sentence, a list."""
    words = passage.measured.words
    if words > passage.max_words:
        yield passage.finding(f"{words} words, {passage.max_words} at most")
    for sentence in passage.sentences:
        count = words_in(sentence.lstrip("-• "))
        if count > MAX_SENTENCE_WORDS:
            yield passage.finding(
                f"a sentence of {count} words, {MAX_SENTENCE_WORDS} at most", sentence
            )
    bullets = len(_BULLET.findall(passage.text))
    if bullets > MAX_BULLETS:
        yield passage.finding(f"{bullets} bullets, {MAX_BULLETS} at most")


def check_grade(passage: Passage) -> Iterator[Finding]:
    """Yield a text that is too hard to read."""
    grade = passage.measured.grade
    if grade > passage.max_grade:
        yield passage.finding(
            f"reading grade {grade:.1f} ({passage.measured.raw_grade:.1f} raw), "
            f"{passage.max_grade} at most"
        )


def check_mean_grade(grades: list[float]) -> Iterator[Finding]:
    """Yield the mean grade of all answers if it is too high."""
    mean = sum(grades) / len(grades) if grades else 0.0
    if mean > MAX_MEAN_GRADE:
        yield Finding(
            "all answers", f"mean reading grade {mean:.2f}, {MAX_MEAN_GRADE} at most"
        )


def check_tone(passage: Passage) -> Iterator[Finding]:
    """Yield exclamation marks and emoji."""
    if "!" in passage.text:
        yield passage.finding("has an exclamation mark", _around(passage.text, "!"))
    if found := _EMOJI.search(passage.text):
        yield passage.finding(
            f"has an emoji {found[0]}", _around(passage.text, found[0])
        )


def _around(text: str, sign: str) -> str:
    return text[: text.index(sign)].rpartition("\n")[2]
