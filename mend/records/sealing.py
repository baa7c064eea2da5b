"""Seal small secrets that must be read again, with a key kept outside the database.

Whoever gets hold of the database alone, or of a backup of it, cannot open them.
"""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken


class Seal:
    """Closes and opens texts with a key derived from the secret key of the settings."""

    def __init__(self, key: str) -> None:
        # Not the key itself: what one part makes, another must not accept.
        derived = hmac.new(key.encode(), b"second factor", hashlib.sha256).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(derived))

    def close(self, text: str) -> str:
        """Return `text`, sealed."""
        return self._fernet.encrypt(text.encode()).decode("ascii")

    def open(self, sealed: str) -> str | None:
        """Return what was sealed, None when it was sealed with another key."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None
