"""What the sweeper does besides unanswered messages, which is in test_app."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from mend.chat import sweeping
from mend.chat.words import Words
from mend.records import audit, erasure, erasure_ledger
from mend.records.tables import Audit, Conversation, DayCount
from tests.chat.running import CLINIC, Visitor


def sweep(visitor: Visitor, after: timedelta = timedelta(0)) -> list:
    door, now = visitor.door, datetime.now(timezone.utc) + after
    with capture_logs() as logs:
        sweeping.sweep_once(door.settings, door.database, Words(CLINIC), now)
    return logs


def test_erasures_of_the_desk_reach_the_file_beside_the_database(
    visitor: Visitor,
) -> None:
    door = visitor.door
    with door.database.transaction() as s:
        (chat,) = s.query(Conversation).all()
        erasure.erase(s, chat, datetime.now(timezone.utc), by="staff:1")
    assert erasure_ledger.read(door.settings.erasures_file) == []
    sweep(visitor)
    assert len(erasure_ledger.read(door.settings.erasures_file)) == 1


def test_what_is_old_goes_once_a_day(visitor: Visitor) -> None:
    door = visitor.door

    def runs() -> int:
        with door.database.reading() as s:
            return audit.count(s, action="records.retained")

    sweep(visitor)
    sweep(visitor, timedelta(hours=23))
    assert runs() == 1
    visitor.say("What is scar tissue?")
    sweep(visitor, timedelta(days=31))
    assert runs() == 2
    with door.database.reading() as s:
        (chat,) = s.query(Conversation).all()
        assert chat.erased_by == "retention"
        assert audit.last_check(s)[1].intact


def test_what_is_counted_outlives_the_chats(visitor: Visitor) -> None:
    door = visitor.door
    visitor.say("What is scar tissue?")
    sweep(visitor, timedelta(days=31))
    with door.database.reading() as s:
        (chat,) = s.query(Conversation).all()
        assert chat.erased_by == "retention"
        counted = {(row.what, row.name) for row in s.query(DayCount)}
    assert ("turn", "answered") in counted


def test_a_changed_audit_list_is_an_error_in_the_log(visitor: Visitor) -> None:
    sweep(visitor)
    with visitor.door.database.transaction() as s:
        s.execute(update(Audit).where(Audit.seq == 1).values(actor="somebody"))
    logs = sweep(visitor, timedelta(days=2))
    assert [e["at"] for e in logs if e["event"] == "audit.broken"] == [1]


def test_one_duty_that_fails_does_not_stop_the_others(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(sweeping.erasure_ledger, "finish", fail)
    logs = sweep(visitor)
    assert "sweeper.erase_failed" in {entry["event"] for entry in logs}
    with visitor.door.database.reading() as s:
        assert audit.count(s, action="records.retained") == 1
