"""Check the contact form.

Contact details are typed into this form and never into the chat, so they do not pass
through Rasa. Each complaint names its field and says what would be right.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from mend.chat.bodies import clean, is_blank

MAX_LENGTH = {
    "name": 100,
    "phone": 40,
    "email": 254,
    "preferred_time": 200,
    "note": 1000,
}
# Numbers that cost the clinic money to call back (A25).
_COSTLY = (PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST)


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field, in words for the visitor."""

    field: str
    text: str


class NotValid(ValueError):
    """The form has errors.

    Args:
        errors: One per field, in the order of the form.
    """

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__(", ".join(error.field for error in errors))
        self.errors = errors


@dataclass(frozen=True)
class Checked:
    """Contact details that can be used; phone in international form."""

    name: str
    phone: str | None
    email: str | None
    preferred_time: str | None
    note: str | None


def check(form: Mapping[str, Any], country: str | None) -> Checked:
    """Return the checked contact details.

    Args:
        form: Fields as they were sent.
        country: Where numbers without a country code are from, such as "GB". Without
            it, or with "EU", numbers are kept as typed if they can be one.

    Raises:
        NotValid: A field is missing or cannot be used.
    """
    errors: list[FieldError] = []
    values = {field: _line(form, field, errors) for field in MAX_LENGTH}
    if not values["name"] and not _has(errors, "name"):
        errors.append(FieldError("name", "Enter your name."))
    phone = email = None
    if values["phone"]:
        phone = _phone(values["phone"], country)
        if phone is None:
            text = "Enter a phone number we can call, such as your mobile number."
            errors.append(FieldError("phone", text))
    if values["email"]:
        email = _email(values["email"])
        if email is None:
            text = "Enter an email address in the form name@example.com."
            errors.append(FieldError("email", text))
    if not (values["phone"] or values["email"]) and not (
        _has(errors, "phone") or _has(errors, "email")
    ):
        text = "Enter a phone number or an email address, so that we can reach you."
        errors.append(FieldError("phone", text))
    if form.get("consent") is not True:
        text = "Tick the box, so that we may use your details to contact you."
        errors.append(FieldError("consent", text))
    if errors:
        order = [*MAX_LENGTH, "consent"]
        raise NotValid(sorted(errors, key=lambda error: order.index(error.field)))
    return Checked(
        name=values["name"],
        phone=phone,
        email=email,
        preferred_time=values["preferred_time"] or None,
        note=values["note"] or None,
    )


def _has(errors: list[FieldError], field: str) -> bool:
    return any(error.field == field for error in errors)


def _line(form: Mapping[str, Any], field: str, errors: list[FieldError]) -> str:
    """Return one field as text; only the note may have several lines."""
    value = form.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        errors.append(FieldError(field, "Enter text."))
        return ""
    longest = MAX_LENGTH[field]
    if len(value) > longest:
        errors.append(FieldError(field, f"Use no more than {longest:,} characters."))
        return ""
    text = clean(value)
    if is_blank(text):
        return ""
    # A line break in a name or address is how mail headers are forged (A24). Blanks
    # at the ends come from phone keyboards and are forgiven.
    text = text.strip()
    if field != "note" and any(_breaks(c) for c in text):
        errors.append(FieldError(field, "Use one line only."))
        return ""
    return text


def _breaks(character: str) -> bool:
    return character in "\n\t" or unicodedata.category(character) in ("Zl", "Zp")


def _phone(text: str, country: str | None) -> str | None:
    region = country if country in phonenumbers.SUPPORTED_REGIONS else None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return _digits_only(text) if region is None else None
    # "Possible" and not "valid": the list of valid numbers is never complete, and
    # turning away somebody's real number is worse than a typing slip.
    if not phonenumbers.is_possible_number(number):
        return None
    if phonenumbers.number_type(number) in _COSTLY:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def _digits_only(text: str) -> str | None:
    """Accept what can be a number when nobody told us the country."""
    digits = [c for c in text if c in "0123456789"]
    if any(c not in "0123456789 +-()./" for c in text) or not 7 <= len(digits) <= 15:
        return None
    return text


def _email(text: str) -> str | None:
    try:
        found = validate_email(
            text,
            check_deliverability=False,
            allow_quoted_local=False,
            allow_domain_literal=False,
        )
    except EmailNotValidError:
        return None
    return found.normalized
