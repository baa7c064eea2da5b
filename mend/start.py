"""What `mend run` does: check, train, migrate, start everything, say where it is."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import requests

from mend import doctor, model, services
from mend.errors import OperatorError
from mend.records import erasure_ledger, migrate, staff
from mend.records.database import Database
from mend.settings import Settings, secret_key

READY_WITHIN_S = 90


class StartError(OperatorError):
    """Mend could not be started; the message says what to do next."""


@contextlib.contextmanager
def step(title: str) -> Iterator[Callable[[], None]]:
    """Show a step with its seconds; yields a function to call while it lasts."""
    began = time.monotonic()
    live = sys.stdout.isatty()
    if not live:
        click.echo(f"{title} ...")

    def tick() -> None:
        if live:
            click.echo(f"\r{title} ... {time.monotonic() - began:.0f} s", nl=False)

    tick()
    try:
        yield tick
    except BaseException:
        if live:
            click.echo()
        raise
    seconds = f"{time.monotonic() - began:.1f} s"
    click.echo(f"\r{title} ... done in {seconds}" if live else f"  done in {seconds}")


def prepare(settings: Settings, project: Path) -> None:
    """Check, train if need be and migrate.

    Raises:
        StartError: a check failed.
        mend.model.ModelError: the model could not be trained or is not ours.
    """
    if pid := services.running_pid(settings):
        raise StartError(
            f"Mend is running already (process {pid}) on {settings.public_url}. "
            "Stop it with `mend stop` or Ctrl-C where it runs."
        )
    failed = [f for f in doctor.before_start(settings, project) if not f.ok]
    if failed:
        raise StartError("\n".join(f"{f.what}: {f.says}" for f in failed))
    if not model.is_current(project, settings.models):
        with step("Training the model") as tick:
            model.train(
                project, settings.models, settings.var / "log" / "train.log", tick
            )
    model.verify(settings.models)
    if migrate.pending(settings.database_url):
        with step("Preparing the database"):
            migrate.upgrade(settings.database_url)
    secret_key(settings)
    erase_again(settings)


def erase_again(settings: Settings) -> int:
    """Erase what a restored backup brought back; return how many chats.

    Raises:
        OSError: The ledger of erasures cannot be written.
        sqlalchemy.exc.SQLAlchemyError: A database cannot be used.
    """
    with Database.open(settings.database_url) as database:
        return erasure_ledger.replay(
            database,
            settings.tracker_url,
            settings.erasures_file,
            dt.datetime.now(dt.timezone.utc),
        )


def first_admin_link(settings: Settings) -> str | None:
    """Return a one-time link to create the first admin, or None if there is one."""
    with (
        Database.open(settings.database_url) as database,
        database.transaction() as session,
    ):
        token = staff.first_admin_token(session, dt.datetime.now(dt.timezone.utc))
    return f"{settings.desk_url}/first-admin/{token}" if token else None


def is_ready(settings: Settings) -> bool:
    """Tell whether the chat says that all parts work."""
    try:
        answer = requests.get(f"{chat_address(settings)}/readyz", timeout=5)
    except requests.RequestException:
        return False
    return answer.status_code == 200


def _reachable(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "localhost", "::") else host  # noqa: S104


def run(settings: Settings, project: Path) -> None:
    """Start everything, print where it is, and stay until it is stopped.

    Raises:
        StartError: a check failed, or the parts were not ready in time.
        mend.model.ModelError: see `prepare`.
    """
    prepare(settings, project)
    config = settings.var / "supervisor.conf"
    config.unlink(missing_ok=True)
    config.touch(mode=0o600)
    config.write_text(
        services.supervisor_config(settings, project, secrets.token_urlsafe(24)),
        "utf-8",
    )
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false"}
    supervisor = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "supervisor.supervisord", "-c", str(config)],
        cwd=project,
        env=environment,
        start_new_session=True,
    )
    # `kill` on this process must stop the children as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _wait_until_ready(settings, supervisor)
        _say_where(settings)
        supervisor.wait()
        raise StartError(
            f"The supervisor ended by itself; see {settings.var / 'log'} for why."
        )
    except KeyboardInterrupt:
        click.echo("\nStopping ...")
    finally:
        _stop(supervisor)
    click.echo("Stopped.")


def _wait_until_ready(settings: Settings, supervisor: subprocess.Popen[bytes]) -> None:
    began = time.monotonic()
    with step("Starting, until a probe sentence is answered") as tick:
        while not is_ready(settings):
            tick()
            if supervisor.poll() is not None:
                raise StartError(
                    f"The supervisor did not start; see {settings.var / 'log'}."
                )
            if time.monotonic() - began > READY_WITHIN_S:
                raise StartError(_why_not_ready(settings))
            time.sleep(0.25)


def _why_not_ready(settings: Settings) -> str:
    lines = [f"Not ready after {READY_WITHIN_S} s. The ends of the logs:"]
    for service in services.services(settings):
        log = settings.var / "log" / f"{service.name}.log"
        if log.exists():
            tail = log.read_text("utf-8", "replace").strip().splitlines()[-3:]
            lines += [f"  {service.name}: {line}" for line in tail]
    lines.append(f"The whole logs are in {settings.var / 'log'}; try `mend doctor`.")
    return "\n".join(lines)


def _say_where(settings: Settings) -> None:
    click.echo(f"\n  Demo clinic page   {settings.public_url}/")
    click.echo(f"  Staff desk         {settings.desk_url}/")
    link = first_admin_link(settings)
    if link:
        click.echo(f"  First admin        {link}")
        click.echo("                     (works once, for 24 hours)")
    click.echo("\nStop with Ctrl-C.")
    sys.stdout.flush()


def _stop(supervisor: subprocess.Popen[bytes]) -> None:
    if supervisor.poll() is None:
        supervisor.terminate()
        try:
            supervisor.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(supervisor.pid, signal.SIGKILL)
            supervisor.wait()


def stop(settings: Settings) -> bool:
    """Stop a Mend that runs from this folder; tell whether there was one."""
    pid = services.running_pid(settings)
    if pid is None:
        return False
    os.kill(pid, signal.SIGTERM)
    for _ in range(200):
        if services.running_pid(settings) is None:
            return True
        time.sleep(0.1)
    raise StartError(f"Process {pid} did not stop within 20 s; try `kill -9 {pid}`.")


def chat_address(settings: Settings) -> str:
    """Return the address of the chat as seen from this machine."""
    return f"http://{_reachable(settings.host)}:{settings.chat_port}"
