"""Everything that visitors may read, in order, for somebody who signs it off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from mend.chat.words import fill
from mend.content.facts import Facts
from mend.content.layout import Block, Mark, blocks_of, marks_for
from mend.content.passage import Passage, passages
from mend.content.readability import Readability
from mend.content.reviews import (
    Reviewed,
    count_reviewed,
    expires,
    in_words,
    is_about_health,
)
from mend.understanding.catalogue import (
    REVIEWED,
    Advice,
    Answer,
    Catalogue,
    Caution,
    Source,
)

GROUPS: Mapping[str, str] = {
    "healing": "How the body heals",
    "injury": "Injuries",
    "scar": "Scars",
    "fascia": "Fascia",
    "iastm": "Tool treatment (IASTM)",
    "mld": "Lymphatic drainage (MLD)",
    "surgery": "After an operation",
    "physio": "Physiotherapy",
    "treatment": "Other treatments",
    "condition": "Conditions",
    "clinic": "This clinic",
    "chat": "The chat itself",
    "caution": "Cautions added to answers",
    "flag": "Warning signs",
}
"""Headings of the groups, in the order in which they are read."""

_LABELS = {
    "custom.deeper": "More",
    "custom.them": "When it is about somebody else",
    "check": "Asked first when in doubt",
}
_Supported = Answer | Caution | Advice


@dataclass(frozen=True)
class Wording:
    """One text of an entry.

    Attributes:
        label: what it is about or when it is said, "" for the answer itself.
        blocks: its paragraphs and lists.
        measured: its length and reading grade.
        picture: name of the picture beside it, "" if there is none.
        alt: what the picture shows.
    """

    label: str
    blocks: tuple[Block, ...]
    measured: Readability
    picture: str = ""
    alt: str = ""

    @property
    def runs(self) -> list[tuple[Mark | None, tuple[Block, ...]]]:
        """Its blocks, those in a row that have one mark together."""
        by_mark = groupby(self.blocks, key=lambda block: block.mark)
        return [(mark, tuple(blocks)) for mark, blocks in by_mark]


@dataclass(frozen=True)
class Support:
    """A fact that an entry rests on."""

    id: str
    says: str
    from_memory: bool


@dataclass(frozen=True)
class Entry:
    """One answer, caution or warning sign, with all its wordings.

    Attributes:
        id: catalogue id.
        title: as visitors see it on buttons.
        wordings: its texts.
        facts: what it rests on.
        sources: where that comes from.
        reviewed: ISO date, "" if never.
        reviewer: "" if no clinician has read it.
        overdue: whether the review is older than twelve months.
        followups: (id, title) of the answers it leads to.
    """

    id: str
    title: str
    wordings: tuple[Wording, ...]
    facts: tuple[Support, ...]
    sources: tuple[Source, ...]
    reviewed: str
    reviewer: str
    overdue: bool
    followups: tuple[tuple[str, str], ...] = ()

    @property
    def needs_review(self) -> bool:
        """Whether a clinician has to sign it."""
        return is_about_health(self.id)


@dataclass(frozen=True)
class Section:
    """One group of entries."""

    key: str
    title: str
    entries: tuple[Entry, ...]

    @property
    def grade(self) -> float:
        """Mean reading grade of all its texts."""
        return mean_grade(self.entries)


@dataclass(frozen=True)
class Overview:
    """All that visitors may read.

    Attributes:
        sections: by group, in the order of `GROUPS`.
        reviewed: how many answers about health a clinician has read.
    """

    sections: tuple[Section, ...]
    reviewed: Reviewed

    @property
    def entries(self) -> list[Entry]:
        """All entries, in order."""
        return [entry for section in self.sections for entry in section.entries]

    @property
    def grade(self) -> float:
        """Mean reading grade of all texts."""
        return mean_grade(self.entries)


def mean_grade(entries: Iterable[Entry]) -> float:
    """Return the mean reading grade of all texts of some entries."""
    grades = [w.measured.grade for entry in entries for w in entry.wordings]
    return sum(grades) / len(grades) if grades else 0.0


def overview(
    catalogue: Catalogue,
    facts: Facts,
    clinic_facts: Mapping[str, str],
    today: dt.date,
) -> Overview:
    """Return all that visitors may read, filled with the clinic's facts.

    Args:
        catalogue: all answers.
        facts: what they rest on.
        clinic_facts: the clinic's, by placeholder.
        today: to tell which reviews are too old.
    """
    reviewed = count_reviewed({k: it.reviewer for k, it in catalogue.answers.items()})
    said = {
        **clinic_facts,
        REVIEWED: in_words(reviewed),
        "since": "",  # how long ago an operation was, if the visitor said so
    }
    texts: dict[str, list[Passage]] = {}
    for passage in passages(catalogue, clinic_facts):
        # A warning sign and its check question are one entry.
        name = passage.name.replace("utter_check/", "utter_red_flag/")
        texts.setdefault(name, []).append(passage)

    def entry(key: str, name: str, title: str, it: _Supported) -> Entry:
        return Entry(
            id=key,
            title=title,
            wordings=tuple(
                replace(
                    _wording(it, text, said),
                    picture=text.picture,
                    alt=catalogue.pictures.get(text.picture, ""),
                )
                for text in texts[name]
            ),
            facts=_support(it.facts, facts),
            sources=tuple(catalogue.sources[key] for key in it.sources),
            reviewed=it.reviewed,
            reviewer=it.reviewer,
            overdue=_overdue(it.reviewed, today),
        )

    groups: dict[str, list[Entry]] = {key: [] for key in GROUPS}
    for key, answer in catalogue.answers.items():
        found = entry(key, f"utter_faq/{key}", answer.title, _with_deeper(answer))
        groups.setdefault(key.partition(".")[0], []).append(
            replace(
                found,
                followups=tuple((it, catalogue.titles[it]) for it in answer.followups),
            )
        )
    for key, caution in catalogue.cautions.items():
        title = f"For somebody who told us: {key.replace('_', ' ')}"
        groups["caution"].append(
            entry(f"caution.{key}", f"utter_caution/{key}", title, caution)
        )
    for key, advice in catalogue.advice.items():
        title = f"{advice.title or advice.flag}: {advice.tier.replace('_', ' ')}"
        groups["flag"].append(entry(key, f"utter_red_flag/{key}", title, advice))
    return Overview(
        tuple(
            Section(key, GROUPS.get(key, key.capitalize()), tuple(entries))
            for key, entries in groups.items()
            if entries
        ),
        reviewed,
    )


def _with_deeper(answer: Answer) -> Answer:
    """Return an answer that names what its deeper text rests on, too."""
    if answer.deeper is None:
        return answer
    return replace(
        answer,
        facts=_joined(answer.facts, answer.deeper.facts),
        sources=_joined(answer.sources, answer.deeper.sources),
    )


def _wording(it: _Supported, passage: Passage, said: Mapping[str, str]) -> Wording:
    part = passage.id.partition(", ")[2]
    if isinstance(it, Answer):
        marks = marks_for(it.outcome, it.id)
    else:
        marks = marks_for("red_flag" if isinstance(it, Advice) else None, None)
    return Wording(
        passage.heading or _LABELS.get(part, part),
        blocks_of(fill(passage.text, said), marks),
        passage.measured,
    )


def _support(keys: Sequence[str], facts: Facts) -> tuple[Support, ...]:
    found = []
    for key in keys:
        fact = facts.facts.get(key)
        says = fact.says if fact else "our rule for this warning sign"
        found.append(Support(key, says, fact.from_memory if fact else False))
    return tuple(found)


def _joined(keys: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*keys, *more)))


def _overdue(reviewed: str, today: dt.date) -> bool:
    return bool(reviewed) and expires(dt.date.fromisoformat(reviewed)) <= today
