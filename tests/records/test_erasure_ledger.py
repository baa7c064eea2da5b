"""F26, A44: a restored backup must not bring back who was erased since."""

import shutil
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from mend.records import audit, erasure, erasure_ledger, journal
from mend.records.database import Database, sqlite_path
from mend.records.tables import Contact, Conversation, Escalation

from .making import NOW, new_conversation, receive
from .test_erasure import UNUSUAL, everything, finish, talk


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "erasures.txt"


@pytest.fixture
def tracker_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'tracker.db'}"


def erase(db: Database, conversation: Conversation, by: str = "visitor") -> None:
    with db.transaction() as s:
        erasure.erase(s, conversation, NOW, by=by)


def test_the_file_has_each_erasure_once_and_is_private(
    db: Database, file: Path
) -> None:
    assert erasure_ledger.keep(db, file) == 0
    assert not file.exists()
    for _ in range(2):
        erase(db, new_conversation(db))
        assert erasure_ledger.keep(db, file) == 1
        assert erasure_ledger.keep(db, file) == 0
    assert len(erasure_ledger.read(file)) == 2
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_line_that_was_cut_short_is_left_out_and_written_again(
    db: Database, conversation: Conversation, file: Path
) -> None:
    erase(db, conversation)
    with db.reading() as s:
        (line,) = erasure.ledger(s)
    file.write_text(line[:30] + "\n")
    assert erasure_ledger.keep(db, file) == 1
    assert erasure_ledger.read(file) == [line]


class TestRestore:
    """On a real SQLite file: copy it, erase, put the copy back, replay."""

    @pytest.fixture
    def path(self, db: Database) -> Path:
        path = sqlite_path(str(db.engine.url))
        if path is None:
            pytest.skip("restores a file")
        return path

    def back_up(self, db: Database, path: Path) -> Path:
        db.forget_old_pages()
        return Path(shutil.copy(path, path.with_suffix(".backup")))

    def restore(self, db: Database, path: Path, backup: Path) -> None:
        db.dispose()
        for one in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            one.unlink(missing_ok=True)
        shutil.copy(backup, path)

    @pytest.mark.parametrize("by", ["staff:1", "visitor"])
    def test_nothing_personal_comes_back(
        self,
        db: Database,
        conversation: Conversation,
        reviewer: int,
        path: Path,
        file: Path,
        tracker_url: str,
        by: str,
    ) -> None:
        references = talk(db, conversation, reviewer)
        if by == "visitor":
            finish(db, references["consultation"], reviewer)
        backup = self.back_up(db, path)
        erase(db, conversation, by)
        erasure_ledger.finish(db, tracker_url, file, NOW)
        self.restore(db, path, backup)
        assert all(word in everything(db) for word in UNUSUAL)
        later = NOW + timedelta(hours=1)
        assert erasure_ledger.replay(db, tracker_url, file, later) == 1
        assert erasure_ledger.replay(db, tracker_url, file, later) == 0
        erasure_ledger.finish(db, tracker_url, file, later + timedelta(minutes=2))
        left = everything(db)
        assert [w for w in (*UNUSUAL, conversation.sender_id) if w in left] == []
        with db.reading() as s:
            assert audit.verify(s).intact
            actions = [row.action for row in audit.rows(s)]
        assert "records.erasures_replayed" in actions

    def test_an_open_request_comes_back_for_the_staff_to_call(
        self,
        db: Database,
        conversation: Conversation,
        reviewer: int,
        path: Path,
        file: Path,
        tracker_url: str,
    ) -> None:
        talk(db, conversation, reviewer)
        backup = self.back_up(db, path)
        erase(db, conversation)
        erasure_ledger.finish(db, tracker_url, file, NOW)
        self.restore(db, path, backup)
        assert erasure_ledger.replay(db, tracker_url, file, NOW) == 1
        with db.reading() as s:
            assert s.execute(select(Contact)).scalar_one().email == UNUSUAL[3]
            assert journal.history(s, conversation) == []

    @pytest.mark.parametrize("before_the_erasure", [True, False])
    def test_a_request_that_was_settled_after_the_backup_does_not(
        self,
        db: Database,
        conversation: Conversation,
        reviewer: int,
        path: Path,
        file: Path,
        tracker_url: str,
        before_the_erasure: bool,
    ) -> None:
        references = talk(db, conversation, reviewer)
        backup = self.back_up(db, path)
        erase(db, conversation)
        if not before_the_erasure:
            backup = self.back_up(db, path)
        finish(db, references["consultation"], reviewer)
        erasure_ledger.finish(db, tracker_url, file, NOW)
        self.restore(db, path, backup)
        assert UNUSUAL[3] in everything(db)
        assert erasure_ledger.replay(db, tracker_url, file, NOW) == 1
        assert erasure_ledger.replay(db, tracker_url, file, NOW) == 0
        left = everything(db)
        assert [word for word in UNUSUAL if word in left] == []
        with db.reading() as s:
            cases = s.execute(select(Escalation)).scalars().all()
        assert {case.status for case in cases} == {"closed"}
        assert not any("ledger" in case.reason for case in cases)

    def test_others_are_left_alone(
        self, db: Database, path: Path, file: Path, tracker_url: str
    ) -> None:
        erased, living = new_conversation(db), new_conversation(db)
        receive(db, living, "I am still here")
        backup = self.back_up(db, path)
        erase(db, erased)
        erasure_ledger.finish(db, tracker_url, file, NOW)
        self.restore(db, path, backup)
        assert erasure_ledger.replay(db, tracker_url, file, NOW) == 1
        with db.reading() as s:
            assert journal.history(s, living)[-1].text == "I am still here"
