"""What visitors and staff see when a part of the system fails."""

import contextlib
import os
import shutil
import signal
import sqlite3
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from mend.chat.words import STARTED_AFRESH
from mend.settings import Settings
from tests.running import running_mend
from tests.scenarios.test_conversations import (
    answer,
    escalations,
    forms,
    said,
    texts,
)

# Enough for a busy machine; what is tested is that it comes back, not how soon.
RESTARTED_WITHIN_S = 240


@pytest.fixture(scope="module")
def fragile(tmp_path_factory):
    """A Mend of our own to break, with short waits."""
    folder = tmp_path_factory.mktemp("fragile")
    shutil.copytree(Settings().models, folder / "models")
    settings = {
        "MEND_RASA_TIMEOUT_S": "4",
        "MEND_SWEEP_AFTER_S": "5",
        "MEND_MODELS": str(folder / "models"),
    }
    with running_mend(folder / "var", **settings) as running:
        yield running


@pytest.fixture
def mend(fragile):
    fragile.wait_until_ready()
    yield fragile
    fragile.control("start", "all")
    fragile.wait_until_ready(RESTARTED_WITHIN_S)


def test_rasa_killed_between_two_messages(mend):
    """F7."""
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
    """F28."""
    before = mend.kill("rasa")
    mend.wait_until_ready(within_s=60)
    assert mend.pid("rasa") != before
    assert mend.open().say("what is scar tissue")["outcome"] == "answered"


def test_an_emergency_is_noticed_while_rasa_is_down(mend):
    """F7."""
    mend.control("stop", "rasa")
    turn, message_id = said(mend.open(), "chest pain and my left arm feels heavy")
    assert (turn["outcome"], turn["urgency"]) == ("red_flag", "emergency")
    assert "999" in texts(turn)
    assert forms(turn) == {None}
    assert escalations(mend, message_id) == [("red_flag", "emergency")]


def test_action_server_down_answers_go_on_and_pain_reaches_staff(mend):
    """F1."""
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
    """F2."""
    pid = mend.pid("actions")
    os.kill(pid, signal.SIGSTOP)
    try:
        turn = mend.open().say("my back hurts and I cannot sit at work")
        assert turn["outcome"] == "unavailable"
    finally:
        os.kill(pid, signal.SIGCONT)


def test_a_locked_database_is_told_and_nothing_is_half_done(mend):
    """F9."""
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
    """F6."""
    conversation = mend.open()
    message_id = str(uuid.uuid4())
    rasa = mend.pid("rasa")
    os.kill(rasa, signal.SIGSTOP)
    try:
        # Longer than the chat lives: it is killed while it waits for Rasa.
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


@contextlib.contextmanager
def action_server_that_says(mend, status, body):
    """Stand in for the action server; it answers everything alike."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            with contextlib.suppress(OSError):  # Rasa did not wait
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_):
            pass

    mend.control("stop", "actions")
    address = ("127.0.0.1", mend.settings.actions_port)
    server = ThreadingHTTPServer(address, Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"{}"),
        (200, b"<html>not json"),
        (200, b'{"events": 5, "responses": "no"}'),
        (200, b'{"events": [], "responses": [{"text": "' + b"x" * 10_000_000 + b'"}]}'),
    ],
    ids=["error", "not JSON", "other JSON", "ten megabytes"],
)
def test_an_action_server_that_answers_nonsense(mend, status, body):
    """F3: as if it were down; answers that need no action still come."""
    with action_server_that_says(mend, status, body):
        conversation = mend.open()
        turn, message_id = said(conversation, "my back hurts and I cannot sit at work")
        assert turn["outcome"] == "unavailable"
        assert forms(turn) == {"consultation"}
        assert escalations(mend, message_id) == [("unavailable", "soon")]
        assert answer(mend.open().say("what is scar tissue")) == "scar.what_is"


def test_a_broken_model_is_never_silence(mend):
    """F8: Rasa without a model says "fine" and answers nothing; the chat does not."""
    model = Path(mend.settings.models) / "model.tar.gz"
    kept = model.read_bytes()
    model.write_bytes(b"junk")
    try:
        mend.control("restart", "rasa")
        wait_for_rasa_to_listen(mend)
        turn, message_id = said(mend.open(), "what is scar tissue")
        assert turn["outcome"] == "unavailable"
        assert forms(turn) == {"consultation"}
        assert escalations(mend, message_id) == [("unavailable", "soon")]
        ready = requests.get(f"{mend.url}/readyz", timeout=20)
        assert ready.status_code == 503
        assert (ready.json()["database"], ready.json()["assistant"]) == (True, False)
        assert mend.open().request_consultation(name="Bo", email="bo@clinic.org")
    finally:
        model.write_bytes(kept)
        mend.control("restart", "rasa")


def wait_for_rasa_to_listen(mend):
    """Wait until Rasa answers at all, with a model or without, or has given up."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with contextlib.suppress(requests.RequestException):
            requests.get(mend.settings.rasa_url, timeout=2)
            return
        time.sleep(0.3)


