"""Starting and stopping the whole of Mend, as an operator does."""

import os
import signal
import stat
import time
from pathlib import Path

import pytest
import requests

from tests.running import running_mend


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie that its parent has not looked at yet is not running any more.
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"


@pytest.mark.parametrize("signal_sent", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_stops_everything_that_was_started(tmp_path, signal_sent):
    with running_mend(tmp_path / "var") as mend:
        assert requests.get(f"{mend.desk_url}/", timeout=20).ok
        pids = [mend.pid(name) for name in ("rasa", "actions", "chat", "desk")]
        pids += [mend.pid("sweeper"), int(mend.control("pid"))]
        mend.process.send_signal(signal_sent)
        assert mend.process.wait(timeout=40) == 0
        assert "Stopped." in mend.process.stdout.read()
    until = time.monotonic() + 10
    while any(alive(pid) for pid in pids) and time.monotonic() < until:
        time.sleep(0.1)
    assert not any(alive(pid) for pid in pids)


def test_what_a_start_writes_is_private(mend):
    for name in ("secret.key", "supervisor.conf", "clinic.db", "tracker.db"):
        mode = stat.S_IMODE((mend.settings.var / name).stat().st_mode)
        assert mode & 0o077 == 0, name


def test_nothing_but_the_chat_and_the_desk_answers_strangers(mend):
    # Rasa's API must be off even on loopback; its own page is all there is.
    rasa = mend.settings.rasa_url
    for path in ("/conversations/x/tracker", "/model", "/domain", "/status"):
        assert requests.get(rasa + path, timeout=10).status_code == 404
        assert requests.get(mend.url + path, timeout=10).status_code == 404
