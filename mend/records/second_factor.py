"""The second factor of the staff: codes from an app (TOTP, RFC 6238).

A code counts once, and one step early or late (RFC 6238, 5.2). Somebody without the
app uses one of ten recovery codes, each of which counts once too. Secrets are sealed
(see `sealing`); of recovery codes only hashes are kept.
"""

import hmac
import secrets
from datetime import datetime

import pyotp
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from mend.records import audit
from mend.records.escalations import REFERENCE_LETTERS
from mend.records.sealing import Seal
from mend.records.staff import UnknownStaff
from mend.records.staff_sessions import end_all_sessions
from mend.records.tables import RecoveryCode, StaffUser
from mend.records.tokens import sha256

STEP_S = 30
STEPS_ASIDE = 1
RECOVERY_CODES = 10
# Four groups of four letters out of 30: 78 random bits.
_GROUPS, _GROUP_LETTERS = 4, 4


class WrongCode(ValueError):
    """The code is not the one the app shows now, or it was used before."""


def begin(s: Session, staff_id: int, seal: Seal) -> None:
    """Make a secret that waits to be confirmed; the one in use stays until then."""
    _person(s, staff_id).totp_pending = seal.close(pyotp.random_base32())


def pending_secret(s: Session, staff_id: int, seal: Seal) -> str | None:
    """Return the secret that waits to be confirmed, in base 32, None without one."""
    sealed = _person(s, staff_id).totp_pending
    return None if sealed is None else seal.open(sealed)


def confirm(
    s: Session, staff_id: int, code: str, seal: Seal, now: datetime
) -> list[str]:
    """Take the waiting secret into use when its owner shows a code of it.

    Returns:
        New recovery codes; those from before are worth nothing any more.

    Raises:
        WrongCode: See the class; the secret goes on waiting.
    """
    person = _person(s, staff_id)
    secret = pending_secret(s, staff_id, seal)
    step = None if secret is None else _step_of(secret, code, now, after=None)
    if step is None:
        raise WrongCode
    person.totp_secret, person.totp_pending = person.totp_pending, None
    person.totp_since = now
    person.totp_last_step = step
    _audit(s, staff_id, "staff.second_factor_set_up", now)
    return _replace_recovery_codes(s, staff_id)


def is_set_up(s: Session, staff_id: int) -> bool:
    """Say whether this person is asked for a code."""
    return _person(s, staff_id).totp_secret is not None


def passes(s: Session, staff_id: int, typed: str, seal: Seal, now: datetime) -> bool:
    """Say whether a code of the app or a recovery code is right; it is then used up."""
    person = _person(s, staff_id)
    secret = None if person.totp_secret is None else seal.open(person.totp_secret)
    if secret is not None:
        step = _step_of(secret, typed, now, after=person.totp_last_step)
        if step is not None:
            return _use_step(s, staff_id, step)
    return person.totp_secret is not None and _use_recovery_code(
        s, staff_id, typed, now
    )


def new_recovery_codes(s: Session, staff_id: int, now: datetime) -> list[str]:
    """Return ten new recovery codes; the old ones die.

    Raises:
        UnknownStaff: There is no such person, or no second factor to recover.
    """
    if not is_set_up(s, staff_id):
        raise UnknownStaff(staff_id)
    _audit(s, staff_id, "staff.recovery_codes_made", now)
    return _replace_recovery_codes(s, staff_id)


def recovery_codes_left(s: Session, staff_id: int) -> int:
    """Return how many recovery codes can still be used."""
    count: int = s.execute(
        select(func.count())
        .select_from(RecoveryCode)
        .where(RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None))
    ).scalar_one()
    return count


def remove(s: Session, staff_id: int, now: datetime) -> None:
    """Take the second factor away at its owner's wish."""
    _forget(s, staff_id)
    _audit(s, staff_id, "staff.second_factor_removed", now)


def reset(s: Session, staff_id: int, *, by: int | None, now: datetime) -> None:
    """Take somebody's second factor away, who has lost it; their sessions end.

    Args:
        s: An open write session.
        staff_id: Whose.
        by: Id of the admin who does it, None for the command line.
        now: When.

    Raises:
        UnknownStaff: There is no such person.
    """
    _forget(s, staff_id)
    end_all_sessions(s, staff_id, now)
    actor = "system" if by is None else audit.staff_actor(by)
    _audit(s, staff_id, "staff.second_factor_reset", now, actor=actor)


def _step_of(
    secret: str, typed: str, now: datetime, *, after: int | None
) -> int | None:
    """Return the step whose code was typed, None for a wrong or used one."""
    code = "".join(typed.split())
    if not (code.isascii() and code.isdigit()):
        return None
    totp = pyotp.TOTP(secret, interval=STEP_S)
    current = int(now.timestamp()) // STEP_S
    for step in range(current - STEPS_ASIDE, current + STEPS_ASIDE + 1):
        right = hmac.compare_digest(totp.at(step * STEP_S), code)
        if right and (after is None or step > after):
            return step
    return None


def _use_step(s: Session, staff_id: int, step: int) -> bool:
    """Note the step; False when another request used it a moment ago."""
    used: int = s.execute(
        update(StaffUser)
        .where(
            StaffUser.id == staff_id,
            or_(StaffUser.totp_last_step.is_(None), StaffUser.totp_last_step < step),
        )
        .values(totp_last_step=step)
        .execution_options(synchronize_session="fetch")
    ).rowcount
    return used == 1


def _use_recovery_code(s: Session, staff_id: int, typed: str, now: datetime) -> bool:
    used: int = s.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.staff_id == staff_id,
            RecoveryCode.code_sha256 == sha256(_plain(typed)),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .execution_options(synchronize_session="fetch")
    ).rowcount
    if used:
        left = recovery_codes_left(s, staff_id)
        _audit(s, staff_id, "staff.recovery_code_used", now, details={"left": left})
    return used == 1


def _replace_recovery_codes(s: Session, staff_id: int) -> list[str]:
    _delete_recovery_codes(s, staff_id)
    codes = [
        "-".join(
            "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(_GROUP_LETTERS))
            for _ in range(_GROUPS)
        )
        for _ in range(RECOVERY_CODES)
    ]
    for code in codes:
        s.add(RecoveryCode(staff_id=staff_id, code_sha256=sha256(_plain(code))))
    s.flush()
    return codes


def _delete_recovery_codes(s: Session, staff_id: int) -> None:
    s.execute(
        delete(RecoveryCode)
        .where(RecoveryCode.staff_id == staff_id)
        .execution_options(synchronize_session=False)
    )


def _forget(s: Session, staff_id: int) -> None:
    person = _person(s, staff_id)
    person.totp_secret = person.totp_pending = None
    person.totp_since = person.totp_last_step = None
    _delete_recovery_codes(s, staff_id)


def _plain(code: str) -> str:
    return "".join(code.replace("-", " ").split()).upper()


def _person(s: Session, staff_id: int) -> StaffUser:
    person: StaffUser | None = s.get(StaffUser, staff_id)
    if person is None:
        raise UnknownStaff(staff_id)
    return person


def _audit(
    s: Session,
    staff_id: int,
    action: str,
    now: datetime,
    *,
    actor: str | None = None,
    details: dict[str, int] | None = None,
) -> None:
    audit.record(
        s,
        actor=actor or audit.staff_actor(staff_id),
        action=action,
        object=audit.staff_actor(staff_id),
        details=details,
        now=now,
    )
