"""What visitors and staff see when a part of the system fails."""

import os
import signal
import time
import uuid

import pytest

from tests.running import running_mend
from tests.scenarios.test_conversations import (
    answer,
    escalations,
    forms,
    said,
    texts,
)


@pytest.fixture(scope="module")
def fragile(tmp_path_factory):
    """A Mend of our own to break, with short waits."""
    var = tmp_path_factory.mktemp("fragile") / "var"
    with running_mend(var, MEND_RASA_TIMEOUT_S="4", MEND_SWEEP_AFTER_S="5") as running:
        yield running


@pytest.fixture
def mend(fragile):
    fragile.wait_until_ready()
    yield fragile
    fragile.control("start", "all")
    fragile.wait_until_ready()


def test_rasa_killed_between_two_messages(mend):
    conversation = mend.open()
    assert conversation.say("what is scar tissue")["outcome"] == "answered"
    mend.control("stop", "rasa")
    turn, message_id = said(conversation, "does it go away")
    assert turn["outcome"] == "unavailable"
    assert "020 7946 0123" in texts(turn)
    assert forms(turn) == {"consultation"}
    assert escalations(mend, message_id) == [("unavailable", "soon")]
    reference = conversation.request_consultation(name="Bo", email="bo@clinic.org")
    assert len(reference) == 6
    mend.control("start", "rasa")
    mend.wait_until_ready()
    turn = conversation.say("what is scar tissue")
    assert answer(turn) == "scar.what_is"


def test_a_killed_rasa_comes_back_by_itself(mend):
    before = mend.kill("rasa")
    mend.wait_until_ready(within_s=60)
    assert mend.pid("rasa") != before
    assert mend.open().say("what is scar tissue")["outcome"] == "answered"


def test_an_emergency_is_noticed_while_rasa_is_down(mend):
    mend.control("stop", "rasa")
    turn, message_id = said(mend.open(), "chest pain and my left arm feels heavy")
    assert (turn["outcome"], turn["urgency"]) == ("red_flag", "emergency")
    assert "999" in texts(turn)
    assert forms(turn) == {None}
    assert escalations(mend, message_id) == [("red_flag", "emergency")]


def test_action_server_down_answers_go_on_and_pain_reaches_staff(mend):
    mend.control("stop", "actions")
    conversation = mend.open()
    assert answer(conversation.say("what is scar tissue")) == "scar.what_is"
    turn, message_id = said(conversation, "my back hurts and I cannot sit at work")
    assert turn["outcome"] == "unavailable"
    assert forms(turn) == {"consultation"}
    assert escalations(mend, message_id) == [("unavailable", "soon")]
    turn = conversation.say("I can't feel my legs and I wet myself")
    assert turn["outcome"] == "red_flag"
    mend.control("start", "actions")
    mend.wait_until_ready()
    turn = mend.open().say("my back hurts and I cannot sit at work")
    assert turn["outcome"] == "suggest_consultation"


def test_a_hanging_action_server_does_not_hang_the_visitor(mend):
    pid = mend.pid("actions")
    os.kill(pid, signal.SIGSTOP)
    try:
        turn = mend.open().say("my back hurts and I cannot sit at work")
        assert turn["outcome"] == "unavailable"
    finally:
        os.kill(pid, signal.SIGCONT)


def test_a_locked_database_is_told_and_nothing_is_half_done(mend):
    conversation = mend.open()
    database = mend.database()
    message_id = str(uuid.uuid4())
    try:
        with database.transaction(), pytest.raises(Exception, match="503"):
            conversation.say("what is scar tissue", message_id)
    finally:
        database.dispose()
    turn = conversation.say("what is scar tissue", message_id)
    assert turn["outcome"] == "answered"
    mine = [m for m in conversation.history() if m["sender"] == "visitor"]
    assert len(mine) == 1


def test_a_message_lost_with_the_chat_is_swept_into_an_escalation(mend):
    conversation = mend.open()
    message_id = str(uuid.uuid4())
    rasa = mend.pid("rasa")
    os.kill(rasa, signal.SIGSTOP)
    try:
        # Longer than the chat lives: it is killed while it waits for Rasa.
        import threading

        def lose():
            with pytest.raises(Exception, match="cannot be reached"):
                conversation.say("what is scar tissue", message_id)

        sending = threading.Thread(target=lose)
        sending.start()
        time.sleep(1)
        mend.kill("chat")
        sending.join(timeout=30)
    finally:
        os.kill(rasa, signal.SIGCONT)
    mend.wait_until_ready()
    until = time.monotonic() + 30
    while not escalations(mend, message_id) and time.monotonic() < until:
        time.sleep(0.5)
    assert escalations(mend, message_id) == [("unavailable", "soon")]
    told = [m for m in conversation.history() if m["sender"] == "assistant"]
    assert "020 7946 0123" in told[-1]["text"]
