"""The operator's commands: plain errors, what they print, exit codes."""

import json
import os
import re
import socket
import subprocess
import sys

import pytest
from click.testing import CliRunner

from mend.cli import main
from tests.running import PROJECT, free_ports


def mend_command(*words, **environ):
    return subprocess.run(
        [sys.executable, "-m", "mend", *words],
        cwd=PROJECT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize(
    "words", [[], ["run"], ["ask"], ["staff", "add"], ["content", "lint"], ["serve"]]
)
def test_help_explains_each_command(words):
    done = CliRunner().invoke(main, [*words, "--help"])
    assert done.exit_code == 0
    assert "Usage:" in done.output


def test_a_bad_setting_is_one_line_without_a_traceback():
    done = mend_command("doctor", MEND_CHAT_PORT="eighty")
    assert done.returncode == 1
    assert "MEND_CHAT_PORT" in done.stderr
    assert "Traceback" not in done.stderr


def test_run_refuses_a_port_in_use_before_it_trains(tmp_path):
    chat, desk, rasa, actions = free_ports(4)
    with socket.socket() as other:
        other.bind(("127.0.0.1", desk))
        other.listen()
        done = mend_command(
            "run",
            MEND_VAR=str(tmp_path / "var"),
            MEND_MODELS=str(tmp_path / "models"),
            MEND_CHAT_PORT=str(chat),
            MEND_DESK_PORT=str(desk),
            MEND_RASA_PORT=str(rasa),
            MEND_ACTIONS_PORT=str(actions),
        )
    assert done.returncode == 1
    assert f"port {desk}" in done.stderr
    assert "MEND_DESK_PORT" in done.stderr
    assert "Training" not in done.stdout


def test_ask_without_a_running_mend_says_what_to_do(tmp_path):
    file = tmp_path / "q.jsonl"
    file.write_text('{"text": "what is a scar"}\n')
    (port,) = free_ports(1)
    done = mend_command("ask", str(file), "--url", f"http://127.0.0.1:{port}")
    assert done.returncode == 1
    assert "mend run" in done.stderr


def test_stop_without_a_running_mend(tmp_path):
    done = mend_command("stop", MEND_VAR=str(tmp_path))
    assert done.returncode == 0
    assert "not running" in done.stdout


def test_ask_writes_what_came_back_and_judges_it(mend, tmp_path):
    file, out = tmp_path / "q.jsonl", tmp_path / "out.jsonl"
    phone = "which phone has the best camera"
    scar = ["scar.what_is"]
    rows = [
        {"text": "what is scar tissue?", "kind": "education", "expect": scar},
        {"text": phone, "kind": "out_of_scope", "expect": ["OOS"]},
    ]
    file.write_text("\n".join(map(json.dumps, rows)))
    done = mend_command("ask", str(file), "--url", mend.url, "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert re.search(r"^all\s+2\s+2 \(100\.0%\)", done.stdout, re.MULTILINE)
    written = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["verdict"] for row in written] == ["right", "right"]
    assert written[0]["turn"]["messages"][0]["answer"] == "scar.what_is"


def test_staff_add_prints_a_link_that_works_once(mend):
    done = mend_command(
        *("staff", "add", "rae@harbourlane.org", "--name", "Rae"),
        MEND_VAR=str(mend.settings.var),
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"/welcome/[\w-]{40,}", done.stdout)


def test_staff_add_refuses_what_is_no_address(tmp_path):
    done = mend_command("staff", "add", "nobody", "--name", "N", MEND_VAR=str(tmp_path))
    assert done.returncode == 1
    assert "e-mail" in done.stderr


def test_a_second_run_says_that_mend_runs_already(mend):
    done = mend_command("run", MEND_VAR=str(mend.settings.var))
    assert done.returncode == 1
    assert "running already" in done.stderr


def test_doctor_finds_nothing_wrong_with_a_running_mend(mend):
    done = mend_command("doctor", MEND_VAR=str(mend.settings.var))
    assert done.returncode == 0, done.stdout + done.stderr


def test_chat_talks_in_the_terminal(mend):
    done = subprocess.run(
        [sys.executable, "-m", "mend", "chat", "--url", mend.url],
        input="How long does healing take?\n1\n\n",
        capture_output=True,
        text=True,
        timeout=60,
        cwd=PROJECT,
    )
    assert done.returncode == 0, done.stderr
    assert "healing.time" in done.stdout
    assert done.stdout.count("[answered]") == 2
