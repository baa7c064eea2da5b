"""The clinic's own facts, read from ``clinic.yml``.

Whatever a visitor is told about the clinic comes from here, filled into the
answers' placeholders (``{clinic.phone}``, ``{emergency}`` ...) when they are sent.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
import yaml
from email_validator import EmailNotValidError, validate_email
from pydantic import BaseModel, Extra, ValidationError, root_validator, validator

from mend.errors import OperatorError

WEEKDAYS = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


class Numbers(NamedTuple):
    """Whom to call, in words that fit after "call"."""

    emergency: str
    urgent_line: str
    crisis_line: str


NEUTRAL = Numbers(
    "your local emergency number",
    "a doctor or urgent care service",
    "a crisis line in your country, or your local emergency number",
)
_EU = Numbers("112", NEUTRAL.urgent_line, NEUTRAL.crisis_line)

_EU_COUNTRIES = (
    *("AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU"),
    *("IT", "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE"),
    "EU",
)


# Presets per country; each clinic confirms its own. A country that is not listed
# gets neutral words, because a wrong number is worse than none.
NUMBERS: Mapping[str, Numbers] = {
    "GB": Numbers("999", "NHS 111", "Samaritans on 116 123"),
    "IE": Numbers(
        "112 or 999", "your GP out-of-hours service", "Samaritans on 116 123"
    ),
    "US": Numbers("911", "your doctor or nurse line", "988"),
    "CA": Numbers("911", "811", "988"),
    "AU": Numbers("000", "healthdirect on 1800 022 222", "Lifeline on 13 11 14"),
    "SG": Numbers("995", "a doctor or clinic", "Samaritans of Singapore on 1767"),
    "IN": Numbers("112", "your doctor", "Tele-MANAS on 14416"),
    **dict.fromkeys(_EU_COUNTRIES, _EU),
}

_SPAN = re.compile(r"^(\d{2}):(\d{2})\s*-\s*(\d{2}):(\d{2})$")


class ClinicError(OperatorError):
    """``clinic.yml`` cannot be used; the message names the key and what would do."""


class NumbersChosen(BaseModel):
    """Numbers that the clinic sets itself instead of its country's."""

    emergency: str | None = None
    urgent_line: str | None = None
    crisis_line: str | None = None

    class Config:
        """Pydantic: refuse unknown keys."""

        extra = Extra.forbid


class Clinic(BaseModel):
    """Checked content of ``clinic.yml``."""

    name: str
    phone: str
    email: str | None = None
    address: str | None = None
    country: str | None = None
    numbers: NumbersChosen = NumbersChosen()
    timezone: str = "UTC"
    hours: dict[str, str] = {}
    closed_on: tuple[dt.date, ...] = ()
    allowed_sites: tuple[str, ...] = ()
    privacy_version: str = "1"

    class Config:
        """Pydantic: immutable, refuse unknown keys."""

        extra = Extra.forbid
        allow_mutation = False

    @validator("name", "phone")
    def _not_blank(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("must not be empty")
        return value.strip()

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
        for day, span in value.items():
            if day not in WEEKDAYS:
                raise ValueError(f"{day!r} is not a day; use {', '.join(WEEKDAYS)}")
            _opening(span, day)
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

    def numbers_to_call(self) -> Numbers:
        """Return the numbers of the clinic's country, or neutral words."""
        preset = NUMBERS.get(self.country or "", NEUTRAL)
        chosen = {k: v for k, v in self.numbers.dict().items() if v}
        return preset._replace(**chosen)

    def opening(self, day: dt.date) -> tuple[dt.time, dt.time] | None:
        """Return when the clinic opens and closes on `day` (local time), or None."""
        span = self.hours.get(WEEKDAYS[day.weekday()])
        if span is None or day in self.closed_on:
            return None
        return _opening(span, WEEKDAYS[day.weekday()])

    def is_open(self, now: dt.datetime) -> bool:
        """Tell whether somebody answers the phone at `now` (aware datetime)."""
        local = now.astimezone(ZoneInfo(self.timezone))
        span = self.opening(local.date())
        return span is not None and span[0] <= local.time() < span[1]

    def hours_today(self, now: dt.datetime) -> str:
        """Say whether the clinic is open at `now` and until or from when."""
        if not self.hours:
            return "please ask us for our opening hours"
        local = now.astimezone(ZoneInfo(self.timezone))
        today = self.opening(local.date())
        if today and local.time() < today[0]:
            return f"we open today at {today[0]:%H:%M}"
        if today and local.time() < today[1]:
            return f"we are open today until {today[1]:%H:%M}"
        for ahead in range(1, 15):
            day = local.date() + dt.timedelta(days=ahead)
            span = self.opening(day)
            if span:
                when = "tomorrow" if ahead == 1 else f"on {day:%A}"
                if ahead > 6:
                    when = f"on {day:%A} {day.day} {day:%B}"
                return f"we are closed now and open {when} at {span[0]:%H:%M}"
        return "we are closed now"

    def hours_week(self) -> str:
        """List the week's opening hours, days with the same hours put together."""
        if not self.hours:
            return "please ask us"
        groups: list[tuple[list[str], str]] = []
        for day in WEEKDAYS:
            span = self.hours.get(day, "closed").replace(" ", "")
            span = span.replace("-", " to ")
            if groups and groups[-1][1] == span:
                groups[-1][0].append(day)
            else:
                groups.append(([day], span))
        return "; ".join(
            f"{days[0].capitalize()}"
            + (f" to {days[-1].capitalize()}" if len(days) > 1 else "")
            + f" {span}"
            for days, span in groups
        )

    def facts(self, now: dt.datetime) -> dict[str, str]:
        """Return the value of every placeholder that answers may use, at `now`."""
        numbers = self.numbers_to_call()
        ask_us = f"please ask us on {self.phone}"
        return {
            "clinic.name": self.name,
            "clinic.phone": self.phone,
            "clinic.email": self.email or ask_us,
            "clinic.address": self.address or ask_us,
            "clinic.hours_today": self.hours_today(now),
            "clinic.hours_week": self.hours_week(),
            "emergency": numbers.emergency,
            "urgent_line": numbers.urgent_line,
            "crisis_line": numbers.crisis_line,
        }


def _opening(span: str, day: str) -> tuple[dt.time, dt.time]:
    found = _SPAN.match(str(span).strip())
    try:
        if not found:
            raise ValueError
        opens = dt.time(int(found[1]), int(found[2]))
        closes = dt.time(int(found[3]), int(found[4]))
    except ValueError:
        raise ValueError(f"{day}: {span!r} must look like 08:00-18:00") from None
    if closes <= opens:
        raise ValueError(f"{day}: closes at {closes:%H:%M}, before it opens")
    return opens, closes


def load_clinic(path: Path) -> Clinic:
    """Read and check the clinic's facts.

    Raises:
        ClinicError: the file is missing, is not YAML, or a key cannot be used.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ClinicError(
            f"{path} is missing; copy the clinic.yml that Mend comes with"
        ) from None
    except yaml.YAMLError as error:
        raise ClinicError(f"{path} is not valid YAML: {error}") from None
    if not isinstance(content, dict):
        raise ClinicError(f"{path} must hold keys and values, such as 'name: ...'")
    try:
        return Clinic(**content)
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            key = ".".join(str(part) for part in problem["loc"] if part != "__root__")
            lines.append(f"{path.name}: {key}: {problem['msg']}".replace(": : ", ": "))
        raise ClinicError("\n".join(lines)) from None
    except TypeError:
        raise ClinicError(f"{path.name}: every key must be a word") from None
