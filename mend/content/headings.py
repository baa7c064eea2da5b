"""Headings of the texts for answers asked for again: each says what follows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mend.content.claims import check_claims
from mend.content.finding import Finding
from mend.content.layout import HEADING_LIMIT
from mend.content.passage import Passage
from mend.content.places import Place
from mend.content.plainness import check_tone
from mend.content.spelling import check_spelling
from mend.understanding.catalogue import Answer, Catalogue

LENGTH = range(3, HEADING_LIMIT + 1)
"""How many characters a heading may have."""


def check_headings(
    catalogue: Catalogue, ids: Mapping[str, str], places: Mapping[str, Place]
) -> Iterator[Finding]:
    """Yield headings that are missing or that do not tell the reader what follows.

    Args:
        catalogue: all answers.
        ids: tier by id; core answers need a heading.
        places: where the responses stand.
    """
    seen: dict[tuple[str, str], str] = {}
    for key, answer in catalogue.answers.items():
        if answer.deeper is None:
            continue
        heading = answer.deeper.heading
        passage = Passage(
            id=f"{key}, custom.deeper.heading",
            name=f"utter_faq/{key}",
            text=heading,
            places=places,
        )
        if not heading:
            if ids.get(key) == "core":
                yield passage.finding("is missing")
            continue
        for problem in _problems(heading, answer):
            yield passage.finding(problem, heading)
        for rule in (check_claims, check_spelling, check_tone):
            yield from rule(passage)
        first = seen.setdefault((passage.group, _plain(heading)), key)
        if first != key:
            yield passage.finding(
                f"{heading!r} is the heading of {first}, too", heading
            )


def _problems(heading: str, answer: Answer) -> Iterator[str]:
    if len(heading) not in LENGTH:
        yield (f"has {len(heading)} characters, {LENGTH[0]} to {LENGTH[-1]} are right")
    if "\n" in heading or heading.rstrip()[-1] in ".:?!":
        yield "must be one line without a stop at its end, and no question"
    if _plain(heading) in (_plain(answer.title), _plain(answer.question)):
        yield "repeats the question; say what follows"


def _plain(words: str) -> str:
    return " ".join(re.findall(r"[\w']+", words.casefold()))
