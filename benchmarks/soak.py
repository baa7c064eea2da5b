"""Let visitors chat while parts fail at random, then check that no promise is broken.

``make soak`` starts a Mend of its own on free ports (so the model should be trained).
Each visitor sends messages and requests, repeats with the same id what was not
answered, and writes down what it was told. Meanwhile one part after the other is
killed, stopped, frozen or locked. At the end everything runs again, the sweeper gets
its time, and `benchmarks.promises` holds what was told against what is on disk. The
seed decides what is said and what fails; exit code 1 when a promise was broken.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles
from typing import Any

import click
import requests

from benchmarks.promises import Told, broken
from tests.running import RunningMend, running_mend

RASA_TIMEOUT_S = 6
SWEEP_AFTER_S = 15
# Made up for this; what is measured is whether anything is lost, not understanding.
MESSAGES = (
    "what is scar tissue",
    "how long does healing take",
    "I want to talk to a person",
    "my back hurts and I cannot sit at work",
    "which film is good tonight",
    "chest pain and my left arm feels heavy",
    "thank you",
)


class Visitor:
    """One visitor with one conversation, who repeats what was not answered.

    Args:
        url: Address of the chat.
        seed: Decides what is said.
        until: Monotonic time at which to stop.
    """

    def __init__(self, url: str, seed: int, until: float) -> None:
        self._url = f"{url}/api/chat"
        self._random = random.Random(seed)  # noqa: S311 - not for secrets
        self._until = until
        self._http = requests.Session()
        self.told = Told()
        self.statuses: Counter[int] = Counter()
        self.seconds: list[float] = []

    def run(self) -> None:
        """Chat until the time is over; what was begun is brought to its end."""
        opened = self._insist("POST", "conversations", {})
        self._http.headers["Authorization"] = f"Bearer {opened['token']}"
        while time.monotonic() < self._until:
            if self._random.random() < 0.1:
                self._ask_to_be_contacted()
            else:
                self._say(self._random.choice(MESSAGES))
            time.sleep(self._random.random())

    def _say(self, words: str) -> None:
        body = {"id": str(uuid.uuid4()), "text": words}
        began = time.monotonic()
        turn = self._insist("POST", "messages", body)
        self.seconds.append(time.monotonic() - began)
        self.told.turns[body["id"]] = tuple(m["seq"] for m in turn["messages"])
        if self._random.random() < 0.2:  # as after a lost connection
            again = self._insist("POST", "messages", body)
            # The signature of a button is the same each time: all must be equal.
            if again != turn:
                self.told.contradictions.append(body["id"])

    def _ask_to_be_contacted(self) -> None:
        body = {
            "id": str(uuid.uuid4()),
            "name": "Soak Visitor",
            "email": "soak@example.org",
            "consent": True,
        }
        reference = self._insist("POST", "consultations", body)["reference"]
        self.told.references[reference] = False
        if self._random.random() < 0.3:
            self._insist("DELETE", f"consultations/{reference}", None)
            self.told.references[reference] = True

    def _insist(self, method: str, path: str, body: Any) -> dict[str, Any]:
        """Send the same request until it is answered."""
        while True:
            try:
                answer = self._http.request(
                    method, f"{self._url}/{path}", json=body, timeout=40
                )
            except requests.RequestException:
                self.statuses[0] += 1
                time.sleep(0.5)
                continue
            self.statuses[answer.status_code] += 1
            if answer.ok:
                found: dict[str, Any] = answer.json()
                return found
            if answer.status_code not in (429, 503):
                raise AssertionError(f"{method} {path}: {answer.status_code}")
            time.sleep(min(5, float(answer.headers.get("Retry-After", 1))))


def _locked(url: str, seconds: float) -> None:
    with contextlib.closing(
        sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, timeout=9)
    ) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        time.sleep(seconds)
        connection.execute("ROLLBACK")


def _frozen(mend: RunningMend, service: str, seconds: float) -> None:
    pid = mend.pid(service)
    os.kill(pid, signal.SIGSTOP)
    try:
        time.sleep(seconds)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def _away(mend: RunningMend, service: str, seconds: float) -> None:
    mend.control("stop", service)
    time.sleep(seconds)
    mend.control("start", service)


FAULTS: dict[str, Callable[[RunningMend], object]] = {
    "action server away": lambda mend: _away(mend, "actions", 4),
    "action server frozen": lambda mend: _frozen(mend, "actions", 8),
    "action server killed": lambda mend: mend.kill("actions"),
    "Rasa away": lambda mend: _away(mend, "rasa", 3),
    "Rasa frozen": lambda mend: _frozen(mend, "rasa", 8),
    "Rasa killed": lambda mend: mend.kill("rasa"),
    "chat killed": lambda mend: mend.kill("chat"),
    "sweeper killed": lambda mend: mend.kill("sweeper"),
    "clinic's database locked": lambda mend: _locked(mend.settings.database_url, 4),
    "Rasa's database locked": lambda mend: _locked(mend.settings.tracker_url, 6),
}


def inject(mend: RunningMend, seed: int, until: float, every_s: float) -> Counter[str]:
    """Let one part after the other fail until the time is over; return how often."""
    chosen = random.Random(seed)  # noqa: S311 - not for secrets
    done: Counter[str] = Counter()
    while True:
        time.sleep(chosen.uniform(0.5, 1.5) * every_s)
        if time.monotonic() >= until:
            return done
        name = chosen.choice(list(FAULTS))
        try:
            FAULTS[name](mend)
        except (ValueError, OSError, sqlite3.OperationalError) as error:
            name = f"{name} (not possible just then: {type(error).__name__})"
        done[name] += 1


def _collected(visitors: list[Visitor]) -> Told:
    told = Told()
    for visitor in visitors:
        told.turns |= visitor.told.turns
        told.references |= visitor.told.references
        told.contradictions += visitor.told.contradictions
    return told


@click.command()
@click.option("--visitors", default=50, show_default=True)
@click.option("--minutes", default=10.0, show_default=True)
@click.option(
    "--every", default=10.0, show_default=True, help="Seconds between faults."
)
@click.option("--seed", default=1, show_default=True)
def main(visitors: int, minutes: float, every: float, seed: int) -> None:
    """Run the soak and print what happened and what was broken."""
    settings = {
        "MEND_RASA_TIMEOUT_S": str(RASA_TIMEOUT_S),
        "MEND_SWEEP_AFTER_S": str(SWEEP_AFTER_S),
    }
    with (
        tempfile.TemporaryDirectory() as folder,
        running_mend(Path(folder) / "var", **settings) as mend,
    ):
        until = time.monotonic() + minutes * 60
        people = [Visitor(mend.url, seed * 1000 + n, until) for n in range(visitors)]
        threads = [threading.Thread(target=one.run, daemon=True) for one in people]
        for thread in threads:
            thread.start()
        faults = inject(mend, seed, until, every)
        mend.control("start", "all")
        mend.wait_until_ready(within_s=300)
        for thread in threads:
            thread.join(timeout=180)
        hanging = sum(thread.is_alive() for thread in threads)
        time.sleep(2 * SWEEP_AFTER_S)  # the sweeper's turn
        told = _collected(people)
        database = mend.database()
        try:
            problems = broken(told, database, mend.settings.tracker_url)
        finally:
            database.dispose()
        ended = sum(not one.told.turns for one in people)
    if hanging:
        problems.append(f"{hanging} visitors never got to the end")
    if ended:
        problems.append(f"{ended} visitors were not answered once")
    report(seed, people, faults, told, problems)
    sys.exit(1 if problems else 0)


def report(
    seed: int,
    people: list[Visitor],
    faults: Counter[str],
    told: Told,
    problems: list[str],
) -> None:
    """Print the figures."""
    seconds = [s for one in people for s in one.seconds]
    statuses = sum((one.statuses for one in people), Counter())
    print(f"seed {seed}, {len(people)} visitors")
    for name, count in sorted(faults.items()):
        print(f"  {count:3} x {name}")
    cancelled = sum(told.references.values())
    print(
        f"{len(told.turns)} messages answered, {len(told.references)} requests "
        f"confirmed, {cancelled} of them cancelled"
    )
    print("answers by status (0: no connection): ", dict(sorted(statuses.items())))
    if len(seconds) > 1:
        cuts = quantiles(seconds, n=100)
        print(f"seconds to an answer: p50 {cuts[49]:.2f}, p95 {cuts[94]:.2f}")
    print(f"promises broken: {len(problems)}")
    for problem in problems:
        print(f"  {problem}")


if __name__ == "__main__":
    main()
