from datetime import datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select

from mend.records import audit, second_factor, sign_in, staff, staff_sessions
from mend.records.database import Database
from mend.records.sealing import Seal
from mend.records.second_factor import WrongCode
from mend.records.sign_in import TooManyAttempts
from mend.records.tables import RecoveryCode, StaffUser

from .making import GOOD, NOW

SEAL = Seal("k" * 40)
EMAIL = "robin@clinic.example"


def code(secret: str, at: datetime = NOW) -> str:
    return pyotp.TOTP(secret).at(at)


def set_up(db: Database, staff_id: int) -> tuple[str, list[str]]:
    with db.transaction() as s:
        second_factor.begin(s, staff_id, SEAL)
        secret = second_factor.pending_secret(s, staff_id, SEAL)
        assert secret
        return secret, second_factor.confirm(s, staff_id, code(secret), SEAL, NOW)


def passes(db: Database, staff_id: int, typed: str, at: datetime = NOW) -> bool:
    with db.transaction() as s:
        return second_factor.passes(s, staff_id, typed, SEAL, at)


def later(steps: int) -> datetime:
    return NOW + timedelta(seconds=30 * steps)


def test_it_is_off_until_a_code_was_shown(db: Database, reviewer: int) -> None:
    with db.transaction() as s:
        second_factor.begin(s, reviewer, SEAL)
        assert not second_factor.is_set_up(s, reviewer)
        with pytest.raises(WrongCode):
            second_factor.confirm(s, reviewer, "000000", SEAL, NOW)
        assert second_factor.pending_secret(s, reviewer, SEAL)
    assert not passes(db, reviewer, "")
    set_up(db, reviewer)
    with db.reading() as s:
        assert second_factor.is_set_up(s, reviewer)
        assert second_factor.pending_secret(s, reviewer, SEAL) is None


def test_neither_secret_nor_codes_are_readable_in_the_database(
    db: Database, reviewer: int
) -> None:
    secret, codes = set_up(db, reviewer)
    with db.reading() as s:
        stored = repr(s.execute(select(StaffUser.__table__)).all())
        stored += repr(s.execute(select(RecoveryCode.__table__)).all())
    for plain in (secret, *codes, codes[0].replace("-", "")):
        assert plain not in stored


