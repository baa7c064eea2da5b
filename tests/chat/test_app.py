"""The parts together: sweeper, logs, origins."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from mend.chat import app, origin, sweeping
from mend.chat.problems import Problem
from mend.chat.words import Words
from mend.records import journal
from mend.records.tables import Conversation, Escalation, Message
from mend.settings import Settings
from tests.chat.doubles import CATALOGUE
from tests.chat.running import CLINIC, Running, Visitor


def test_the_sweeper_leaves_nothing_unanswered(visitor: Visitor) -> None:
    """F6: killed after the journal, before the answer."""
    door = visitor.door
    message_id = str(uuid.uuid4())
    now = app._utc_now()
    with door.database.transaction() as s:
        (conversation,) = s.query(Conversation).all()
        journal.receive(s, conversation, message_id, "lost words", None, now)
    words = Words(CLINIC)

    def sweep_after(seconds: int) -> None:
        moment = now + timedelta(seconds=seconds)
        sweeping.sweep_once(door.settings, door.database, words, moment)

    sweep_after(59)
    assert door.rows(Escalation) == []
    sweep_after(61)
    sweep_after(71)
    (case,) = door.rows(Escalation)
    assert case.kind == "unavailable"
    turn = visitor.say("lost words", message_id)
    assert turn["outcome"] == "unavailable"
    assert turn["messages"][0]["form"] == "consultation"
    assert door.rasa.asked() == []


def test_a_repeat_after_a_crash_is_answered(visitor: Visitor) -> None:
    message_id = str(uuid.uuid4())
    with visitor.door.database.transaction() as s:
        (conversation,) = s.query(Conversation).all()
        journal.receive(
            s, conversation, message_id, "scar tissue", None, app._utc_now()
        )
    assert visitor.say("scar tissue", message_id)["outcome"] == "answered"
    assert len(visitor.door.rows(Message, sender="visitor")) == 1


def test_logs_hold_neither_words_nor_contacts(visitor: Visitor) -> None:
    with capture_logs() as logs:
        visitor.say("an unusual zebrafish")
        visitor.door.rasa.behave = lambda _: [{"text": "zebrafish"}]
        visitor.say("an unusual zebrafish with a calf is hot")
        contact = {
            "id": str(uuid.uuid4()),
            "name": "Zebrafish",
            "email": "zebrafish@example.com",
            "consent": True,
        }
        assert visitor.call("POST", "consultations", json=contact).status_code == 201
        visitor.call("POST", "consultations", json={**contact, "email": "zebrafish"})
        visitor.call("DELETE", "conversation")
    assert len(logs) >= 4
    assert "zebrafish" not in str(logs).lower()
    assert visitor.token not in str(logs)
    assert "127.0.0.1" not in str(logs)


def test_the_probe_is_the_first_example_of_its_answer() -> None:
    assert app.probe(CATALOGUE).sentence == "What is scar tissue?"


class TestOrigin:
    def test_own(self) -> None:
        own = origin.own_origins(
            Settings(host="0.0.0.0", public_url="https://Chat.Clinic.example:443/x")
        )
        assert own == {"https://chat.clinic.example"}
        local = origin.own_origins(Settings(chat_port=8123))
        assert "http://127.0.0.1:8123" in local

    @pytest.mark.parametrize(
        ("sent", "site", "allowed"),
        [
            (None, None, True),
            (None, "same-origin", True),
            (None, "none", True),
            (None, "cross-site", False),
            (None, "same-site", False),
            ("https://a.example", "same-origin", True),
            ("https://A.example", None, True),
            ("https://a.example.evil.example", None, False),
            ("http://a.example", None, False),
            ("https://a.example:444", None, False),
            ("null", None, False),
        ],
    )
    def test_check(self, sent: str | None, site: str | None, allowed: bool) -> None:
        own = frozenset({"https://a.example"})
        if allowed:
            origin.check(sent, site, own)
            return
        with pytest.raises(Problem) as refused:
            origin.check(sent, site, own)
        assert refused.value.status == 403


def test_limits_cannot_be_lifted_for_the_world(door: Running) -> None:
    assert Settings(limits="none").limits_lifted
    assert not Settings(limits="none", host="0.0.0.0").limits_lifted
    assert not Settings(limits="none", trusted_proxies=1).limits_lifted
    assert door.settings.limits_lifted
