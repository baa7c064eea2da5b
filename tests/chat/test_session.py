"""The end of a session: told in time, and said once when somebody goes on."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from mend.chat import app
from mend.chat.session import ends_at, has_ended, session_length
from mend.chat.words import STARTED_AFRESH
from tests.chat.doubles import StandInRasa
from tests.chat.running import SESSION, Clock, Running, Visitor, front_door

START = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)


@pytest.fixture
def clock() -> Clock:
    return Clock(START)


@pytest.fixture
def door(tmp_path: Path, rasa: StandInRasa, clock: Clock) -> Iterator[Running]:
    with front_door(tmp_path, rasa, now=clock) as running:
        yield running


def ends(visitor: Visitor) -> str | None:
    told: str | None = visitor.call("GET", "messages").json()["session_ends_at"]
    return told


def test_the_page_is_told_when_the_session_ends(visitor: Visitor, clock: Clock) -> None:
    assert ends(visitor) is None
    assert visitor.say("hello")["session_ends_at"] == "2026-11-23T09:30:00+00:00"
    clock.later(minutes=20)
    assert ends(visitor) == "2026-11-23T09:30:00+00:00"
    assert visitor.say("hello")["session_ends_at"] == "2026-11-23T09:50:00+00:00"
    clock.later(hours=2)
    assert ends(visitor) == "2026-11-23T09:50:00+00:00"


def test_an_answer_repeated_says_the_same(visitor: Visitor, clock: Clock) -> None:
    message_id = str(uuid.uuid4())
    first = visitor.say("hello", message_id)
    clock.later(minutes=5)
    visitor.say("something else")
    assert visitor.say("hello", message_id) == first


def test_who_goes_on_after_the_end_is_told_once(visitor: Visitor, clock: Clock) -> None:
    visitor.say("hello")
    clock.later(minutes=30, seconds=1)
    turn = visitor.say("What is scar tissue?")
    told, answer = turn["messages"]
    assert told["text"] == STARTED_AFRESH
    assert (told["answer"], told["choices"], told["form"]) == (None, [], None)
    assert (turn["outcome"], answer["answer"]) == ("answered", "scar.what_is")
    assert len(visitor.say("hello")["messages"]) == 1
    # The history stays whole, and the notice is in it.
    texts = [m["text"] for m in visitor.history()]
    assert texts.count(STARTED_AFRESH) == 1
    assert "hello" in texts


def test_not_said_in_time_nor_at_the_first_message(
    visitor: Visitor, clock: Clock
) -> None:
    clock.later(hours=5)
    assert len(visitor.say("hello")["messages"]) == 1
    clock.later(minutes=30)
    assert len(visitor.say("hello")["messages"]) == 1


def test_a_form_is_no_message_to_the_assistant(visitor: Visitor, clock: Clock) -> None:
    visitor.say("hello")
    clock.later(minutes=29)
    contact = {
        "id": str(uuid.uuid4()),
        "name": "Ann Lee",
        "phone": "07700 900123",
        "consent": True,
    }
    assert visitor.call("POST", "consultations", json=contact).status_code == 201
    assert ends(visitor) == "2026-11-23T09:30:00+00:00"
    clock.later(minutes=2)
    assert visitor.say("hello")["messages"][0]["text"] == STARTED_AFRESH


def test_nothing_is_said_before_a_warning(visitor: Visitor, clock: Clock) -> None:
    visitor.say("hello")
    clock.later(hours=1)
    turn = visitor.say("I have crushing chest pain")
    assert turn["messages"][0]["text"].startswith("Call 999 now")


def test_the_length_is_rasas_own(tmp_path: Path) -> None:
    assert session_length(app.DOMAIN) == SESSION
    domain = tmp_path / "domain.yml"
    domain.write_text("session_config: {session_expiration_time: 0}", "utf-8")
    never = session_length(domain)
    assert ends_at(START, never) is None
    assert not has_ended(START, START + timedelta(days=9), never)
    domain.write_text("version: '3.1'", "utf-8")
    assert session_length(domain) == timedelta(hours=1)
