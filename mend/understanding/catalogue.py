"""The catalogue: every written answer and every red-flag advice, with its sources.

`catalogue_files` reads it from the YAML files that Rasa is trained on. The front door
and the desk use it to turn ids into titles; nothing here needs Rasa.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

OUTCOMES = ("answered", "small_talk", "handoff")
TIERS = ("emergency", "same_day", "soon")
FORMS = ("consultation",)
ESCALATIONS = ("handoff", "complaint", "bad_reaction")
KINDS = (
    "guideline",
    "systematic review",
    "RCT",
    "narrative review",
    "lab study",
    "survey",
    "patient leaflet",
    "expert",
)
REVIEWED = "answers.reviewed"
"""Placeholder that says how many answers a clinician has reviewed."""


@dataclass(frozen=True)
class Source:
    """Where a fact comes from.

    Attributes:
        title: of the work.
        authors: as printed, possibly shortened.
        year: of publication; None where the work gives none.
        kind: one of `KINDS`.
        strength: how far to trust it, in plain words.
        url: "" where there is none.
    """

    title: str
    authors: str
    year: int | None
    kind: str
    strength: str
    url: str


@dataclass(frozen=True)
class Deeper:
    """What is said when an answer is asked for again: more, not the same.

    Attributes:
        text: as written, placeholders unfilled.
        facts: evidence ids.
        sources: keys of `Catalogue.sources`.
        heading: a few words that say what the text is about, "" if none.
        picture: key of `Catalogue.pictures`, if one helps here, too.
    """

    text: str
    facts: tuple[str, ...]
    sources: tuple[str, ...]
    heading: str = ""
    picture: str | None = None


@dataclass(frozen=True)
class Caution:
    """A line added to answers for somebody whom they do not fit as they are.

    Attributes:
        id: one of `circumstances.CAUTIONS`.
        text: as written, placeholders unfilled.
        them: the same, when it was told of somebody else; "" if it fits both.
        answers: catalogue ids to which it is added.
        facts: evidence ids.
        sources: keys of `Catalogue.sources`.
        reviewed: ISO date of the last review.
        reviewer: who reviewed it.
    """

    id: str
    text: str
    them: str
    answers: tuple[str, ...]
    facts: tuple[str, ...]
    sources: tuple[str, ...]
    reviewed: str
    reviewer: str


@dataclass(frozen=True)
class Answer:
    """One written answer.

    Attributes:
        id: catalogue id, such as ``healing.time``.
        title: short title for buttons.
        text: as written, placeholders unfilled.
        outcome: one of `OUTCOMES`.
        facts: evidence ids.
        sources: keys of `Catalogue.sources`.
        reviewed: ISO date of the last review.
        reviewer: who reviewed it; "" if no clinician has yet.
        followups: catalogue ids to go on with.
        form: "consultation" if the answer offers the form.
        escalation: kind of escalation it causes, if any.
        question: the first example question.
        deeper: what is said the second time, if something was written.
        repeat: said in full each time, because it says what to do in an emergency.
        picture: key of `Catalogue.pictures`, if one helps.
    """

    id: str
    title: str
    text: str
    outcome: str
    facts: tuple[str, ...]
    sources: tuple[str, ...]
    reviewed: str
    reviewer: str
    followups: tuple[str, ...] = ()
    form: str | None = None
    escalation: str | None = None
    question: str = ""
    deeper: Deeper | None = None
    repeat: bool = False
    picture: str | None = None


@dataclass(frozen=True)
class Advice:
    """What to do about a red flag.

    Attributes:
        id: such as ``RF03.same_day``.
        flag: such as ``RF03``.
        tier: one of `TIERS`.
        title: short title, "" if none was written.
        text: as written, placeholders unfilled.
        them: the same, said when the visitor is worried about somebody else.
        facts: evidence ids.
        sources: keys of `Catalogue.sources`.
        reviewed: ISO date of the last review, "" if never.
        reviewer: who reviewed it.
        outcome: always ``red_flag``.
    """

    id: str
    flag: str
    tier: str
    title: str
    text: str
    them: str = ""
    facts: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    reviewed: str = ""
    reviewer: str = ""
    outcome: str = "red_flag"


@dataclass(frozen=True)
class Check:
    """What is said first when it is in doubt whether there is a red flag.

    Attributes:
        id: of the advice it is about, such as ``RF03.same_day``.
        text: a question and what to do if so, placeholders unfilled.
        yes: title of the button that leads to the advice.
    """

    id: str
    text: str
    yes: str


@dataclass(frozen=True)
class Catalogue:
    """All answers, advice, check questions and sources, by id.

    Attributes:
        answers: by catalogue id, in the order of the files.
        advice: by ``<flag>.<tier>``.
        sources: by key.
        checks: by the id of their advice.
        cautions: by name.
        pictures: the words for those who do not see a picture, by its name.
    """

    answers: Mapping[str, Answer]
    advice: Mapping[str, Advice]
    sources: Mapping[str, Source]
    checks: Mapping[str, Check] = field(default_factory=lambda: MappingProxyType({}))
    cautions: Mapping[str, Caution] = field(
        default_factory=lambda: MappingProxyType({})
    )
    pictures: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def titles(self) -> dict[str, str]:
        """Return the short title of every answer, by id."""
        return {key: answer.title for key, answer in self.answers.items()}

    def answer(self, answer_id: str) -> Answer:
        """Return one answer.

        Raises:
            KeyError: no such answer.
        """
        return self.answers[answer_id]

    def red_flag_advice(self, flag: str, tier: str) -> Advice:
        """Return the advice for a red flag found at a tier.

        Raises:
            KeyError: nothing was written for this pair.
        """
        return self.advice[f"{flag}.{tier}"]

    def sources_of(self, answer: Answer | Advice) -> tuple[Source, ...]:
        """Return the sources of an answer, in its order."""
        return tuple(self.sources[key] for key in answer.sources)