def tracker_file(mend):
    return Path(mend.settings.tracker_url.removeprefix("sqlite:///"))


def test_rasas_locked_memory_costs_no_message(mend):
    """F10: Rasa loses the turn without a word; the journal and the staff have it."""
    conversation = mend.open()
    conversation.say("what is scar tissue")
    with contextlib.closing(
        sqlite3.connect(tracker_file(mend), isolation_level=None)
    ) as rasas:
        rasas.execute("BEGIN EXCLUSIVE")
        turn, message_id = said(conversation, "does it go away with zebraquartz")
        assert turn["messages"]
        rasas.execute("ROLLBACK")
    texts_told = [m["text"] for m in conversation.history()]
    assert "does it go away with zebraquartz" in texts_told
    if turn["outcome"] == "unavailable":
        assert escalations(mend, message_id) == [("unavailable", "soon")]
    mend.wait_until_ready()
    assert answer(conversation.say("what is scar tissue")) == "scar.what_is"


def test_rasas_deleted_memory_costs_no_message(mend):
    """F10: the conversation may begin anew, the chat goes on and nothing is lost."""
    conversation = mend.open()
    conversation.say("what is scar tissue")
    for file in tracker_file(mend).parent.glob("tracker.db*"):
        file.unlink()
    for text in ("how long does healing take", "what is scar tissue"):
        turn, message_id = said(conversation, text)
        if turn["outcome"] == "unavailable":
            assert escalations(mend, message_id) == [("unavailable", "soon")]
    mend.control("restart", "rasa")
    mend.wait_until_ready(RESTARTED_WITHIN_S)
    assert answer(conversation.say("what is scar tissue")) == "scar.what_is"
    mine = [m for m in conversation.history() if m["sender"] == "visitor"]
    assert len(mine) == 4


def test_everything_restarts_in_the_middle_of_a_conversation(mend):
    """F20: token, history, buttons and what was asked are still good."""
    conversation = mend.open()
    turn = conversation.say("I have a dull ache in my elbow")
    assert turn["outcome"] == "assess"
    before = conversation.history()
    mend.control("restart", "all")
    mend.wait_until_ready(RESTARTED_WITHIN_S)
    assert conversation.history() == before
    turn = conversation.say("I can't sleep because of it")
    assert turn["outcome"] == "suggest_consultation"


def test_a_session_that_ended_is_said_and_forgotten(mend):
    """After the silence of domain.yml the question that was asked is no longer open."""
    conversation = mend.open()
    assert conversation.say("I have a dull ache in my elbow")["outcome"] == "assess"
    half_an_hour_passes(mend)
    turn = conversation.say("what is scar tissue")
    assert turn["messages"][0]["text"] == STARTED_AFRESH
    assert answer(turn) == "scar.what_is"
    turn = conversation.say("8")
    assert turn["outcome"] not in ("assess", "suggest_consultation")
    assert "dull ache in my elbow" in [m["text"] for m in conversation.history()][2]


def half_an_hour_passes(mend):
    """Set back what was said in both databases, as if it had been 31 minutes ago."""
    past = 31 * 60
    with contextlib.closing(sqlite3.connect(tracker_file(mend))) as rasas, rasas:
        rasas.execute(
            "UPDATE events SET timestamp = timestamp - ?, data = json_set(data, "
            "'$.timestamp', json_extract(data, '$.timestamp') - ?)",
            (past, past),
        )
    clinics = Path(mend.settings.database_url.removeprefix("sqlite:///"))
    with contextlib.closing(sqlite3.connect(clinics)) as ours, ours:
        ours.execute(
            "UPDATE message SET created_at = "
            "strftime('%Y-%m-%d %H:%M:%f000', created_at, ?)",
            (f"-{past} seconds",),
        )
