"""The pages: chat, contact form without JavaScript, demo clinic page, files."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import phonenumbers
from flask import Blueprint, Response, render_template, request
from itsdangerous import BadData, URLSafeSerializer

from mend.chat import api, consultation, origin, tokens
from mend.chat.assets import Assets
from mend.chat.bodies import client_id
from mend.chat.contact import MAX_LENGTH, FieldError, NotValid, check
from mend.chat.door import FrontDoor
from mend.chat.problems import Problem
from mend.records import journal

PICTURES = Path(__file__).parent / "static" / "pictures"
_NUMBER = re.compile(r"\+?\d(?:[\d ()-]*\d)?")


def dialled(words: str, country_phone: str | None = None) -> list[tuple[str, str]]:
    """Return the numbers in some words, each with what a phone has to dial.

    Args:
        words: Such as "NHS 111" or "112 or 999".
        country_phone: The international form, where the words are one known number.
    """
    if country_phone:
        return [(words, f"tel:{country_phone}")]
    return [
        (number, "tel:" + re.sub(r"[^\d+]", "", number))
        for number in _NUMBER.findall(words)
    ]


class Numbers:
    """Numbers to tap: the clinic's, the emergency ones.

    Args:
        door: The front door, for the clinic's facts.
    """

    def __init__(self, door: FrontDoor) -> None:
        clinic = door.clinic
        numbers = clinic.numbers_to_call()
        phone = re.sub(r"[^\d+]", "", _international(clinic.phone, clinic.country))
        self.phone = dialled(clinic.phone, phone)[0]
        self.emergency = dialled(numbers.emergency)
        self.urgent = dialled(numbers.urgent_line)
        self.crisis = dialled(numbers.crisis_line)
        self.emergency_words = numbers.emergency

    def as_json(self) -> str:
        """Return what the chat's script needs to make numbers tappable."""
        known = [self.phone, *self.emergency, *self.urgent, *self.crisis]
        return json.dumps(
            {
                "known": sorted(set(known), key=lambda n: -len(n[0])),
                "phone": self.phone[0],
                "emergency": self.emergency[:1],
                "same_day": self.urgent[:1],
            },
            separators=(",", ":"),
        )


def _international(phone: str, country: str | None) -> str:
    try:
        region = country if country in phonenumbers.SUPPORTED_REGIONS else None
        number = phonenumbers.parse(phone, region)
    except phonenumbers.NumberParseException:
        return phone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def blueprint(door: FrontDoor, assets: Assets) -> Blueprint:
    """Return the routes of all pages and files."""
    pages = Blueprint("pages", __name__)
    forms = URLSafeSerializer(door.secret_key, salt="mend.chat.form")
    numbers = Numbers(door)
    pictures = Assets(PICTURES)

    def page(template: str, **more: Any) -> str:
        return render_template(
            template,
            clinic=door.clinic,
            facts=door.words.facts(),
            numbers=numbers,
            asset=assets.url,
            longest=MAX_LENGTH,
            **{"errors": {}, "values": {}, **more},
        )

    @pages.get("/")
    def demo() -> str:
        return page("demo.html", site=door.settings.public_url)

    @pages.get("/chat")
    def chat() -> str:
        return page(
            "chat.html",
            greeting=api.greeting(door),
            form_id=forms.dumps(api.new_id()),
            limit=door.settings.message_max_chars,
        )

    @pages.get("/chat/privacy")
    def privacy() -> str:
        """Return what the chat page shows under "Privacy", when asked for."""
        return page("_privacy.html", keep=door.settings)

    @pages.get("/contact")
    def contact() -> str:
        return page("contact.html", form_id=forms.dumps(api.new_id()))

    @pages.post("/contact")
    def send_contact() -> tuple[str, int]:
        headers = request.headers
        origin.check(headers.get("Origin"), headers.get("Sec-Fetch-Site"), door.origins)
        if request.mimetype != "application/x-www-form-urlencoded":
            raise Problem(415)
        form_id = request.form.get("id", "")
        try:
            made = client_id({"id": forms.loads(form_id)})
        except BadData:
            raise Problem(400, "Please open the form again.") from None
        values = {name: request.form.get(name, "") for name in MAX_LENGTH}
        consent = request.form.get("consent") == "yes"
        try:
            details = check({**values, "consent": consent}, door.clinic.country)
        except NotValid as error:
            return page(
                "contact.html",
                form_id=form_id,
                values={**values, "consent": consent},
                errors=_by_field(error.errors),
            ), 422
        address = door.address(request.remote_addr)
        if wait := door.limits.form(address, made):
            raise Problem(429, retry_after=wait)
        token = derived_token(door.secret_key, made)
        with door.database.transaction() as s:
            # The same form sent twice is one conversation and one request.
            conversation = journal.conversation_by_token(s, tokens.sha256(token))
            conversation = conversation or api.open_conversation(door, s, token)
            try:
                done = consultation.request(
                    s, door, conversation, made, details, door.now()
                )
            except journal.DifferentText:
                raise Problem(409, "This form was sent before.") from None
        return page("contact.html", done=done), 201

    @pages.get("/widget.js")
    def widget() -> Response:
        found = file("widget.js")
        found.headers["Cache-Control"] = "public, max-age=300"
        return found

    @pages.get("/static/<name>")
    def file(name: str) -> Response:
        found = assets.response(name, request)
        if found is None:
            raise Problem(404)
        return found

    @pages.get("/pictures/<name>")
    def picture(name: str) -> Response:
        found = pictures.response(name, request)
        if found is None:
            raise Problem(404)
        # Their names do not change with them; a day, then the ETag is asked about.
        found.headers["Cache-Control"] = "public, max-age=86400"
        return found

    @pages.get("/favicon.ico")
    def icon() -> Response:
        return file("icon.svg")

    return pages


def error_page(door: FrontDoor, assets: Assets, problem: Problem, title: str) -> str:
    """Return the page that a person sees instead of a problem document."""
    return render_template(
        "problem.html",
        clinic=door.clinic,
        numbers=Numbers(door),
        asset=assets.url,
        title=title,
        detail=problem.detail,
    )


def derived_token(secret_key: str, form_id: str) -> str:
    """Return the token of the conversation that a form without JavaScript opens."""
    digest = hmac.new(secret_key.encode(), form_id.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _by_field(errors: list[FieldError]) -> Mapping[str, str]:
    return {error.field: error.text for error in errors}
