from datetime import timedelta

import pytest
from sqlalchemy import select

from mend.records import passwords, sign_in
from mend.records.database import Database
from mend.records.tables import Audit, SignInFailure

from .making import GOOD, NOW, accept, invite

HERE, ELSEWHERE = "203.0.113.5", "203.0.113.6"


class TestSignIn:
    @pytest.fixture
    def kim(self, db: Database) -> int:
        return accept(db, invite(db))

    def fail(
        self, db: Database, times: int, address: str = HERE, who: str = ""
    ) -> None:
        for _ in range(times):
            email = who or "kim@clinic.example"
            assert sign_in.verify(db, email, "wrong password", address, NOW) is None

    def test_right_and_wrong(self, db: Database, kim: int) -> None:
        assert sign_in.verify(db, " Kim@Clinic.example ", GOOD, HERE, NOW) == kim
        assert sign_in.verify(db, "kim@clinic.example", GOOD + "x", HERE, NOW) is None
        assert sign_in.verify(db, "kim@clinic.example", "", HERE, NOW) is None
        assert sign_in.verify(db, "kim@clinic.example", "x" * 10**6, HERE, NOW) is None
        assert sign_in.verify(db, "nobody@x.example", GOOD, HERE, NOW) is None
        assert sign_in.verify(db, "\x00\ud800", "\x00\ud800", HERE, NOW) is None

    def test_an_invited_person_cannot_sign_in_yet(self, db: Database) -> None:
        invite(db, "new@clinic.example")
        assert sign_in.verify(db, "new@clinic.example", "", HERE, NOW) is None

    @pytest.mark.usefixtures("kim")
    @pytest.mark.parametrize("who", ["kim@clinic.example", "nobody@clinic.example"])
    def test_five_failures_lock_known_and_unknown_alike(
        self, db: Database, who: str
    ) -> None:
        self.fail(db, 5, who=who)
        with pytest.raises(sign_in.TooManyAttempts) as caught:
            sign_in.verify(db, who, GOOD, HERE, NOW)
        assert 0 < caught.value.retry_after_s <= 15 * 60 + 1

    def test_the_lock_is_for_one_address_and_ends(self, db: Database, kim: int) -> None:
        self.fail(db, 5)
        assert sign_in.verify(db, "kim@clinic.example", GOOD, ELSEWHERE, NOW) == kim
        later = NOW + timedelta(minutes=15)
        assert sign_in.verify(db, "kim@clinic.example", GOOD, HERE, later) == kim

    def test_tries_while_locked_do_not_make_it_longer(
        self, db: Database, kim: int
    ) -> None:
        self.fail(db, 5)
        for minute in range(14):
            with pytest.raises(sign_in.TooManyAttempts):
                sign_in.verify(
                    db, "kim@clinic.example", "x", HERE, NOW + timedelta(minutes=minute)
                )
        later = NOW + timedelta(minutes=15)
        assert sign_in.verify(db, "kim@clinic.example", GOOD, HERE, later) == kim

    def test_signing_in_forgives(self, db: Database, kim: int) -> None:
        self.fail(db, 4)
        assert sign_in.verify(db, "kim@clinic.example", GOOD, HERE, NOW) == kim
        self.fail(db, 4)

    @pytest.mark.usefixtures("kim")
    def test_many_names_from_one_address(
        self, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(passwords, "matches", lambda *_: False)  # the slow part
        for number in range(20):
            self.fail(db, 1, who=f"guess{number}@clinic.example")
        with pytest.raises(sign_in.TooManyAttempts):
            sign_in.verify(db, "kim@clinic.example", GOOD, HERE, NOW)

    @pytest.mark.usefixtures("kim")
    def test_many_addresses_for_one_name(
        self, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(passwords, "matches", lambda *_: False)
        for number in range(100):
            self.fail(db, 1, address=f"198.51.100.{number}")
        with pytest.raises(sign_in.TooManyAttempts):
            sign_in.verify(db, "kim@clinic.example", GOOD, HERE, NOW)

    @pytest.mark.usefixtures("kim")
    def test_unknown_people_cost_the_same_work(
        self, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        checked: list[str] = []
        really = passwords.matches
        monkeypatch.setattr(
            passwords,
            "matches",
            lambda stored, password: checked.append(stored) or really(stored, password),
        )
        self.fail(db, 1)
        self.fail(db, 1, who="nobody@clinic.example")
        parameters = [stored.rsplit("$", 2)[0] for stored in checked]
        assert len(parameters) == 2
        assert parameters[0] == parameters[1]

    def test_failures_are_audited_without_names(self, db: Database) -> None:
        self.fail(db, 1, who="typo@clinic.example")
        with db.reading() as s:
            row = s.execute(select(Audit).order_by(Audit.seq.desc())).scalars().first()
            failure = s.execute(select(SignInFailure)).scalar_one()
        assert (row.action, row.object) == ("staff.sign_in_refused", "staff:unknown")
        assert len(failure.account_sha256) == len(failure.address_sha256) == 64
