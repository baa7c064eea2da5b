"""Random tokens for links and sessions; the records keep only what hashes to them."""

import hashlib
import secrets

from mend.records.columns import clean_text


def new_token() -> str:
    """Return a token nobody can guess: 256 random bits, safe in an address."""
    return secrets.token_urlsafe(32)


def sha256(text: str) -> str:
    """Return what is kept of a token, or of an address that is only compared."""
    return hashlib.sha256(clean_text(text).encode()).hexdigest()
