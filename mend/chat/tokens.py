"""Conversation tokens: random, known to the browser only, stored as a hash."""

from __future__ import annotations

import hashlib
import re
import secrets
import uuid

_BEARER = re.compile(r"Bearer +([A-Za-z0-9_-]{43})", re.IGNORECASE)


def new_token() -> str:
    """Return a token of 256 random bits (ASVS 7.2.3 asks for 128)."""
    return secrets.token_urlsafe(32)


def new_sender_id() -> str:
    """Return the name by which Rasa knows a conversation; never given to anyone."""
    return uuid.uuid4().hex


def sha256(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def from_header(authorization: str | None) -> str | None:
    """Return the token of an `Authorization: Bearer …` header, if it can be one."""
    found = _BEARER.fullmatch((authorization or "").strip())
    return found[1] if found else None
