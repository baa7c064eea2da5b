"""The demo against a real front door, whose Rasa is a stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from mend.demo.command import NotEmpty, fill
from mend.records import audit, staff
from mend.records.tables import (
    Contact,
    Conversation,
    Correction,
    DayCount,
    Escalation,
    Message,
    Miss,
    Outbox,
)
from tests.chat.doubles import StandInRasa
from tests.chat.running import Running, front_door


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    rasa = StandInRasa()
    with front_door(tmp_path_factory.mktemp("demo"), rasa) as door:
        fill(door.settings, door.url, 60)
        yield door
    rasa.close()


def test_conversations_came_through_the_chat_and_lie_in_the_past(
    filled: Running,
) -> None:
    chats = filled.rows(Conversation)
    now = datetime.now(timezone.utc)
    assert len(chats) == 60
    assert chats[0].created_at < now - timedelta(days=15)
    assert all(chat.created_at < now for chat in chats)
    messages = filled.rows(Message)
    assert {m.state for m in messages} <= {"answered", "escalated"}
    for chat in chats:
        of_it = [m for m in messages if m.conversation_id == chat.id]
        moments = [m.created_at for m in sorted(of_it, key=lambda m: m.seq)]
        assert moments == sorted(moments)
        assert chat.created_at <= moments[0]
        assert chat.last_seen_at == moments[-1]


def test_cases_are_partly_worked_on_by_two_people(filled: Running) -> None:
    cases = filled.rows(Escalation)
    statuses = {case.status for case in cases}
    assert {"new", "closed"} <= statuses
    now = datetime.now(timezone.utc)
    for case in cases:
        steps = (case.created_at, case.reviewed_at, case.contacted_at, case.closed_at)
        moments = [moment for moment in steps if moment is not None]
        assert moments == sorted(moments)
        assert moments[-1] < now
        assert bool(case.closed_at) == bool(case.outcome)
    with filled.database.reading() as s:
        people = {person.id: person for person in staff.people(s)}
        assert audit.verify(s).intact
    assert {person.name for person in people.values()} == {"Robin Hart", "Jo Castell"}
    assert {case.assignee_id for case in cases if case.assignee_id} <= set(people)
    names = {contact.name for contact in filled.rows(Contact)}
    assert names


def test_nobody_is_woken_for_somebody_made_up(filled: Running) -> None:
    notices = filled.rows(Outbox, kind="new_case")
    assert notices
    assert all(notice.sent_at is not None for notice in notices)


def test_misses_and_counts_are_there_to_look_at(filled: Running) -> None:
    assert filled.rows(Miss)
    with filled.database.reading() as s:
        days = {row.day for row in s.query(DayCount)}
    assert len(days) > 15
    for correction in filled.rows(Correction):
        assert correction.approved_by != correction.proposed_by


def test_a_database_with_conversations_is_refused(filled: Running) -> None:
    before = len(filled.rows(Conversation))
    with pytest.raises(NotEmpty, match="60 conversations"):
        fill(filled.settings, filled.url, 5)
    assert len(filled.rows(Conversation)) == before


def test_where_notices_are_set_up_it_is_refused(tmp_path: Path) -> None:
    rasa = StandInRasa()
    webhook = {
        "notice_webhook": "https://hooks.example/x",
        "notice_webhook_key": "k" * 32,
    }
    with front_door(tmp_path, rasa, **webhook) as door:
        with pytest.raises(NotEmpty, match="MEND_NOTICE"):
            fill(door.settings, door.url, 5)
        assert door.rows(Conversation) == []
    rasa.close()
