from datetime import timedelta

import pytest
from sqlalchemy import select

from mend.records import staff
from mend.records.database import Database
from mend.records.tables import Audit, SignInFailure, StaffSession, StaffUser

from .making import NOW

GOOD = "hop skip and jump 42"
HERE, ELSEWHERE = "203.0.113.5", "203.0.113.6"


def invite(db: Database, email: str = "kim@clinic.example", **more: object) -> str:
    with db.transaction() as s:
        return staff.invite(s, email, "Kim", "reviewer", NOW, **more)  # type: ignore[arg-type]


def accept(db: Database, token: str, password: str = GOOD, **more: object) -> int:
    now = more.pop("now", NOW)
    with db.transaction() as s:
        return staff.accept_invitation(s, token, password, now, **more)  # type: ignore[arg-type]


class TestInvitation:
    def test_a_link_works_once(self, db: Database) -> None:
        token = invite(db)
        assert accept(db, token) > 0
        with pytest.raises(staff.InvitationDead):
            accept(db, token)

    def test_a_link_lasts_a_day(self, db: Database) -> None:
        token = invite(db)
        with pytest.raises(staff.InvitationDead):
            accept(db, token, now=NOW + timedelta(hours=24))
        accept(db, token, now=NOW + timedelta(hours=23, minutes=59))

    def test_a_new_link_kills_the_old(self, db: Database) -> None:
        old, new = invite(db), invite(db)
        with pytest.raises(staff.InvitationDead):
            accept(db, old)
        accept(db, new)

    def test_who_has_joined_is_not_invited_by_accident(self, db: Database) -> None:
        accept(db, invite(db))
        with pytest.raises(staff.AlreadyInvited):
            invite(db, "KIM@clinic.example")
        accept(db, invite(db, again=True), "another good phrase")

    def test_a_weak_password_leaves_the_link_alive(self, db: Database) -> None:
        token = invite(db)
        with pytest.raises(staff.WeakPassword):
            accept(db, token, "password1234")
        accept(db, token)

    def test_made_up_tokens(self, db: Database) -> None:
        invite(db)
        for token in ("", "x", "None", "\x00\ud800"):
            with pytest.raises(staff.InvitationDead):
                accept(db, token)

    @pytest.mark.parametrize("email", ["", "kim", "@", "a b@c.example", "x" * 255])
    def test_bad_addresses(self, db: Database, email: str) -> None:
        with pytest.raises(ValueError, match="address"):
            invite(db, email)

    def test_unknown_role(self, db: Database) -> None:
        with pytest.raises(ValueError, match="role"), db.transaction() as s:
            staff.invite(s, "kim@clinic.example", "Kim", "owner", NOW)

    def test_tokens_and_passwords_are_not_stored(self, db: Database) -> None:
        token = invite(db)
        with db.reading() as s:
            assert token not in repr(s.execute(select(StaffUser.__table__)).all())
        staff_id = accept(db, token)
        with db.transaction() as s:
            session = staff.open_session(s, staff_id, NOW)
        with db.reading() as s:
            everything = repr(
                [s.execute(select(t)).all() for t in StaffUser.metadata.sorted_tables]
            )
        assert GOOD not in everything
        assert session not in everything


class TestFirstAdmin:
    def test_says_who_they_are(self, db: Database) -> None:
        with db.transaction() as s:
            token = staff.first_admin_token(s, NOW)
        assert token
        with pytest.raises(ValueError, match="address"):
            accept(db, token, name="Ada", email="nonsense")
        with pytest.raises(ValueError, match="no name"):
            accept(db, token, email="ada@clinic.example")
        staff_id = accept(db, token, name="Ada", email="Ada@clinic.example")
        with db.transaction() as s:
            ada = s.get(StaffUser, staff_id)
            assert (ada.email, ada.name, ada.role) == (
                "ada@clinic.example",
                "Ada",
                "admin",
            )
            assert staff.first_admin_token(s, NOW) is None

    def test_cannot_take_somebody_elses_address(self, db: Database) -> None:
        accept(db, invite(db))
        with db.transaction() as s:
            token = staff.first_admin_token(s, NOW)
        with pytest.raises(ValueError, match="somebody else"):
            accept(db, token or "", name="Ada", email="kim@clinic.example")

    def test_only_the_latest_link_works(self, db: Database) -> None:
        with db.transaction() as s:
            old = staff.first_admin_token(s, NOW)
            new = staff.first_admin_token(s, NOW)
        assert old
        assert new
        with pytest.raises(staff.InvitationDead):
            accept(db, old, name="Ada", email="ada@clinic.example")

    def test_others_cannot_choose_their_address(self, db: Database) -> None:
        staff_id = accept(db, invite(db), email="boss@clinic.example")
        with db.reading() as s:
            assert s.get(StaffUser, staff_id).email == "kim@clinic.example"


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("short", "at least 12"),
        ("x" * 11, "at least 12"),
        ("ab cd" * 41, "at most 200"),
        ("kim.jensen@clinic.example", "your name"),
        ("Kim Jensen Smith", "your name"),
        ("Kim Jensen Smith 2026!", "your name"),
        ("Riverside Physiotherapy", "your name"),
        ("password1234", "first that anybody"),
        ("Pass Word 1234", "first that anybody"),
        ("ababababababab", "first that anybody"),
    ],
)
def test_passwords_that_cannot_be_used(password: str, says: str) -> None:
    problem = staff.password_problem(
        password,
        email="kim.jensen@clinic.example",
        name="Kim Jensen Smith",
        clinic_name="Riverside Physiotherapy",
    )
    assert problem is not None
    assert says in problem


