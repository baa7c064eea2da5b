"""Support: what an answer about health rests on, and where it leads on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mend.content.facts import Facts
from mend.content.finding import Finding
from mend.content.places import Place, place_of
from mend.content.reviews import is_about_health
from mend.understanding.catalogue import Answer, Catalogue


def check_support(answer: Answer, places: Mapping[str, Place]) -> Iterator[Finding]:
    """Yield what an answer lacks: facts, sources, follow-ups, a true title."""
    where = place_of(places, f"utter_faq/{answer.id}")
    if answer.outcome == "answered" and is_about_health(answer.id):
        if not answer.facts:
            yield Finding(where, "names no facts")
        if not answer.sources:
            yield Finding(where, "names no sources")
    if answer.outcome == "answered" and not answer.followups:
        yield Finding(where, "has no follow-ups")
    if answer.question and answer.question != answer.title:
        yield Finding(where, f"title {answer.title!r} is not the first example")


def check_facts_known(
    catalogue: Catalogue, facts: Facts, places: Mapping[str, Place]
) -> Iterator[Finding]:
    """Yield fact ids that nobody wrote down, and sources named wrongly in the facts."""
    flags = {advice.flag for advice in catalogue.advice.values()}
    for name, keys in _named_facts(catalogue):
        for key in keys:
            if key not in facts.facts and key not in flags:
                yield Finding(
                    place_of(places, name, "facts:"), f"no fact {key} in facts.yml"
                )
    stated = {q.source for it in facts.facts.values() for q in it.quantities}
    for source in sorted((stated | set(facts.of_sources)) - {""}):
        if source not in catalogue.sources:
            yield Finding("data/facts.yml", f"no source {source} in sources.yml")


def check_memory(
    catalogue: Catalogue, facts: Facts, places: Mapping[str, Place]
) -> Iterator[Finding]:
    """Yield texts that rest only on what was remembered and never seen."""
    for name, keys in _named_facts(catalogue):
        if keys and all(
            key in facts.facts and facts.facts[key].from_memory for key in keys
        ):
            yield Finding(
                place_of(places, name, "facts:"),
                f"rests only on facts from memory ({', '.join(keys)})",
            )


def _named_facts(catalogue: Catalogue) -> Iterator[tuple[str, tuple[str, ...]]]:
    for key, answer in catalogue.answers.items():
        yield f"utter_faq/{key}", answer.facts
        if answer.deeper:
            yield f"utter_faq/{key}", answer.deeper.facts
    for key, caution in catalogue.cautions.items():
        yield f"utter_caution/{key}", caution.facts
    for key, advice in catalogue.advice.items():
        yield f"utter_red_flag/{key}", advice.facts


def check_doubts(
    catalogue: Catalogue, places: Mapping[str, Place]
) -> Iterator[Finding]:
    """Yield advice without a check question to ask when it is in doubt."""
    for key in catalogue.advice:
        if key not in catalogue.checks:
            yield Finding(
                place_of(places, f"utter_red_flag/{key}"),
                f"has no check question utter_check/{key}",
            )
