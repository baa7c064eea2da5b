"""Signing in: who is let through, and the locks after too many failures.

Two steps: the password, then a code for those who have a second factor. Both count
into the same locks, and only a whole sign-in clears them: somebody who knows the
password must not get fresh guesses at the code by giving it again.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from mend.records import audit, passwords, second_factor
from mend.records.database import Database
from mend.records.sealing import Seal
from mend.records.staff import by_email
from mend.records.tables import SignInFailure, StaffUser
from mend.records.tokens import sha256

# Within FAILURE_WINDOW. Attempts made while locked are not counted, so a lock always
# ends. The lock on a whole account is high: nobody should be able to lock others out
# with a handful of guesses.
FAILURE_WINDOW = timedelta(minutes=15)
FAILURES_PER_ACCOUNT_AND_ADDRESS = 5
FAILURES_PER_ADDRESS = 20
FAILURES_PER_ACCOUNT = 100
# Low, because only somebody who knows the password gets this far: nobody else can be
# locked out by it. Three of a million codes are right at a time.
FAILED_CODES_PER_ACCOUNT = 10


class TooManyAttempts(Exception):
    """Too many failed sign-ins; try again after `retry_after_s` seconds."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"retry after {retry_after_s} s")
        self.retry_after_s = retry_after_s


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
    account_key, address_key = sha256(email.strip().casefold()), sha256(address)
    with db.reading() as s:
        _refuse_if_locked(s, account_key, address_key, now)
        person = by_email(s, email.strip().casefold())
        can_sign_in = bool(person and person.active and person.password_hash)
        stored = (
            person.password_hash if person and can_sign_in else passwords.nobodys_hash()
        )
    right = len(password) <= passwords.PASSWORD_MAX and passwords.matches(
        stored, password
    )
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
        if person.totp_secret is None:
            _clear_failures(s, account_key, address_key)
        if passwords.is_outdated(stored):
            s.get(StaffUser, staff_id).password_hash = passwords.hashed(password)
    return staff_id


def verify_code(
    db: Database, staff_id: int, code: str, address: str, seal: Seal, now: datetime
) -> bool:
    """Check the second step of a sign-in: a code of the app or a recovery code.

    Args:
        db: The database.
        staff_id: Who gave the right password a moment ago.
        code: As typed.
        address: Network address the attempt comes from.
        seal: What opens their secret.
        now: When.

    Raises:
        TooManyAttempts: Too many failures from there or for this account.
    """
    # One transaction from the look at the locks to the count: attempts made together
    # must not all be let in before the first is counted.
    with db.transaction() as s:
        person = s.execute(
            select(StaffUser).where(StaffUser.id == staff_id).with_for_update()
        ).scalar_one()
        account_key, address_key = sha256(person.email), sha256(address)
        _refuse_if_locked(s, account_key, address_key, now)
        if second_factor.passes(s, staff_id, code, seal, now):
            _clear_failures(s, account_key, address_key)
            return True
        _count_failure(s, account_key, address_key, now, of_code=True)
        audit.record(
            s,
            actor="system",
            action="staff.code_refused",
            object=audit.staff_actor(staff_id),
            now=now,
        )
    return False


def _clear_failures(s: Session, account_key: str, address_key: str) -> None:
    s.execute(
        delete(SignInFailure)
        .where(
            SignInFailure.account_sha256 == account_key,
            SignInFailure.address_sha256 == address_key,
        )
        .execution_options(synchronize_session=False)
    )


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
        ((by_account, SignInFailure.of_code.is_(True)), FAILED_CODES_PER_ACCOUNT),
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
    s: Session,
    account_key: str,
    address_key: str,
    now: datetime,
    *,
    of_code: bool = False,
) -> None:
    s.execute(
        delete(SignInFailure)
        .where(SignInFailure.at <= now - FAILURE_WINDOW)
        .execution_options(synchronize_session=False)
    )
    s.add(
        SignInFailure(
            account_sha256=account_key,
            address_sha256=address_key,
            at=now,
            of_code=of_code,
        )
    )
    s.flush()