@pytest.mark.parametrize(
    "password", [GOOD, "зелёная лампа стоит", "x7!kQ" * 40, "Kim likes long walks"]
)
def test_passwords_that_can_be_used(password: str) -> None:
    assert (
        staff.password_problem(
            password, email="kim@clinic.example", name="Kim", clinic_name="Riverside"
        )
        is None
    )


class TestSignIn:
    @pytest.fixture
    def kim(self, db: Database) -> int:
        return accept(db, invite(db))

    def fail(
        self, db: Database, times: int, address: str = HERE, who: str = ""
    ) -> None:
        for _ in range(times):
            email = who or "kim@clinic.example"
            assert staff.verify(db, email, "wrong password", address, NOW) is None

    def test_right_and_wrong(self, db: Database, kim: int) -> None:
        assert staff.verify(db, " Kim@Clinic.example ", GOOD, HERE, NOW) == kim
        assert staff.verify(db, "kim@clinic.example", GOOD + "x", HERE, NOW) is None
        assert staff.verify(db, "kim@clinic.example", "", HERE, NOW) is None
        assert staff.verify(db, "kim@clinic.example", "x" * 10**6, HERE, NOW) is None
        assert staff.verify(db, "nobody@x.example", GOOD, HERE, NOW) is None
        assert staff.verify(db, "\x00\ud800", "\x00\ud800", HERE, NOW) is None

    def test_an_invited_person_cannot_sign_in_yet(self, db: Database) -> None:
        invite(db, "new@clinic.example")
        assert staff.verify(db, "new@clinic.example", "", HERE, NOW) is None

    @pytest.mark.usefixtures("kim")
    @pytest.mark.parametrize("who", ["kim@clinic.example", "nobody@clinic.example"])
    def test_five_failures_lock_known_and_unknown_alike(
        self, db: Database, who: str
    ) -> None:
        self.fail(db, 5, who=who)
        with pytest.raises(staff.TooManyAttempts) as caught:
            staff.verify(db, who, GOOD, HERE, NOW)
        assert 0 < caught.value.retry_after_s <= 15 * 60 + 1

    def test_the_lock_is_for_one_address_and_ends(self, db: Database, kim: int) -> None:
        self.fail(db, 5)
        assert staff.verify(db, "kim@clinic.example", GOOD, ELSEWHERE, NOW) == kim
        later = NOW + timedelta(minutes=15)
        assert staff.verify(db, "kim@clinic.example", GOOD, HERE, later) == kim

    def test_tries_while_locked_do_not_make_it_longer(
        self, db: Database, kim: int
    ) -> None:
        self.fail(db, 5)
        for minute in range(14):
            with pytest.raises(staff.TooManyAttempts):
                staff.verify(
                    db, "kim@clinic.example", "x", HERE, NOW + timedelta(minutes=minute)
                )
        later = NOW + timedelta(minutes=15)
        assert staff.verify(db, "kim@clinic.example", GOOD, HERE, later) == kim

    def test_signing_in_forgives(self, db: Database, kim: int) -> None:
        self.fail(db, 4)
        assert staff.verify(db, "kim@clinic.example", GOOD, HERE, NOW) == kim
        self.fail(db, 4)

    @pytest.mark.usefixtures("kim")
    def test_many_names_from_one_address(
        self, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(staff, "_matches", lambda *_: False)  # the slow part
        for number in range(20):
            self.fail(db, 1, who=f"guess{number}@clinic.example")
        with pytest.raises(staff.TooManyAttempts):
            staff.verify(db, "kim@clinic.example", GOOD, HERE, NOW)

    @pytest.mark.usefixtures("kim")
    def test_many_addresses_for_one_name(
        self, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(staff, "_matches", lambda *_: False)
        for number in range(100):
            self.fail(db, 1, address=f"198.51.100.{number}")
        with pytest.raises(staff.TooManyAttempts):
            staff.verify(db, "kim@clinic.example", GOOD, HERE, NOW)

    @pytest.mark.usefixtures("kim")
    def test_unknown_people_cost_the_same_work(
        self, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        checked: list[str] = []
        really = staff._matches
        monkeypatch.setattr(
            staff,
            "_matches",
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


class TestSession:
    @pytest.fixture
    def kim(self, db: Database) -> int:
        return accept(db, invite(db))

    def open(self, db: Database, staff_id: int) -> str:
        with db.transaction() as s:
            return staff.open_session(s, staff_id, NOW)

    def who(self, db: Database, token: str, after: timedelta = timedelta(0)) -> object:
        with db.reading() as s:
            return staff.signed_in(s, token, NOW + after)

    def test_a_token_names_its_person(self, db: Database, kim: int) -> None:
        found = self.who(db, self.open(db, kim))
        assert isinstance(found, staff.SignedIn)
        assert (found.staff_id, found.name, found.role) == (kim, "Kim", "reviewer")
        assert self.who(db, "made up") is None

    def test_idle_end(self, db: Database, kim: int) -> None:
        token = self.open(db, kim)
        assert self.who(db, token, timedelta(minutes=29, seconds=59))
        assert self.who(db, token, timedelta(minutes=30)) is None

    def test_absolute_end_however_busy(self, db: Database, kim: int) -> None:
        token = self.open(db, kim)
        found = self.who(db, token)
        assert isinstance(found, staff.SignedIn)
        for step in range(1, 48):
            now = NOW + timedelta(minutes=15 * step)
            staff.touch_session(db, found.session_id, now)
        assert self.who(db, token, timedelta(hours=11, minutes=59))
        assert self.who(db, token, timedelta(hours=12)) is None

    def test_touching_writes_once_a_minute(self, db: Database, kim: int) -> None:
        token = self.open(db, kim)
        found = self.who(db, token)
        assert isinstance(found, staff.SignedIn)
        for seconds, expected in ((59, 0), (60, 60), (100, 60)):
            staff.touch_session(db, found.session_id, NOW + timedelta(seconds=seconds))
            with db.reading() as s:
                seen = s.get(StaffSession, found.session_id).last_seen_at
            assert seen == NOW + timedelta(seconds=expected)

    def test_sign_out_ends_one_or_all(self, db: Database, kim: int) -> None:
        first, second, third = (self.open(db, kim) for _ in range(3))
        found = self.who(db, first)
        assert isinstance(found, staff.SignedIn)
        with db.transaction() as s:
            staff.end_session(s, found.session_id, NOW)
        assert self.who(db, first) is None
        assert self.who(db, second)
        with db.transaction() as s:
            assert staff.end_all_sessions(s, kim, NOW) == 2
        assert self.who(db, third) is None

    def test_a_new_password_ends_the_sessions(self, db: Database, kim: int) -> None:
        token = self.open(db, kim)
        link = invite(db, again=True)
        assert self.who(db, token)
        accept(db, link, "another good phrase")
        assert self.who(db, token) is None

    def test_a_disabled_person_is_out_at_once(self, db: Database, kim: int) -> None:
        token = self.open(db, kim)
        with db.transaction() as s:
            staff.set_active(s, kim, active=False, by=kim, now=NOW)
        assert self.who(db, token) is None
        assert staff.verify(db, "kim@clinic.example", GOOD, HERE, NOW) is None

    def test_the_last_admin_stays(self, db: Database) -> None:
        with db.transaction() as s:
            first = staff.first_admin_token(s, NOW)
        ada = accept(db, first or "", name="Ada", email="ada@clinic.example")
        with pytest.raises(staff.LastAdmin), db.transaction() as s:
            staff.set_active(s, ada, active=False, by=ada, now=NOW)
        with pytest.raises(staff.UnknownStaff), db.transaction() as s:
            staff.set_active(s, 999, active=False, by=ada, now=NOW)
