"""Read request bodies: strict JSON, small, with the fields that are expected."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any
from uuid import UUID

from flask import Request

from mend.chat.problems import Problem, invalid

# 1,000 characters written as JSON escapes are 12 kB; the contact form is smaller.
MAX_BODY_BYTES = 32 * 1024

_UUID = re.compile(r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


def read_json(request: Request) -> dict[str, Any]:
    """Return the body as an object.

    Raises:
        Problem: 413 larger than anything we accept, 415 not JSON by its content type,
            400 not JSON, not an object, a key twice, NaN, nested without end.
    """
    length = request.content_length
    if length is not None and length > MAX_BODY_BYTES:
        raise Problem(413)
    if request.mimetype != "application/json":
        raise Problem(415)
    raw = request.stream.read(MAX_BODY_BYTES + 1)
    if len(raw) > MAX_BODY_BYTES:
        raise Problem(413)
    try:
        body = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_without_repeats,
            parse_constant=_no_constant,
        )
    except (ValueError, RecursionError):
        raise Problem(400, "The body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise Problem(400, "The body must be a JSON object.")
    return body


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)


def client_id(body: dict[str, Any]) -> str:
    """Return the client's id of a request, a UUID, in its usual form."""
    value = body.get("id")
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise invalid("id", "The id must be a UUID.")
    return str(UUID(value))


def clean(text: str) -> str:
    """Return text that every database and page can hold.

    NUL and other control characters go (PostgreSQL refuses NUL), half surrogates
    become the replacement character, line ends become newlines. Everything else stays
    as it was written.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        "\ufffd" if 0xD800 <= ord(c) <= 0xDFFF else c
        for c in text
        if c in "\n\t" or unicodedata.category(c) != "Cc"
    )


def is_blank(text: str) -> bool:
    """Say whether nothing of the text can be seen."""
    return all(
        c.isspace() or unicodedata.category(c) in ("Cc", "Cf", "Cn", "Co") for c in text
    )


def message_text(body: dict[str, Any], limit: int) -> str:
    """Return the visitor's text, cleaned.

    Raises:
        Problem: 422 missing, empty or no string; 413 longer than `limit` characters.
    """
    value = body.get("text")
    if not isinstance(value, str):
        raise invalid("text", "The text is missing.")
    if len(value) > limit:
        raise Problem(413, f"A message can have up to {limit:,} characters.")
    text = clean(value)
    if is_blank(text):
        raise invalid("text", "The message is empty.")
    return text