class TestCodes:
    """A38: replay of the same code, codes from steps around."""

    def test_a_code_works_once_also_the_one_that_confirmed(
        self, db: Database, reviewer: int
    ) -> None:
        secret, _ = set_up(db, reviewer)
        assert not passes(db, reviewer, code(secret))
        assert passes(db, reviewer, code(secret, later(1)), later(1))
        assert not passes(db, reviewer, code(secret, later(1)), later(1))
        # An older one that was never used is too late as well.
        assert not passes(db, reviewer, code(secret), later(1))

    @pytest.mark.parametrize(
        ("steps", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
    )
    def test_one_step_aside_is_right_two_are_not(
        self, db: Database, reviewer: int, steps: int, right: bool
    ) -> None:
        secret, _ = set_up(db, reviewer)
        assert passes(db, reviewer, code(secret, later(10 + steps)), later(10)) is right

    @pytest.mark.parametrize(
        "typed",
        ["", " ", "12345", "\uff11\uff12\uff13\uff14\uff15\uff16", "abcdef", "-1"],
    )
    def test_nonsense(self, db: Database, reviewer: int, typed: str) -> None:
        set_up(db, reviewer)
        assert not passes(db, reviewer, typed)

    def test_gaps_in_what_is_typed_do_not_matter(
        self, db: Database, reviewer: int
    ) -> None:
        secret, _ = set_up(db, reviewer)
        digits = code(secret, later(1))
        assert passes(db, reviewer, f" {digits[:3]} {digits[3:]} ", later(1))

    def test_under_another_key_only_recovery_codes_work(
        self, db: Database, reviewer: int
    ) -> None:
        secret, codes = set_up(db, reviewer)
        other = Seal("other" * 10)
        with db.transaction() as s:
            typed = code(secret, later(1))
            assert not second_factor.passes(s, reviewer, typed, other, later(1))
            assert second_factor.passes(s, reviewer, codes[0], other, later(1))


class TestRecoveryCodes:
    def test_each_works_once_however_it_is_typed(
        self, db: Database, reviewer: int
    ) -> None:
        """A38: a recovery code used twice."""
        _, codes = set_up(db, reviewer)
        assert len(set(codes)) == 10
        assert passes(db, reviewer, codes[0])
        assert not passes(db, reviewer, codes[0])
        assert passes(db, reviewer, codes[1].replace("-", " ").lower())
        with db.reading() as s:
            assert second_factor.recovery_codes_left(s, reviewer) == 8

    def test_new_ones_replace_the_old(self, db: Database, reviewer: int) -> None:
        _, codes = set_up(db, reviewer)
        with db.transaction() as s:
            new = second_factor.new_recovery_codes(s, reviewer, NOW)
        assert not passes(db, reviewer, codes[0])
        assert passes(db, reviewer, new[0])

    def test_nobody_uses_those_of_somebody_else(
        self, db: Database, reviewer: int, other_reviewer: int
    ) -> None:
        _, codes = set_up(db, reviewer)
        set_up(db, other_reviewer)
        assert not passes(db, other_reviewer, codes[0])

    def test_without_a_second_factor_there_are_none(
        self, db: Database, reviewer: int
    ) -> None:
        with db.transaction() as s, pytest.raises(staff.UnknownStaff):
            second_factor.new_recovery_codes(s, reviewer, NOW)


def test_a_reset_takes_it_away_and_ends_sessions(
    db: Database, reviewer: int, other_reviewer: int
) -> None:
    secret, codes = set_up(db, reviewer)
    with db.transaction() as s:
        token = staff_sessions.open_session(s, reviewer, NOW)
        second_factor.reset(s, reviewer, by=other_reviewer, now=NOW)
        assert staff_sessions.signed_in(s, token, NOW) is None
        assert not second_factor.is_set_up(s, reviewer)
        last = audit.rows(s)[0]
    assert (last.actor, last.action) == (
        f"staff:{other_reviewer}",
        "staff.second_factor_reset",
    )
    assert not passes(db, reviewer, code(secret, later(1)), later(1))
    assert not passes(db, reviewer, codes[0])


class TestLocks:
    def guess(self, db: Database, staff_id: int, address: str, at: datetime) -> bool:
        return sign_in.verify_code(db, staff_id, "000000", address, SEAL, at)

    def test_the_right_password_gives_no_fresh_guesses(
        self, db: Database, reviewer: int
    ) -> None:
        """A37, A38: wrong codes count into the same locks as wrong passwords."""
        set_up(db, reviewer)
        for _ in range(5):
            assert sign_in.verify(db, EMAIL, GOOD, "here", NOW) == reviewer
            assert not self.guess(db, reviewer, "here", NOW)
        with pytest.raises(TooManyAttempts):
            self.guess(db, reviewer, "here", NOW)
        with pytest.raises(TooManyAttempts):
            sign_in.verify(db, EMAIL, GOOD, "here", NOW)

    def test_guesses_from_many_addresses_are_few_too(
        self, db: Database, reviewer: int
    ) -> None:
        secret, _ = set_up(db, reviewer)
        for number in range(10):
            assert not self.guess(db, reviewer, f"address {number}", NOW)
        with pytest.raises(TooManyAttempts):
            sign_in.verify_code(
                db, reviewer, code(secret, later(1)), "mine", SEAL, later(1)
            )
        # Every lock ends: nobody is shut out for ever.
        end = NOW + timedelta(minutes=16)
        assert sign_in.verify_code(db, reviewer, code(secret, end), "mine", SEAL, end)

    def test_a_whole_sign_in_clears_the_failures(
        self, db: Database, reviewer: int
    ) -> None:
        secret, _ = set_up(db, reviewer)
        for _ in range(4):
            assert not self.guess(db, reviewer, "here", NOW)
        typed = code(secret, later(1))
        assert sign_in.verify_code(db, reviewer, typed, "here", SEAL, later(1))
        for _ in range(4):
            assert not self.guess(db, reviewer, "here", later(1))

    def test_failures_are_audited(self, db: Database, reviewer: int) -> None:
        set_up(db, reviewer)
        self.guess(db, reviewer, "here", NOW)
        with db.reading() as s:
            row = audit.rows(s)[0]
        assert (row.action, row.object) == ("staff.code_refused", f"staff:{reviewer}")
