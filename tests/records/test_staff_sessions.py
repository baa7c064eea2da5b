from datetime import timedelta

import pytest

from mend.records import sign_in, staff, staff_sessions
from mend.records.database import Database
from mend.records.tables import StaffSession

from .making import GOOD, NOW, accept, invite

HERE = "203.0.113.5"


class TestSession:
    @pytest.fixture
    def kim(self, db: Database) -> int:
        return accept(db, invite(db))

    def open(self, db: Database, staff_id: int) -> str:
        with db.transaction() as s:
            return staff_sessions.open_session(s, staff_id, NOW)

    def who(self, db: Database, token: str, after: timedelta = timedelta(0)) -> object:
        with db.reading() as s:
            return staff_sessions.signed_in(s, token, NOW + after)

    def test_a_token_names_its_person(self, db: Database, kim: int) -> None:
        found = self.who(db, self.open(db, kim))
        assert isinstance(found, staff_sessions.SignedIn)
        assert (found.staff_id, found.name, found.role) == (kim, "Kim", "reviewer")
        assert self.who(db, "made up") is None

    def test_idle_end(self, db: Database, kim: int) -> None:
        token = self.open(db, kim)
        assert self.who(db, token, timedelta(minutes=29, seconds=59))
        assert self.who(db, token, timedelta(minutes=30)) is None

    def test_absolute_end_however_busy(self, db: Database, kim: int) -> None:
        token = self.open(db, kim)
        found = self.who(db, token)
        assert isinstance(found, staff_sessions.SignedIn)
        for step in range(1, 48):
            now = NOW + timedelta(minutes=15 * step)
            staff_sessions.touch_session(db, found.session_id, now)
        assert self.who(db, token, timedelta(hours=11, minutes=59))
        assert self.who(db, token, timedelta(hours=12)) is None

    def test_touching_writes_once_a_minute(self, db: Database, kim: int) -> None:
        token = self.open(db, kim)
        found = self.who(db, token)
        assert isinstance(found, staff_sessions.SignedIn)
        for seconds, expected in ((59, 0), (60, 60), (100, 60)):
            staff_sessions.touch_session(
                db, found.session_id, NOW + timedelta(seconds=seconds)
            )
            with db.reading() as s:
                seen = s.get(StaffSession, found.session_id).last_seen_at
            assert seen == NOW + timedelta(seconds=expected)

    def test_sign_out_ends_one_or_all(self, db: Database, kim: int) -> None:
        first, second, third = (self.open(db, kim) for _ in range(3))
        found = self.who(db, first)
        assert isinstance(found, staff_sessions.SignedIn)
        with db.transaction() as s:
            staff_sessions.end_session(s, found.session_id, NOW)
        assert self.who(db, first) is None
        assert self.who(db, second)
        with db.transaction() as s:
            assert staff_sessions.end_all_sessions(s, kim, NOW) == 2
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
        assert sign_in.verify(db, "kim@clinic.example", GOOD, HERE, NOW) is None
