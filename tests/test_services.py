"""The supervised processes and their configuration."""

import configparser
import os
from pathlib import Path

from mend.services import running_pid, services, supervisor_config
from mend.settings import Settings


def test_every_service_is_restarted_and_logs_into_var(tmp_path):
    settings = Settings(var=tmp_path / "v a%r")
    parser = configparser.RawConfigParser()
    parser.read_string(supervisor_config(settings, tmp_path, "x"))
    for service in services(settings):
        section = parser[f"program:{service.name}"]
        assert section["autorestart"] == "true"
        log = section["stdout_logfile"].replace("%%", "%")
        assert Path(log) == settings.var / "log" / f"{service.name}.log"


def test_rasa_and_the_action_server_listen_on_loopback_only(tmp_path):
    # They have no authentication (rasa#7941, rasa_sdk); a public host setting must
    # not open them.
    by_name = {s.name: s for s in services(Settings(var=tmp_path, host="0.0.0.0"))}
    rasa = by_name["rasa"].command
    assert rasa[rasa.index("--interface") + 1] == "127.0.0.1"
    assert "--enable-api" not in rasa
    assert ("SANIC_HOST", "127.0.0.1") in by_name["actions"].environment


def test_running_pid_ignores_a_stale_pid_file(tmp_path):
    settings = Settings(var=tmp_path)
    assert running_pid(settings) is None
    pid_file = tmp_path / "supervisor.pid"
    pid_file.write_text("not a number")
    assert running_pid(settings) is None
    pid_file.write_text(str(os.getpid()))  # alive, but not a supervisord
    assert running_pid(settings) is None
