"""`mend records …` and `mend staff reset-second-factor`, on a database of their own."""

from datetime import datetime, timedelta, timezone

import pyotp
import pytest
from click.testing import CliRunner
from sqlalchemy import update

from mend.cli import main
from mend.records import audit, erasure, erasure_ledger, migrate, second_factor, staff
from mend.records.database import Database
from mend.records.sealing import Seal
from mend.records.tables import Audit, Conversation
from tests.records.making import new_conversation, new_staff, receive

NOW = datetime.now(timezone.utc)


@pytest.fixture
def db(tmp_path, monkeypatch):
    monkeypatch.setenv("MEND_VAR", str(tmp_path))
    url = f"sqlite:///{tmp_path}/clinic.db"
    migrate.upgrade(url)
    database = Database.open(url)
    yield database
    database.dispose()


def mend(*words):
    return CliRunner().invoke(main, words)


def old_chat(db):
    conversation = new_conversation(db)
    receive(db, conversation, "quokkawobble")
    with db.transaction() as s:
        s.get(Conversation, conversation.id).last_seen_at = NOW - timedelta(days=40)
    return conversation


def test_retain_says_first_and_then_does(db):
    old_chat(db)
    said = mend("records", "retain", "--dry-run")
    assert said.exit_code == 0, said.output
    assert "1  chats without case" in said.output
    assert "Nothing was deleted." in said.output
    assert "1  chats without case" in mend("records", "retain", "--dry-run").output
    done = mend("records", "retain")
    assert "2  messages" in done.output
    assert "0  chats without case" in mend("records", "retain", "--dry-run").output


def test_retain_keeps_to_the_settings(db, monkeypatch):
    old_chat(db)
    monkeypatch.setenv("MEND_KEEP_CHATS_DAYS", "50")
    assert "0  chats without case" in mend("records", "retain", "--dry-run").output


def test_replay_erasures_takes_the_ledger(db, tmp_path):
    conversation = old_chat(db)
    (tmp_path / "erasures.txt").write_text(erasure.whole_hash(conversation) + "\n")
    done = mend("records", "replay-erasures")
    assert done.output == "1 chats erased again.\n"
    assert mend("records", "replay-erasures").output == "0 chats erased again.\n"
    other = old_chat(db)
    elsewhere = tmp_path / "kept-elsewhere.txt"
    elsewhere.write_text(erasure.whole_hash(other) + "\n")
    done = mend("records", "replay-erasures", "--ledger", str(elsewhere))
    assert done.output == "1 chats erased again.\n"
    assert len(erasure_ledger.read(elsewhere)) == 2


def test_check_audit_fails_when_the_list_was_changed(db):
    new_staff(db, "kim@clinic.example", "Kim", "reviewer")
    done = mend("records", "check-audit")
    assert (done.exit_code, "intact: 2 entries" in done.output) == (0, True)
    with db.transaction() as s:
        s.execute(update(Audit).where(Audit.seq == 2).values(actor="x"))
    done = mend("records", "check-audit")
    assert done.exit_code == 1
    assert "Entry 2" in done.output


def test_the_last_admin_gets_in_again_without_phone_and_codes(db):
    admin = new_staff(db, "kim@clinic.example", "Kim", "admin")
    seal = Seal("k" * 40)
    with db.transaction() as s:
        second_factor.begin(s, admin, seal)
        secret = second_factor.pending_secret(s, admin, seal)
        now = datetime.now(timezone.utc)
        second_factor.confirm(s, admin, pyotp.TOTP(secret).at(now), seal, now)
    assert mend("staff", "reset-second-factor", "nobody@x.example").exit_code == 1
    assert mend("staff", "reset-second-factor", "Kim@clinic.example").exit_code == 0
    with db.reading() as s:
        assert not second_factor.is_set_up(s, admin)
        assert audit.rows(s)[0].actor == "system"
        assert staff.by_email(s, "kim@clinic.example").password_hash
