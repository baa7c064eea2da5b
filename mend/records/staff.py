"""The people of the clinic: invitations, passwords, sign-in and sessions.

There is no default account. The first admin, like everybody after, comes in by a link
that works once and for a day.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from mend.records import audit
from mend.records.columns import clean_text
from mend.records.database import Database
from mend.records.tables import SignInFailure, StaffSession, StaffUser

ROLES = {"reviewer": "Reviewer", "manager": "Manager", "admin": "Administrator"}

# Stands for the first admin until they say who they are (RFC 2606: never a real one).
NOBODY_YET = "first-admin@clinic.invalid"

INVITATION_LASTS = timedelta(hours=24)
# OWASP ASVS 5.0, 7.3.1 and 7.3.2: a session ends when nobody uses it, and in any case.
IDLE_LASTS = timedelta(minutes=30)
SESSION_LASTS = timedelta(hours=12)
# Not every page view needs a write; the idle time is right to within this.
TOUCH_EVERY = timedelta(minutes=1)

PASSWORD_MIN = 12
PASSWORD_MAX = 200

# Within FAILURE_WINDOW. Attempts made while locked are not counted, so a lock always
# ends. The lock on a whole account is high: nobody should be able to lock others out
# with a handful of guesses.
FAILURE_WINDOW = timedelta(minutes=15)
FAILURES_PER_ACCOUNT_AND_ADDRESS = 5
FAILURES_PER_ADDRESS = 20
FAILURES_PER_ACCOUNT = 100

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


class InvitationDead(LookupError):
    """The link was used, is too old, or never existed."""


class AlreadyInvited(ValueError):
    """The person has an account and a password already."""


class WeakPassword(ValueError):
    """The password cannot be used; the message says why, in words for its owner."""


class UnknownStaff(LookupError):
    """There is no such member of staff."""


class LastAdmin(ValueError):
    """Without this admin nobody could manage the staff."""


class TooManyAttempts(Exception):
    """Too many failed sign-ins; try again after `retry_after_s` seconds."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"retry after {retry_after_s} s")
        self.retry_after_s = retry_after_s


@dataclass(frozen=True)
class SignedIn:
    """The person behind a session."""

    session_id: int
    staff_id: int
    name: str
    email: str
    role: str


def first_admin_token(s: Session, now: datetime) -> str | None:
    """Return a token for the link that makes the first admin, None if there is one.

    Each call makes a new token; the one before dies. Who opens the link says their
    own e-mail address.
    """
    admins = s.execute(
        select(func.count())
        .select_from(StaffUser)
        .where(StaffUser.role == "admin", StaffUser.password_hash.is_not(None))
    ).scalar_one()
    if admins:
        return None
    return invite(s, NOBODY_YET, "", "admin", now)


def invite(
    s: Session,
    email: str,
    name: str,
    role: str,
    now: datetime,
    *,
    again: bool = False,
    by: int | None = None,
) -> str:
    """Make an account that waits for its owner, and return the token for the link.

    Inviting somebody who has not joined yet makes a new link (the old one dies) and
    takes the new role and name.

    Args:
        s: An open write session.
        email: Address the person signs in with.
        name: As colleagues know them.
        role: One of `ROLES`.
        now: When.
        again: Also for somebody who has joined: how a forgotten password is reset and a
            role is changed. Password and sessions stay until the link is used.
        by: Id of the admin who invites, None for the command line.

    Raises:
        AlreadyInvited: They have joined, and not `again`.
        ValueError: The role is unknown or the address is not one.
    """
    address = _address(email)
    if role not in ROLES:
        raise ValueError(f"unknown role {role!r}")
    token = secrets.token_urlsafe(32)
    person = _by_email(s, address)
    if person is None:
        person = StaffUser(email=address, active=True, created_at=now)
        s.add(person)
    elif person.password_hash is not None and not again:
        raise AlreadyInvited(f"{address} has an account already")
    person.name = clean_text(name).strip() or address
    person.role = role
    person.active = True
    person.invitation_sha256 = _sha256(token)
    person.invitation_until = now + INVITATION_LASTS
    s.flush()
    audit.record(
        s,
        actor="system" if by is None else audit.staff_actor(by),
        action="staff.invited",
        object=f"staff:{person.id}",
        details={"role": role},
        now=now,
    )
    return token


def invited(s: Session, token: str, now: datetime) -> StaffUser:
    """Return the account a link is for.

    Raises:
        InvitationDead: See the class.
    """
    person: StaffUser | None = s.execute(
        select(StaffUser).where(StaffUser.invitation_sha256 == _sha256(token))
    ).scalar_one_or_none()
    if person is None or not person.active or person.invitation_until <= now:
        raise InvitationDead
    return person


