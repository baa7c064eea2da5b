"""What ``clinic.yml`` may say, section by section.

Everything is optional. What is left out is not known, and visitors are told to ask;
an empty list or ``false`` says that there is none. A rule is ``true``, ``false`` or
the clinic's own words, which are passed on as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from pydantic import (
    BaseModel,
    ConstrainedDecimal,
    ConstrainedInt,
    ConstrainedStr,
    Extra,
    StrictBool,
    validator,
)

# Braces are placeholders in answers, and Rasa writes "0[" for them while it fills in.
_MARKUP = re.compile(r"[{}\[\]]")


class OwnWords(ConstrainedStr):
    """Words that are said to visitors as the clinic wrote them, on one line."""

    strict = True
    max_length = 250

    @classmethod
    def validate(cls, value: str) -> str:
        """Check words."""
        words = " ".join(super().validate(value).split())
        if not words:
            raise ValueError("must not be empty; leave the key out if it is not known")
        if found := _MARKUP.search(words):
            raise ValueError(f"must not hold {found[0]!r}; write plain words")
        return words


class Phone(OwnWords):
    """A telephone number as it is shown; YAML may take it for a number."""

    strict = False


class Price(ConstrainedDecimal):
    """An amount of money in the clinic's currency."""

    ge = 0
    le = 100_000
    decimal_places = 2


class Minutes(ConstrainedInt):
    """How long a visit takes."""

    strict = True
    ge = 1
    le = 480


class Notice(ConstrainedInt):
    """How long before a visit."""

    strict = True
    ge = 0
    le = 336


class Years(ConstrainedInt):
    """How long something is kept."""

    strict = True
    ge = 1
    le = 100


Rule = StrictBool | OwnWords
Words = tuple[OwnWords, ...]


class Section(BaseModel):
    """Part of ``clinic.yml``: immutable, no unknown keys."""

    class Config:
        """Pydantic."""

        extra = Extra.forbid
        allow_mutation = False


class NumbersChosen(Section):
    """Numbers that the clinic sets itself instead of its country's."""

    emergency: OwnWords | None = None
    urgent_line: OwnWords | None = None
    crisis_line: OwnWords | None = None


class GettingHere(Section):
    """How to get to the clinic, and from where people come."""

    transport: OwnWords | None = None
    parking: Rule | None = None
    step_free: Rule | None = None
    areas: Words | None = None


class Booking(Section):
    """Asking for a visit."""

    new_patients: Rule | None = None
    ways: Words | None = None


class Cancelling(Section):
    """Changing or missing a visit."""

    notice_hours: Notice | None = None
    late_fee: Price | None = None


class FirstVisit(Section):
    """The first time somebody comes."""

    minutes: Minutes | None = None
    price: Price | None = None
    what_happens: OwnWords | None = None
    wear: OwnWords | None = None
    bring: Words | None = None


class Treatment(Section):
    """A kind of visit after the first."""

    name: OwnWords
    minutes: Minutes | None = None
    price: Price | None = None


class Package(Section):
    """Several visits for one price."""

    name: OwnWords
    price: Price


class Prices(Section):
    """What visits cost."""

    treatments: tuple[Treatment, ...] | None = None
    packages: tuple[Package, ...] | None = None
    discounts: OwnWords | None = None


class Payment(Section):
    """How visits are paid."""

    insurers: Words | None = None
    methods: Words | None = None
    receipts: Rule | None = None


class Services(Section):
    """What the clinic does and does not do, for what."""

    conditions: Words | None = None
    offered: Words | None = None
    not_offered: Words | None = None
    conditions_not_treated: Words | None = None


class Team(Section):
    """Who works at the clinic: roles, never names."""

    roles: Words | None = None
    training: OwnWords | None = None
    languages: Words | None = None
    choice: Rule | None = None


class Remote(Section):
    """Being seen without coming to the clinic."""

    video: Rule | None = None
    phone: Rule | None = None
    home: Rule | None = None


class Companions(Section):
    """Who may come along, and children."""

    adults: Rule | None = None
    children: Rule | None = None


class Records(Section):
    """What happens to patients' records."""

    who_sees: OwnWords | None = None
    kept_years: Years | None = None
    notice: str | None = None

    @validator("notice")
    def _notice_is_link(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"https?://[^\s{}\[\]<>\"]+", value):
            raise ValueError(
                f"{value!r} must look like https://www.clinic.example/privacy"
            )
        return value


class Contact(Section):
    """Reaching the clinic in other ways than by phone."""

    messages: Rule | None = None
    replies: OwnWords | None = None


def amounts(value: object, key: str = "") -> Iterator[str]:
    """Yield the keys of all sums of money in a checked section, or in several."""
    if isinstance(value, Decimal) and value:
        yield key
    elif isinstance(value, tuple):
        for item in value:
            yield from amounts(item, key)
    elif isinstance(value, BaseModel | dict):
        for name, item in dict(value).items():
            yield from amounts(item, f"{key}.{name}".strip("."))
