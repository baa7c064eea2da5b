"""The people of the clinic: how they are invited, join and lose access.

There is no default account. The first admin, like everybody after, comes in by a link
that works once and for a day.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mend.records import audit
from mend.records.columns import clean_text
from mend.records.passwords import hashed, password_problem
from mend.records.staff_sessions import end_all_sessions
from mend.records.tables import StaffUser
from mend.records.tokens import new_token, sha256

ROLES = {"reviewer": "Reviewer", "manager": "Manager", "admin": "Administrator"}

# Stands for the first admin until they say who they are (RFC 2606: never a real one).
NOBODY_YET = "first-admin@clinic.invalid"

INVITATION_LASTS = timedelta(hours=24)


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
    token = new_token()
    person = by_email(s, address)
    if person is None:
        person = StaffUser(email=address, active=True, created_at=now)
        s.add(person)
    elif person.password_hash is not None and not again:
        raise AlreadyInvited(f"{address} has an account already")
    person.name = clean_text(name).strip() or address
    person.role = role
    person.active = True
    person.invitation_sha256 = sha256(token)
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
        select(StaffUser).where(StaffUser.invitation_sha256 == sha256(token))
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
        if by_email(s, address) is not None or chosen_name == person.name:
            raise ValueError("somebody else's address, or no name")
    problem = password_problem(
        password, email=address, name=chosen_name, clinic_name=clinic_name
    )
    if problem is not None:
        raise WeakPassword(problem)
    # The row may have changed hands while it was read (PostgreSQL).
    taken = s.execute(
        update(StaffUser)
        .where(StaffUser.id == person.id, StaffUser.invitation_sha256 == sha256(token))
        .values(
            invitation_sha256=None,
            invitation_until=None,
            password_hash=hashed(password),
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


def change_password(
    s: Session,
    staff_id: int,
    password: str,
    now: datetime,
    *,
    clinic_name: str,
    keep_session: int,
) -> None:
    """Change somebody's own password; all their sessions but this one end.

    A link that was made for them meanwhile dies.

    Args:
        s: An open write session.
        staff_id: Whose; the caller has checked their old password.
        password: The new one, as typed.
        now: When.
        clinic_name: Not to be used as a password.
        keep_session: Id of the session in which it is changed.

    Raises:
        WeakPassword: The password cannot be used.
    """
    person = s.get(StaffUser, staff_id)
    problem = password_problem(
        password, email=person.email, name=person.name, clinic_name=clinic_name
    )
    if problem is not None:
        raise WeakPassword(problem)
    person.password_hash = hashed(password)
    person.invitation_sha256 = person.invitation_until = None
    audit.record(
        s,
        actor=audit.staff_actor(staff_id),
        action="staff.password_changed",
        object=audit.staff_actor(staff_id),
        now=now,
    )
    end_all_sessions(s, staff_id, now, but=keep_session)


def names_nobody(person: StaffUser) -> bool:
    """Say whether an invitation is for whoever opens it: the first admin."""
    is_nobody: bool = person.email == NOBODY_YET
    return is_nobody


def people(s: Session) -> list[StaffUser]:
    """Return everybody who has or had access, by name."""
    rows = s.execute(select(StaffUser).order_by(func.lower(StaffUser.name)))
    return list(rows.scalars())


def by_email(s: Session, email: str) -> StaffUser | None:
    """Return who signs in with this address, written as it is stored."""
    person: StaffUser | None = s.execute(
        select(StaffUser).where(StaffUser.email == clean_text(email))
    ).scalar_one_or_none()
    return person


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


def _address(email: str) -> str:
    address = clean_text(email).strip().casefold()
    local, at, domain = address.partition("@")
    if not (local and at and domain) or len(address) > 254 or len(address.split()) > 1:
        raise ValueError("not an e-mail address")
    return address
