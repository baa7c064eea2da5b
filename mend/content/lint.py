"""All rules together: what is to be mended, and the table of measures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mend.content.claims import check_claims, check_doses_and_prices
from mend.content.completeness import check_ids, read_ids
from mend.content.examples import check_examples, read_examples
from mend.content.facts import Facts, load_facts
from mend.content.finding import Finding
from mend.content.headings import check_headings
from mend.content.hedges import check_hedges
from mend.content.jargon import check_jargon
from mend.content.journeys import journey_passages
from mend.content.numbers import check_contradictions, check_numbers
from mend.content.passage import Passage, passages
from mend.content.places import Place, read_places
from mend.content.plainness import (
    check_grade,
    check_length,
    check_mean_grade,
    check_tone,
)
from mend.content.reviews import check_reviews
from mend.content.spelling import check_spelling
from mend.content.stop_line import check_stop_line
from mend.content.support import (
    check_doubts,
    check_facts_known,
    check_memory,
    check_support,
)
from mend.understanding.catalogue import Catalogue

_RULES_OF_TEXT = (
    check_length,
    check_grade,
    check_tone,
    check_claims,
    check_doses_and_prices,
    check_hedges,
    check_jargon,
    check_spelling,
    check_stop_line,
)


@dataclass(frozen=True)
class Linted:
    """What the lint found.

    Attributes:
        passages: all texts, with their measures.
        findings: what is to be mended.
    """

    passages: Sequence[Passage]
    findings: Sequence[Finding]


def lint(
    data_dir: Path,
    catalogue: Catalogue,
    clinic_facts: Mapping[str, str],
    today: dt.date,
) -> Linted:
    """Check all content.

    Args:
        data_dir: the project's ``data`` folder.
        catalogue: what was read from it.
        clinic_facts: the clinic's, by placeholder, to measure answers that state them.
        today: to reckon the age of reviews from.

    Raises:
        FactsError: the file of facts cannot be used.
    """
    places = read_places(data_dir) | read_places(data_dir, "pictures")
    facts = load_facts(data_dir)
    texts = [
        *passages(catalogue, clinic_facts, places),
        *journey_passages(data_dir, places),
    ]
    ids = read_ids(data_dir)
    findings = [
        *check_ids(ids, catalogue.answers, places),
        *check_headings(catalogue, ids, places),
        *check_examples(read_examples(data_dir)),
        *_check_catalogue(catalogue, facts, places, today),
        *(found for text in texts for rule in _RULES_OF_TEXT for found in rule(text)),
        *(found for text in texts for found in check_numbers(text, facts)),
        *check_contradictions(texts, facts),
        *check_mean_grade([text.measured.grade for text in texts]),
    ]
    return Linted(texts, findings)


def _check_catalogue(
    catalogue: Catalogue, facts: Facts, places: Mapping[str, Place], today: dt.date
) -> Iterator[Finding]:
    for answer in catalogue.answers.values():
        yield from check_support(answer, places)
    yield from check_memory(catalogue, facts, places)
    yield from check_facts_known(catalogue, facts, places)
    yield from check_doubts(catalogue, places)
    yield from check_reviews(catalogue, places, today)


def table_of_texts(texts: Sequence[Passage]) -> list[str]:
    """Return a row of measures for each text, under a head."""
    rows = [f"{'id':34}{'words':>6}{'longest':>9}{'grade':>7}{'raw':>7}"]
    for text in texts:
        m = text.measured
        rows.append(
            f"{text.id:34}{m.words:6}{m.longest_sentence:9}{m.grade:7.1f}{m.raw_grade:7.1f}"
        )
    return rows


def table_of_groups(texts: Sequence[Passage]) -> list[str]:
    """Return a row of measures for each group of texts, and one for all."""
    groups: dict[str, list[Passage]] = {}
    for text in texts:
        kind = "warning signs" if text.group.startswith("RF") else text.group
        groups.setdefault(kind, []).append(text)
    rows = [f"{'group':16}{'texts':>6}{'words':>7}{'grade':>7}{'worst':>7}{'raw':>7}"]
    for name, members in [*groups.items(), ("all", list(texts))]:
        measured = [text.measured for text in members]
        if measured:
            count = len(measured)
            rows.append(
                f"{name:16}{count:6}"
                f"{sum(m.words for m in measured) / count:7.0f}"
                f"{sum(m.grade for m in measured) / count:7.1f}"
                f"{max(m.grade for m in measured):7.1f}"
                f"{sum(m.raw_grade for m in measured) / count:7.1f}"
            )
    return rows
