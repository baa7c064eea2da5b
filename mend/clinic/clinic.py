"""The clinic: the checked content of ``clinic.yml``."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from babel import Locale
from email_validator import EmailNotValidError, validate_email
from pydantic import root_validator, validator

from mend.clinic import facts
from mend.clinic.customs import Customs, currency_of
from mend.clinic.hours import WEEKDAYS, Hours, read_spans
from mend.clinic.numbers import NEUTRAL, NUMBERS, Numbers
from mend.clinic.sections import (
    Booking,
    Cancelling,
    Companions,
    Contact,
    FirstVisit,
    GettingHere,
    NumbersChosen,
    OwnWords,
    Payment,
    Phone,
    Prices,
    Records,
    Remote,
    Rule,
    Section,
    Services,
    Team,
    amounts,
)


class Clinic(Section):
    """Checked content of ``clinic.yml``; see the comments there."""

    name: OwnWords
    phone: Phone
    email: str | None = None
    address: OwnWords | None = None
    country: str | None = None
    currency: str | None = None
    numbers: NumbersChosen = NumbersChosen()
    timezone: str = "UTC"
    hours: dict[str, str] = {}
    closed_on: tuple[dt.date, ...] | None = None
    getting_here: GettingHere = GettingHere()
    booking: Booking = Booking()
    cancelling: Cancelling = Cancelling()
    first_visit: FirstVisit = FirstVisit()
    prices: Prices = Prices()
    payment: Payment = Payment()
    referral: Rule | None = None
    services: Services = Services()
    team: Team = Team()
    remote: Remote = Remote()
    companions: Companions = Companions()
    records: Records = Records()
    contact: Contact = Contact()
    allowed_sites: tuple[str, ...] = ()
    privacy_version: str = "1"

    @validator("email")
    def _email_is_one(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                validate_email(value, check_deliverability=False, test_environment=True)
            except EmailNotValidError as error:
                if not value.endswith(".example"):
                    raise ValueError(str(error)) from None
        return value

    @validator("country")
    def _country_code(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"[A-Z]{2}", value):
            raise ValueError("must be a two-letter code such as GB, or left out")
        return value

    @validator("currency")
    def _currency_code(cls, value: str | None) -> str | None:
        if value is not None and value not in Locale("en").currencies:
            raise ValueError("must be a three-letter code such as GBP, or left out")
        return value

    @validator("timezone")
    def _timezone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(
                f"{value!r} is not a time zone; write one like Europe/London"
            ) from None
        return value

    @validator("hours")
    def _hours_readable(cls, value: dict[str, str]) -> dict[str, str]:
        for day, written in value.items():
            if day not in WEEKDAYS:
                raise ValueError(f"{day!r} is not a day; use {', '.join(WEEKDAYS)}")
            read_spans(written, day)
        return value

    @validator("closed_on", pre=True, each_item=True)
    def _day_is_written(cls, value: object) -> object:
        # Pydantic takes 12 for the 12th second of 1970.
        if not isinstance(value, dt.date | str):
            raise ValueError("must be a date, such as 2026-12-25")
        return value

    @validator("allowed_sites", each_item=True)
    def _site_is_origin(cls, value: str) -> str:
        if not re.fullmatch(r"https?://[a-z0-9.-]+(:\d+)?", value):
            raise ValueError(f"{value!r} must look like https://www.clinic.example")
        return value

    @root_validator(skip_on_failure=True)
    def _phone_fits_country(cls, values: dict[str, Any]) -> dict[str, Any]:
        country = values.get("country")
        if country in phonenumbers.SUPPORTED_REGIONS:
            try:
                number = phonenumbers.parse(values["phone"], country)
            except phonenumbers.NumberParseException:
                number = None
            if number is None or not phonenumbers.is_possible_number(number):
                raise ValueError(
                    f"phone: {values['phone']!r} is not a phone number in {country}"
                )
        return values

    @root_validator(skip_on_failure=True)
    def _money_has_currency(cls, values: dict[str, Any]) -> dict[str, Any]:
        if values["currency"] is None and values["country"]:
            values["currency"] = currency_of(values["country"])
        if values["currency"] is None and (found := next(amounts(values), None)):
            raise ValueError(
                f"currency: is needed for {found}; write a code such as GBP, or "
                "say the country"
            )
        return values

    @property
    def customs(self) -> Customs:
        """How times, days and money are written where the clinic is."""
        return Customs(self.country, self.currency)

    def numbers_to_call(self) -> Numbers:
        """Return the numbers of the clinic's country, or neutral words."""
        preset = NUMBERS.get(self.country or "", NEUTRAL)
        chosen = {k: v for k, v in self.numbers.dict().items() if v}
        return preset._replace(**chosen)

    def local(self, now: dt.datetime) -> dt.datetime:
        """Return `now` (aware) in the clinic's own time zone."""
        return now.astimezone(ZoneInfo(self.timezone))

    def opening(self) -> Hours:
        """Return when the clinic is open."""
        week = {day: read_spans(written, day) for day, written in self.hours.items()}
        return Hours(week, self.closed_on or (), self.customs)

    def facts(self, now: dt.datetime) -> dict[str, str]:
        """Return the value of every placeholder that answers may use, at `now`."""
        return {name: say(self, now) for name, say in facts.FACTS.items()}
