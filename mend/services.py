"""The processes that make up a running Mend, and how supervisor keeps them alive."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from mend.model import model_file
from mend.settings import Settings

_PYTHON = sys.executable


@dataclass(frozen=True)
class Service:
    """One supervised process: its name, command and extra environment."""

    name: str
    command: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()
    port: int | None = None


def services(settings: Settings) -> tuple[Service, ...]:
    """Return the processes of a running Mend, in the order in which they start."""
    mend = (_PYTHON, "-m", "mend")
    return (
        Service(
            "actions",
            (
                *(_PYTHON, "-m", "rasa_sdk", "--actions", "actions"),
                *("--port", str(settings.actions_port)),
            ),
            # The action server has no authentication: loopback only.
            (("SANIC_HOST", "127.0.0.1"),),
            settings.actions_port,
        ),
        Service(
            "rasa",
            (
                *mend,
                *("rasa", "run", "--model", str(model_file(settings.models))),
                *("--interface", "127.0.0.1", "--port", str(settings.rasa_port)),
                *("--endpoints", "endpoints.yml", "--credentials", "credentials.yml"),
            ),
            (
                ("MEND_ACTIONS_PORT", str(settings.actions_port)),
                ("MEND_TRACKER_URL", settings.tracker_url),
                ("MEND_CLINIC_FILE", str(settings.clinic_file)),
                ("LOG_LEVEL", "WARNING"),
                # One sentence is little work: more threads cost more than they save.
                ("OPENBLAS_NUM_THREADS", "1"),
            ),
            settings.rasa_port,
        ),
        Service("chat", (*mend, "serve", "chat"), port=settings.chat_port),
        Service("desk", (*mend, "serve", "desk"), port=settings.desk_port),
        Service("sweeper", (*mend, "serve", "sweeper")),
    )


def supervisor_config(settings: Settings, project: Path, password: str) -> str:
    """Return the text of a supervisord configuration that runs all services.

    A process that ends is started again after a second, and again, with growing
    pauses; logs are kept in ``var/log`` (5 files of 5 MB each).

    Args:
        settings: where ports and folders come from.
        project: folder in which all processes run.
        password: what ``supervisorctl`` must know.
    """
    log, socket = settings.var / "log", settings.var / "supervisor.sock"
    # supervisord warns at every start when root does not say that it means to be.
    user = ["user=root"] if os.geteuid() == 0 else []
    sections = [
        [
            "[supervisord]",
            "nodaemon=true",
            "silent=true",
            "loglevel=info",
            f"directory={_escape(str(project))}",
            f"logfile={_escape(str(log / 'supervisor.log'))}",
            f"pidfile={_escape(str(pid_file(settings)))}",
            *user,
        ],
        # `supervisorctl -c var/supervisor.conf` talks to this socket; only this
        # user can open it, and the password is new at each start.
        [
            "[unix_http_server]",
            f"file={_escape(str(socket))}",
            "chmod=0600",
            "username=mend",
            f"password={password}",
        ],
        [
            "[rpcinterface:supervisor]",
            "supervisor.rpcinterface_factory = "
            "supervisor.rpcinterface:make_main_rpcinterface",
        ],
        [
            "[supervisorctl]",
            f"serverurl=unix://{_escape(str(socket))}",
            "username=mend",
            f"password={password}",
        ],
    ]
    for position, service in enumerate(services(settings)):
        variables = ",".join(
            f'{name}="{_escape(value)}"' for name, value in service.environment
        )
        words = " ".join(_quote(_escape(word)) for word in service.command)
        sections.append(
            [
                f"[program:{service.name}]",
                f"command={words}",
                f"environment={variables}",
                f"priority={position + 1}",
                "autorestart=true",
                # Databases are for this user only.
                "umask=077",
                "startsecs=1",
                "startretries=100",
                "stopasgroup=true",
                "killasgroup=true",
                "stopwaitsecs=8",
                "redirect_stderr=true",
                f"stdout_logfile={_escape(str(log / f'{service.name}.log'))}",
                "stdout_logfile_maxbytes=5MB",
                "stdout_logfile_backups=4",
            ]
        )
    return "\n\n".join("\n".join(section) for section in sections) + "\n"


def pid_file(settings: Settings) -> Path:
    """Return where supervisord keeps its process id while it runs."""
    return settings.var / "supervisor.pid"


def running_pid(settings: Settings) -> int | None:
    """Return the process id of this project's supervisord, or None if it is down."""
    try:
        pid = int(pid_file(settings).read_text("ascii"))
    except (OSError, ValueError):
        return None
    command = Path(f"/proc/{pid}/cmdline")
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        return pid
    if command.exists() and b"supervisord" not in command.read_bytes():
        return None  # the number was given to another process since
    return pid


def _escape(value: str) -> str:
    """Escape ``%``, which supervisord's configuration expands."""
    return value.replace("%", "%%")


def _quote(word: str) -> str:
    return f'"{word}"' if " " in word else word
