from datetime import timedelta

import pytest
from sqlalchemy import select

from mend.records import staff, staff_sessions
from mend.records.database import Database
from mend.records.tables import StaffUser

from .making import GOOD, NOW, accept, invite


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
            session = staff_sessions.open_session(s, staff_id, NOW)
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


def test_the_last_admin_stays(db: Database) -> None:
    with db.transaction() as s:
        first = staff.first_admin_token(s, NOW)
    ada = accept(db, first or "", name="Ada", email="ada@clinic.example")
    with pytest.raises(staff.LastAdmin), db.transaction() as s:
        staff.set_active(s, ada, active=False, by=ada, now=NOW)
    with pytest.raises(staff.UnknownStaff), db.transaction() as s:
        staff.set_active(s, 999, active=False, by=ada, now=NOW)
