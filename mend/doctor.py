"""Checks of settings, files, ports, model and database, each with what to do next.

`mend run` refuses to start on a failed check; `mend doctor` prints them all.
"""

from __future__ import annotations

import datetime as dt
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from mend import notices
from mend.clinic import Clinic, ClinicError, gaps, load_clinic
from mend.model import ModelError, is_current, verify
from mend.records import migrate
from mend.services import running_pid, services
from mend.settings import Settings

MIN_FREE_MB = 300
"""Room that databases, logs and a freshly trained model need to begin with."""


@dataclass(frozen=True)
class Finding:
    """Result of one check: `ok`, what was looked at, and what is wrong or fine."""

    ok: bool
    what: str
    says: str


def check_project(project: Path) -> Finding:
    """Check that `project` is Mend's folder."""
    missing = [
        name
        for name in ("config.yml", "domain.yml", "endpoints.yml", "credentials.yml")
        if not (project / name).is_file()
    ]
    if missing:
        return Finding(
            False,
            "project",
            f"{', '.join(missing)} not found in {project}; run Mend from the folder "
            "that you cloned",
        )
    return Finding(True, "project", str(project))


def check_clinic(settings: Settings) -> Finding:
    """Check the clinic's facts."""
    try:
        clinic = load_clinic(settings.clinic_file)
    except ClinicError as error:
        return Finding(False, "clinic", str(error))
    return Finding(
        True, "clinic", f"{clinic.name}, {clinic.phone}; {_not_filled_in(clinic)}"
    )


def _not_filled_in(clinic: Clinic) -> str:
    missing = gaps(clinic, dt.datetime.now(dt.timezone.utc))
    if not missing:
        return "everything filled in"
    about = ", ".join(f"{gap.about} ({gap.key})" for gap in missing)
    return f"not filled in, so visitors are told to ask: {about}"


def check_var(settings: Settings) -> Finding:
    """Check that the folder for databases and logs can be written and has room."""
    try:
        (settings.var / "log").mkdir(parents=True, exist_ok=True)
        probe = settings.var / ".probe"
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
        free_mb = shutil.disk_usage(settings.var).free // 2**20
    except OSError as error:
        return Finding(
            False,
            "var",
            f"{settings.var} cannot be written ({error.strerror}); free some space "
            "or set MEND_VAR to a folder that can",
        )
    if free_mb < MIN_FREE_MB:
        return Finding(
            False,
            "var",
            f"only {free_mb} MB free at {settings.var}; Mend needs {MIN_FREE_MB} MB. "
            "Free some space or set MEND_VAR to a folder on another disk",
        )
    return Finding(True, "var", f"{settings.var}, {free_mb} MB free")


def check_port(host: str, port: int, setting: str) -> Finding:
    """Check that nothing listens on `port` yet."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return Finding(
                False,
                f"port {port}",
                f"cannot be used ({error.strerror}); stop what uses it, or set "
                f"{setting} to a free port",
            )
    return Finding(True, f"port {port}", "free")


def check_ports(settings: Settings) -> Iterator[Finding]:
    """Check all ports, unless Mend itself holds them."""
    pid = running_pid(settings)
    if pid is not None:
        yield Finding(True, "ports", f"in use by this Mend (supervisor {pid})")
        return
    for service in services(settings):
        if service.port is not None:
            public = service.name in ("chat", "desk")
            yield check_port(
                settings.host if public else "127.0.0.1",
                service.port,
                f"MEND_{service.name.upper()}_PORT",
            )


def check_model(settings: Settings, project: Path) -> Finding:
    """Check that the trained model is the recorded file and up to date."""
    try:
        record = verify(settings.models)
    except ModelError as error:
        return Finding(False, "model", str(error))
    if not is_current(project, settings.models):
        return Finding(
            False, "model", "data or configuration changed since; run `mend train`"
        )
    return Finding(True, "model", f"{record.sha256[:12]}, trained {record.trained_at}")


def check_database(settings: Settings) -> Finding:
    """Check that the database answers and its tables are up to date."""
    try:
        pending = migrate.pending(settings.database_url)
    except SQLAlchemyError as error:
        return Finding(
            False,
            "database",
            f"cannot be reached ({type(error).__name__}); check MEND_DATABASE_URL and "
            "that the server runs",
        )
    if pending:
        return Finding(
            False, "database", "tables are not up to date; run `mend migrate`"
        )
    return Finding(True, "database", "tables up to date")


def check_notices(settings: Settings) -> Finding:
    """Check that notices of new cases can be sent, if the clinic wants any."""
    way = notices.channel(settings)
    if way is None:
        return Finding(
            True,
            "notices",
            "off; staff see new cases at the desk only (MEND_NOTICE_TO or "
            "MEND_NOTICE_WEBHOOK turns them on)",
        )
    try:
        who = way.check()
    except notices.NotSent as error:
        return Finding(
            False,
            "notices",
            f"cannot be sent ({error}); check MEND_SMTP_... or MEND_NOTICE_WEBHOOK",
        )
    return Finding(
        True, "notices", f"{who}; of {', '.join(settings.notice_urgency_list)}"
    )


def before_start(settings: Settings, project: Path) -> Iterator[Finding]:
    """Yield the checks that must pass before anything is trained or started."""
    yield check_project(project)
    yield check_clinic(settings)
    yield check_var(settings)
    yield from check_ports(settings)


def examine(settings: Settings, project: Path) -> Iterator[Finding]:
    """Yield all checks."""
    yield Finding(True, "settings", f"read; host {settings.host}")
    yield from before_start(settings, project)
    yield check_model(settings, project)
    yield check_database(settings)
    yield check_notices(settings)
    key = settings.var / "secret.key"
    if not settings.secret_key and key.exists():
        shared = key.stat().st_mode & 0o077
        yield Finding(
            not shared,
            "secret key",
            f"{key} can be read by others; run `chmod 600` on it" if shared else "kept",
        )
