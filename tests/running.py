"""A real Mend for tests: all processes, on free ports, with databases of its own."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import requests

from mend.chat.readiness import KEPT_S
from mend.conversation import Conversation
from mend.records.database import Database
from mend.settings import Settings

PROJECT = Path(__file__).parent.parent


def free_ports(count: int) -> list[int]:
    """Return ports that nothing listens on."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


@dataclass
class RunningMend:
    """A Mend started with `mend run`."""

    settings: Settings
    process: subprocess.Popen
    output: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings.chat_port}"

    @property
    def desk_url(self) -> str:
        return f"http://127.0.0.1:{self.settings.desk_port}"

    @property
    def first_admin_path(self) -> str:
        """Path of the one-time link that the start printed."""
        return re.search(r"/first-admin/[\w-]+", self.output)[0]

    def open(self) -> Conversation:
        return Conversation.open(self.url)

    def database(self) -> Database:
        return Database.open(self.settings.database_url)

    def control(self, *words: str) -> str:
        """Run supervisorctl."""
        config = self.settings.var / "supervisor.conf"
        done = subprocess.run(
            [sys.executable, "-m", "supervisor.supervisorctl", "-c", config, *words],
            capture_output=True,
            text=True,
            timeout=60,
        )
        return done.stdout

    def pid(self, service: str) -> int:
        return int(self.control("pid", service))

    def kill(self, service: str) -> int:
        """SIGKILL one process, as the out-of-memory killer would; return its pid."""
        pid = self.pid(service)
        os.kill(pid, signal.SIGKILL)
        return pid

    def wait_until_ready(self, within_s: float = 60) -> None:
        time.sleep(KEPT_S)  # an answer from before is not what we want to see
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            with contextlib.suppress(requests.RequestException):
                if requests.get(f"{self.url}/readyz", timeout=10).status_code == 200:
                    return
            time.sleep(0.2)
        raise AssertionError(f"not ready within {within_s} s\n{self.logs()}")

    def logs(self) -> str:
        parts = []
        for file in sorted((self.settings.var / "log").glob("*.log")):
            parts.append(f"--- {file.name}\n{file.read_text('utf-8', 'replace')}")
        return "\n".join(parts)


@contextlib.contextmanager
def running_mend(var: Path, **environ: str) -> Iterator[RunningMend]:
    """Start Mend as an operator does, wait until it is ready, stop it at the end."""
    names = ("CHAT_PORT", "DESK_PORT", "RASA_PORT", "ACTIONS_PORT")
    ports = free_ports(len(names))
    values = {
        f"MEND_{name}": str(port) for name, port in zip(names, ports, strict=True)
    }
    values |= {"MEND_VAR": str(var), "MEND_LIMITS": "none", **environ}
    process = subprocess.Popen(
        [sys.executable, "-m", "mend", "run"],
        cwd=PROJECT,
        env={**os.environ, **values, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    output = ""
    try:
        for line in process.stdout:
            output += line
            if line.startswith("Stop with"):
                break
        else:
            raise AssertionError(f"mend run ended:\n{output}")
        settings = Settings(
            **{key.removeprefix("MEND_").lower(): v for key, v in values.items()}
        )
        yield RunningMend(settings, process, output)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
