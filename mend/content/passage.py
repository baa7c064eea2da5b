"""A passage: one text that visitors may read, and what the rules need to know."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from mend.chat.words import fill
from mend.content.finding import Finding
from mend.content.places import Place, place_of
from mend.content.readability import Readability, readability, sentences_of
from mend.understanding.catalogue import Catalogue

MAX_WORDS = 90
MAX_WORDS_ADVICE = 60
MAX_WORDS_CHECK = 35
MAX_WORDS_CAUTION = 45
MAX_WORDS_PICTURE = 45
MAX_GRADE = 8.0
MAX_GRADE_CLINIC = 6.0


@dataclass(frozen=True)
class Passage:
    """One text to check.

    Attributes:
        id: name in tables: the catalogue id, what part of it after a comma.
        name: name of the response in the files.
        text: as visitors read it, or nearly.
        max_words: how long it may be.
        max_grade: how hard to read it may be.
        facts: ids of the facts it may rest on.
        sources: keys of the sources it may rest on.
        from_clinic: whether the clinic's own facts are filled in.
        places: where responses stand in the files.
        heading: what stands over it, if it has a heading of its own.
        picture: name of the picture beside it, "" if there is none.
    """

    id: str
    name: str
    text: str
    max_words: int = MAX_WORDS
    max_grade: float = MAX_GRADE
    facts: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    from_clinic: bool = False
    places: Mapping[str, Place] | None = None
    heading: str = ""
    picture: str = ""

    @cached_property
    def sentences(self) -> list[str]:
        """The sentences of the text."""
        return sentences_of(self.text)

    @cached_property
    def measured(self) -> Readability:
        """Length and grade of the text."""
        return readability(self.text)

    @property
    def group(self) -> str:
        """The group of answers, such as ``scar``; ``RF03`` for advice."""
        return re.split(r"[./]", self.id)[0]

    def where(self, words: str = "") -> str:
        """Return where it stands, or where some of its words stand."""
        more = self.id.partition(", ")[2]
        where = place_of(self.places or {}, self.name, words)
        if self.from_clinic:
            more = "filled from clinic.yml"
        return f"{where}, {more}" if more else where

    def finding(self, what: str, words: str = "") -> Finding:
        """Return a finding about this text, at the line of `words`."""
        return Finding(self.where(words), what)


def passages(
    catalogue: Catalogue,
    clinic_facts: Mapping[str, str],
    places: Mapping[str, Place] | None = None,
) -> Iterator[Passage]:
    """Yield what visitors may read: answers, cautions, advice, check questions.

    Answers about the clinic are little more than its facts, so they come filled.

    Args:
        catalogue: all answers.
        clinic_facts: the clinic's, by placeholder.
        places: where the responses stand, to name lines in findings.
    """
    for key, answer in catalogue.answers.items():
        filled = bool(clinic_facts) and key.startswith("clinic.")
        yield Passage(
            id=key,
            name=f"utter_faq/{key}",
            text=fill(answer.text, clinic_facts) if filled else answer.text,
            max_grade=MAX_GRADE_CLINIC if filled else MAX_GRADE,
            facts=answer.facts,
            sources=answer.sources,
            from_clinic=filled,
            places=places,
            picture=answer.picture or "",
        )
        if answer.deeper:
            yield Passage(
                id=f"{key}, custom.deeper",
                name=f"utter_faq/{key}",
                text=answer.deeper.text,
                facts=answer.deeper.facts,
                sources=answer.deeper.sources,
                places=places,
                heading=answer.deeper.heading,
                picture=answer.deeper.picture or "",
            )
    for name, alt in catalogue.pictures.items():
        shown = [
            it
            for answer in catalogue.answers.values()
            for it in (answer, answer.deeper)
            if it and it.picture == name
        ]
        yield Passage(
            id=f"picture/{name}",
            name=name,
            text=alt,
            max_words=MAX_WORDS_PICTURE,
            facts=tuple(key for it in shown for key in it.facts),
            sources=tuple(key for it in shown for key in it.sources),
            places=places,
        )
    for name, caution in catalogue.cautions.items():
        for part, text in (("", caution.text), (", custom.them", caution.them)):
            if text:
                yield Passage(
                    id=f"caution/{name}{part}",
                    name=f"utter_caution/{name}",
                    text=text,
                    max_words=MAX_WORDS_CAUTION,
                    facts=caution.facts,
                    sources=caution.sources,
                    places=places,
                )
    for key, advice in catalogue.advice.items():
        said = {key: advice.text, f"{key}, custom.them": advice.them}
        for name, text in said.items():
            if not text:
                continue
            yield Passage(
                id=name,
                name=f"utter_red_flag/{key}",
                text=text,
                max_words=MAX_WORDS_ADVICE,
                facts=advice.facts,
                sources=advice.sources,
                places=places,
            )
    for key, check in catalogue.checks.items():
        yield Passage(
            id=f"{key}, check",
            name=f"utter_check/{key}",
            text=check.text,
            max_words=MAX_WORDS_CHECK,
            facts=_facts_of_advice(catalogue, key),
            places=places,
        )


def _facts_of_advice(catalogue: Catalogue, key: str) -> tuple[str, ...]:
    advice = catalogue.advice.get(key)
    return advice.facts if advice else ()
