"""What visitors may want to know about the clinic, and the sentences that say it.

A topic is a row of parts. Each part belongs to one key of ``clinic.yml`` and says it
in whole sentences, or gives None where the clinic has not filled it in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

from mend.clinic.customs import counted, listed, sentence

if TYPE_CHECKING:
    from mend.clinic.clinic import Clinic
    from mend.clinic.sections import Treatment

SayIfKnown = Callable[["Clinic", dt.datetime], str | None]


@dataclass(frozen=True)
class Part:
    """One thing that a visitor may want to know.

    Attributes:
        about: what it is, in words that fit after "about".
        key: where ``clinic.yml`` says it.
        say: gives it in sentences; None if it is not known, "" if there is nothing
            to say about it.
    """

    about: str
    key: str
    say: SayIfKnown


def _own(about: str, key: str) -> Part:
    """Say what the clinic wrote in its own words."""
    return _plain(about, key, lambda value: sentence(value))


def _rule(about: str, key: str, yes: str, no: str) -> Part:
    """Say that something is so, or not, or what the clinic wrote instead."""

    def say(value: bool | str) -> str:
        if isinstance(value, bool):
            return yes if value else no
        return sentence(value)

    return _plain(about, key, say)


def _several(
    about: str, key: str, said: str, none: str | None = None, last: str = "and"
) -> Part:
    """Say a list; `none` says that it is empty, without it nothing is known then."""

    def say(values: tuple[str, ...]) -> str | None:
        return sentence(said.format(listed(values, last))) if values else none

    return _plain(about, key, say)


def _plain(about: str, key: str, say: Callable[..., str | None]) -> Part:
    """Say the value of the key by itself."""
    get = attrgetter(key)

    def say_if_known(clinic: Clinic, now: dt.datetime) -> str | None:  # noqa: ARG001
        value = get(clinic)
        return None if value is None else say(value)

    return Part(about, key, say_if_known)


def _open_today(clinic: Clinic, now: dt.datetime) -> str | None:
    if not clinic.hours:
        return None
    return sentence(clinic.opening().today(clinic.local(now)))


def _week(clinic: Clinic, now: dt.datetime) -> str | None:  # noqa: ARG001
    if not clinic.hours:
        return ""  # `_open_today` has told to ask already
    return "\n- ".join(["The usual week:", *clinic.opening().week()])


def _closed_days(clinic: Clinic, now: dt.datetime) -> str | None:
    days = clinic.opening().next_closed(clinic.local(now).date())
    return f"We are closed on {listed(days)}." if days else None


def _first_price(clinic: Clinic, now: dt.datetime) -> str | None:  # noqa: ARG001
    price, minutes = clinic.first_visit.price, clinic.first_visit.minutes
    if price is None:
        return None
    takes = f" for {counted(minutes, 'minute')}" if minutes else ""
    return f"A first visit costs {clinic.customs.money(price)}{takes}."


def _prices(clinic: Clinic, now: dt.datetime) -> str | None:  # noqa: ARG001
    def line(kind: Treatment) -> str:
        takes = f", {counted(kind.minutes, 'minute')}" if kind.minutes else ""
        if kind.price is None:
            return f"{kind.name}{takes}: please ask us"
        return f"{kind.name}{takes}: {clinic.customs.money(kind.price)}"

    kinds = clinic.prices.treatments
    return "\n- ".join(["Other visits:", *map(line, kinds)]) if kinds else None


def _packages(clinic: Clinic, now: dt.datetime) -> str | None:  # noqa: ARG001
    packages, money = clinic.prices.packages, clinic.customs.money
    if packages is None:
        return None
    said = [f"{item.name} for {money(item.price)}" for item in packages]
    return f"Packages: {listed(said)}." if said else "We have no packages."


def _late_fee(clinic: Clinic, now: dt.datetime) -> str | None:  # noqa: ARG001
    fee = clinic.cancelling.late_fee
    if fee is None:
        return None
    if not fee:
        return "There is no fee if you cancel late."
    notice = clinic.cancelling.notice_hours
    late = f"less than {counted(notice, 'hour')} before" if notice else "late"
    money = clinic.customs.money(fee)
    return f"If you cancel {late} or do not come, the fee is {money}."


def _notice(hours: int) -> str:
    if not hours:
        return "You can cancel up to the start of your visit."
    return f"Please tell us at least {counted(hours, 'hour')} before your visit."


def _lengths(clinic: Clinic, now: dt.datetime) -> str | None:  # noqa: ARG001
    lines = [
        f"{kind.name}: {counted(kind.minutes, 'minute')}"
        for kind in clinic.prices.treatments or ()
        if kind.minutes
    ]
    return "\n- ".join(["Other visits:", *lines]) if lines else None


def _first_minutes(about: str) -> Part:
    return _plain(
        about,
        "first_visit.minutes",
        lambda minutes: f"A first visit takes {counted(minutes, 'minute')}.",
    )


_HOURS = Part("our opening hours", "hours", _open_today)
_LANGUAGES = _several("the languages we speak", "team.languages", "we speak {}")
_CONDITIONS = _several(
    "the problems we treat", "services.conditions", "we help with {}"
)
_NOT_TREATED = _several(
    "the problems we do not treat",
    "services.conditions_not_treated",
    "we do not treat {}",
    none="",
    last="or",
)
_LATE_FEE = Part("the fee for late changes", "cancelling.late_fee", _late_fee)

TOPICS: Mapping[str, tuple[Part, ...]] = {
    "open_today": (_HOURS,),
    "opening": (
        _HOURS,
        Part("our usual week", "hours", _week),
        Part("public holidays", "closed_on", _closed_days),
    ),
    "getting_here": (
        _plain("our address", "address", lambda it: f"We are at {sentence(it)}"),
        _own("public transport", "getting_here.transport"),
        _rule(
            "parking",
            "getting_here.parking",
            yes="You can park at the clinic.",
            no="We have no parking.",
        ),
        _rule(
            "step-free access",
            "getting_here.step_free",
            yes="You can get in without steps.",
            no="You cannot get in without steps.",
        ),
        _several("the areas we serve", "getting_here.areas", "we serve {}"),
    ),
    "booking": (
        _rule(
            "new patients",
            "booking.new_patients",
            yes="We take new patients.",
            no="We cannot take new patients just now.",
        ),
        _several(
            "other ways to book",
            "booking.ways",
            "you can also book {}",
            none="",
            last="or",
        ),
    ),
    "cancelling": (
        _plain("how much notice we need", "cancelling.notice_hours", _notice),
        _LATE_FEE,
    ),
    "first_visit": (
        _own("what happens at a first visit", "first_visit.what_happens"),
        _first_minutes("how long it takes"),
    ),
    "preparing": (
        _own("what to wear", "first_visit.wear"),
        _several(
            "what to bring",
            "first_visit.bring",
            "please bring {}",
            none="You do not need to bring anything.",
        ),
    ),
    "length": (
        _first_minutes("how long a first visit takes"),
        Part("how long other visits take", "prices.treatments", _lengths),
    ),
    "prices": (
        Part("the price of a first visit", "first_visit.price", _first_price),
        Part("other prices", "prices.treatments", _prices),
        Part("packages", "prices.packages", _packages),
        _own("discounts", "prices.discounts"),
        _LATE_FEE,
    ),
    "payment": (
        _several(
            "insurers",
            "payment.insurers",
            "we can bill {} directly",
            none="We do not bill insurers.",
            last="or",
        ),
        _several("ways to pay", "payment.methods", "you can pay by {}", last="or"),
        _rule(
            "receipts",
            "payment.receipts",
            yes="You get a receipt each time you pay.",
            no="We do not give receipts.",
        ),
    ),
    "referral": (
        _rule(
            "whether you need a doctor's letter",
            "referral",
            yes="Yes, you need a letter from a doctor before you can come to us.",
            no="No, you can come to us without a letter from a doctor.",
        ),
    ),
    "services": (
        _CONDITIONS,
        _several("what we offer", "services.offered", "we offer {}"),
        _several(
            "what we do not offer",
            "services.not_offered",
            "we do not offer {}",
            none="",
            last="or",
        ),
        _NOT_TREATED,
    ),
    "conditions": (_CONDITIONS, _NOT_TREATED),
    "team": (
        _several("who works here", "team.roles", "our team has {}"),
        _own("their training", "team.training"),
        _LANGUAGES,
        _rule(
            "choosing who treats you",
            "team.choice",
            yes="You can choose who treats you.",
            no="You cannot choose who treats you.",
        ),
    ),
    "languages": (_LANGUAGES,),
    "remote": (
        _rule(
            "video calls",
            "remote.video",
            yes="We can see you by video call.",
            no="We do not offer video calls.",
        ),
        _rule(
            "visits by phone",
            "remote.phone",
            yes="We can talk your problem through by phone.",
            no="We do not offer visits by phone.",
        ),
        _rule(
            "home visits",
            "remote.home",
            yes="We can visit you at home.",
            no="We do not offer home visits.",
        ),
    ),
    "company": (
        _rule(
            "bringing someone with you",
            "companions.adults",
            yes="Yes, you can bring someone with you.",
            no="Please come alone.",
        ),
        _rule(
            "children",
            "companions.children",
            yes="We treat children.",
            no="We do not treat children.",
        ),
    ),
    "records": (
        _own("who sees your records", "records.who_sees"),
        _plain(
            "how long we keep your records",
            "records.kept_years",
            lambda years: f"We keep your records for {counted(years, 'year')}.",
        ),
        _plain(
            "our privacy notice",
            "records.notice",
            lambda link: f"See {link} for our privacy notice.",
        ),
    ),
    "contact": (
        _plain("e-mail", "email", lambda email: f"You can write to {email}."),
        _rule(
            "text messages",
            "contact.messages",
            yes="You can also send us a text message.",
            no="We do not answer text messages or chat apps.",
        ),
        _own("how soon we reply", "contact.replies"),
    ),
}
