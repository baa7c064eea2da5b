"""Passwords of the staff: which can be used, and how they are kept and checked."""

import secrets
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from mend.records.columns import clean_text

PASSWORD_MIN = 12
PASSWORD_MAX = 200

# Long enough for our minimum and still among the first that anybody tries.
COMMON_PASSWORDS = frozenset(
    """
    123456789012 1234567890123 12345678901234 123456123456 111111111111 000000000000
    123123123123 aaaaaaaaaaaa password1234 password12345 password123456 passwordpassword
    passw0rd1234 qwertyuiop12 qwertyuiop123 qwertyuiop[] qwertyqwerty qwerty123456
    1q2w3e4r5t6y 1qaz2wsx3edc administrator administrator1 admin1234567 adminadminadmin
    letmeinletmein welcome12345 welcome123456 changeme1234 changemechangeme
    iloveyou1234 abcdefghijkl abcdefgh1234 abcd12345678 abc123abc123 q1w2e3r4t5y6
    sunshine1234 football1234 liverpool1234 manchester123 princess1234 monkeymonkey
    physiotherapy physiotherapist physio123456 clinicclinic correcthorsebatterystaple
    """.split()  # noqa: SIM905 - easier to read and to add to
)


def password_problem(
    password: str, *, email: str, name: str, clinic_name: str
) -> str | None:
    """Return why a password cannot be used, None when it can (ASVS 5.0, 6.2)."""
    if len(password) < PASSWORD_MIN:
        return f"Use at least {PASSWORD_MIN} characters. A short sentence works well."
    if len(password) > PASSWORD_MAX:
        return f"Use at most {PASSWORD_MAX} characters."
    folded = "".join(password.casefold().split())
    own_words = (email, email.partition("@")[0], name, clinic_name)
    for word in own_words:
        known = "".join(word.casefold().split())
        # A long password may well contain a short name; it must not be made of it.
        if known and (folded == known or folded.strip("0123456789!.?-_") == known):
            return "Do not use your name, your e-mail address or the clinic's name."
    if folded in COMMON_PASSWORDS or len(set(folded)) < 4:
        return "This password is one of the first that anybody would try."
    return None


def hashed(password: str) -> str:
    """Return what is kept of a password (Argon2id, with a salt of its own)."""
    return _hasher().hash(clean_text(password))


def matches(stored: str, password: str) -> bool:
    """Say whether `stored` was made from this password; slow on purpose."""
    try:
        # Lone surrogates cannot be encoded; no stored password has any.
        return _hasher().verify(stored, clean_text(password))
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Say whether a hash was made with weaker settings than those of today."""
    return _hasher().check_needs_rehash(stored)


@lru_cache(maxsize=1)
def nobodys_hash() -> str:
    """Return a hash that nothing matches, to spend the same time on unknown people."""
    return _hasher().hash(secrets.token_urlsafe(32))


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    return PasswordHasher()