def accept_invitation(
    s: Session,
    token: str,
    password: str,
    now: datetime,
    *,
    name: str | None = None,
    email: str | None = None,
    clinic_name: str = "",
) -> int:
    """Set the password (and name) of an invited person; the link dies.

    Every older session of theirs ends.

    Args:
        s: An open write session.
        token: From the link.
        password: As typed.
        now: When.
        name: As typed, None to keep what the invitation says.
        email: Only looked at for the first admin, whose invitation names nobody.
        clinic_name: Not to be used as a password.

    Returns:
        The id of the member of staff.

    Raises:
        InvitationDead: See the class.
        WeakPassword: The password cannot be used; the link stays good.
        ValueError: The first admin gave no good address, or somebody else's.
    """
    person = invited(s, token, now)
    chosen_name = clean_text(name or "").strip() or person.name
    address = person.email
    if names_nobody(person):
        address = _address(email or "")
        if _by_email(s, address) is not None or chosen_name == person.name:
            raise ValueError("somebody else's address, or no name")
    problem = password_problem(
        password, email=address, name=chosen_name, clinic_name=clinic_name
    )
    if problem is not None:
        raise WeakPassword(problem)
    # The row may have changed hands while it was read (PostgreSQL).
    taken = s.execute(
        update(StaffUser)
        .where(StaffUser.id == person.id, StaffUser.invitation_sha256 == _sha256(token))
        .values(
            invitation_sha256=None,
            invitation_until=None,
            password_hash=_hasher().hash(clean_text(password)),
            name=chosen_name,
            email=address,
        )
        .execution_options(synchronize_session=False)
    ).rowcount
    if not taken:
        raise InvitationDead
    s.expire(person)
    staff_id: int = person.id
    end_all_sessions(s, staff_id, now)
    audit.record(
        s,
        actor=audit.staff_actor(staff_id),
        action="staff.joined",
        object=f"staff:{staff_id}",
        now=now,
    )
    return staff_id


def names_nobody(person: StaffUser) -> bool:
    """Say whether an invitation is for whoever opens it: the first admin."""
    is_nobody: bool = person.email == NOBODY_YET
    return is_nobody


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


def verify(
    db: Database, email: str, password: str, address: str, now: datetime
) -> int | None:
    """Check a sign-in; return the id of the person, None when it is refused.

    Unknown, disabled and not yet joined people take the same time as a wrong password.

    Args:
        db: The database. The slow part runs outside of any transaction.
        email: As typed.
        password: As typed.
        address: Network address the attempt comes from.
        now: When.

    Raises:
        TooManyAttempts: Too many failures from there or for this account, whether
            or not the account exists.
    """
    account_key, address_key = _sha256(email.strip().casefold()), _sha256(address)
    with db.reading() as s:
        _refuse_if_locked(s, account_key, address_key, now)
        person = _by_email(s, email.strip().casefold())
        can_sign_in = bool(person and person.active and person.password_hash)
        stored = person.password_hash if person and can_sign_in else _nobodys_hash()
    right = len(password) <= PASSWORD_MAX and _matches(stored, password)
    if person is None or not can_sign_in or not right:
        with db.transaction() as s:
            _count_failure(s, account_key, address_key, now)
            audit.record(
                s,
                actor="system",
                action="staff.sign_in_refused",
                object="staff:unknown" if person is None else f"staff:{person.id}",
                now=now,
            )
        return None
    staff_id: int = person.id
    with db.transaction() as s:
        s.execute(
            delete(SignInFailure)
            .where(
                SignInFailure.account_sha256 == account_key,
                SignInFailure.address_sha256 == address_key,
            )
            .execution_options(synchronize_session=False)
        )
        if _hasher().check_needs_rehash(stored):
            s.get(StaffUser, staff_id).password_hash = _hasher().hash(
                clean_text(password)
            )
    return staff_id


def open_session(s: Session, staff_id: int, now: datetime) -> str:
    """Start a session and return its token, 256 random bits; only its hash is kept."""
    token = secrets.token_urlsafe(32)
    s.add(
        StaffSession(
            staff_id=staff_id,
            token_sha256=_sha256(token),
            created_at=now,
            last_seen_at=now,
        )
    )
    s.get(StaffUser, staff_id).last_sign_in_at = now
    audit.record(
        s,
        actor=audit.staff_actor(staff_id),
        action="staff.signed_in",
        object=f"staff:{staff_id}",
        now=now,
    )
    return token


def signed_in(s: Session, token: str, now: datetime) -> SignedIn | None:
    """Return who a token belongs to, None when its session is over."""
    found = s.execute(
        select(StaffSession, StaffUser)
        .join(StaffUser, StaffUser.id == StaffSession.staff_id)
        .where(
            StaffSession.token_sha256 == _sha256(token),
            StaffSession.ended_at.is_(None),
            StaffSession.created_at > now - SESSION_LASTS,
            StaffSession.last_seen_at > now - IDLE_LASTS,
            StaffUser.active.is_(True),
        )
    ).one_or_none()
    if found is None:
        return None
    session, person = found
    return SignedIn(
        session_id=session.id,
        staff_id=person.id,
        name=person.name,
        email=person.email,
        role=person.role,
    )


