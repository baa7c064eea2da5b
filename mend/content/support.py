"""Support: what an answer about health rests on, and where it leads on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mend.content.facts import Facts
from mend.content.finding import Finding
from mend.content.places import Place, place_of
from mend.understanding.catalogue import Answer, Catalogue

_NOT_ABOUT_HEALTH = ("clinic.", "chat.")


def check_support(answer: Answer, places: Mapping[str, Place]) -> Iterator[Finding]:
    """Yield what an answer lacks: facts, sources, follow-ups, a true title."""
    where = place_of(places, f"utter_faq/{answer.id}")
    if answer.outcome == "answered" and not answer.id.startswith(_NOT_ABOUT_HEALTH):
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
    items = {f"utter_faq/{key}": it.facts for key, it in catalogue.answers.items()}
    items |= {f"utter_red_flag/{key}": it.facts for key, it in catalogue.advice.items()}
    for name, keys in items.items():
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
    answer: Answer, facts: Facts, places: Mapping[str, Place]
) -> Iterator[Finding]:
    """Yield an answer that rests only on what was remembered and never seen."""
    known = [facts.facts[key] for key in answer.facts if key in facts.facts]
    if known and len(known) == len(answer.facts) and all(f.from_memory for f in known):
        remembered = ", ".join(fact.id for fact in known)
        yield Finding(
            place_of(places, f"utter_faq/{answer.id}", "facts:"),
            f"rests only on facts from memory ({remembered})",
        )


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