def touch_session(db: Database, session_id: int, now: datetime) -> None:
    """Note that the session is in use, at most once in `TOUCH_EVERY`."""
    with db.reading() as s:
        seen = s.execute(
            select(StaffSession.last_seen_at).where(StaffSession.id == session_id)
        ).scalar_one()
    if now - seen < TOUCH_EVERY:
        return
    with db.transaction() as s:
        s.get(StaffSession, session_id).last_seen_at = now


def end_session(s: Session, session_id: int, now: datetime) -> None:
    """End one session."""
    session = s.get(StaffSession, session_id)
    if session.ended_at is None:
        session.ended_at = now
    audit.record(
        s,
        actor=audit.staff_actor(session.staff_id),
        action="staff.signed_out",
        object=f"staff:{session.staff_id}",
        now=now,
    )


def end_all_sessions(s: Session, staff_id: int, now: datetime) -> int:
    """End every session of a person; return how many were open."""
    ended: int = s.execute(
        update(StaffSession)
        .where(StaffSession.staff_id == staff_id, StaffSession.ended_at.is_(None))
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    ).rowcount
    if ended:
        audit.record(
            s,
            actor=audit.staff_actor(staff_id),
            action="staff.signed_out_everywhere",
            object=f"staff:{staff_id}",
            details={"sessions": ended},
            now=now,
        )
    return ended


def people(s: Session) -> list[StaffUser]:
    """Return everybody who has or had access, by name."""
    rows = s.execute(select(StaffUser).order_by(func.lower(StaffUser.name)))
    return list(rows.scalars())


def set_active(
    s: Session, staff_id: int, *, active: bool, by: int, now: datetime
) -> None:
    """Let a person in again, or keep them out: their sessions end at once.

    Raises:
        UnknownStaff: There is no such person.
        LastAdmin: They are the last admin who can sign in.
    """
    person = s.get(StaffUser, staff_id)
    if person is None:
        raise UnknownStaff(staff_id)
    if not active and person.role == "admin":
        others = s.execute(
            select(func.count())
            .select_from(StaffUser)
            .where(
                StaffUser.role == "admin",
                StaffUser.active.is_(True),
                StaffUser.password_hash.is_not(None),
                StaffUser.id != staff_id,
            )
        ).scalar_one()
        if not others:
            raise LastAdmin(staff_id)
    person.active = active
    if not active:
        person.invitation_sha256 = None
        person.invitation_until = None
        end_all_sessions(s, staff_id, now)
    audit.record(
        s,
        actor=audit.staff_actor(by),
        action="staff.enabled" if active else "staff.disabled",
        object=f"staff:{staff_id}",
        now=now,
    )


def _by_email(s: Session, email: str) -> StaffUser | None:
    person: StaffUser | None = s.execute(
        select(StaffUser).where(StaffUser.email == clean_text(email))
    ).scalar_one_or_none()
    return person


def _address(email: str) -> str:
    address = clean_text(email).strip().casefold()
    local, at, domain = address.partition("@")
    if not (local and at and domain) or len(address) > 254 or len(address.split()) > 1:
        raise ValueError("not an e-mail address")
    return address


def _refuse_if_locked(
    s: Session, account_key: str, address_key: str, now: datetime
) -> None:
    since = now - FAILURE_WINDOW
    by_account = SignInFailure.account_sha256 == account_key
    by_address = SignInFailure.address_sha256 == address_key
    for where, limit in (
        ((by_account, by_address), FAILURES_PER_ACCOUNT_AND_ADDRESS),
        ((by_address,), FAILURES_PER_ADDRESS),
        ((by_account,), FAILURES_PER_ACCOUNT),
    ):
        failures, first = s.execute(
            select(func.count(), func.min(SignInFailure.at)).where(
                *where, SignInFailure.at > since
            )
        ).one()
        if failures >= limit:
            left = (first + FAILURE_WINDOW - now).total_seconds()
            raise TooManyAttempts(max(1, int(left) + 1))


def _count_failure(
    s: Session, account_key: str, address_key: str, now: datetime
) -> None:
    s.execute(
        delete(SignInFailure)
        .where(SignInFailure.at <= now - FAILURE_WINDOW)
        .execution_options(synchronize_session=False)
    )
    s.add(SignInFailure(account_sha256=account_key, address_sha256=address_key, at=now))
    s.flush()


def _matches(stored: str, password: str) -> bool:
    try:
        # Lone surrogates cannot be encoded; no stored password has any.
        return _hasher().verify(stored, clean_text(password))
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    """Return a hash that nothing matches, to spend the same time on unknown people."""
    return _hasher().hash(secrets.token_urlsafe(32))


def _sha256(text: str) -> str:
    return hashlib.sha256(clean_text(text).encode()).hexdigest()
