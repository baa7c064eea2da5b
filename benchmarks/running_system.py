"""Measure a running Mend: seconds to ready, memory per process, time per turn.

Run from the project's folder: ``.venv/bin/python -m benchmarks.running_system``. It
starts a Mend of its own on free ports (so the model should be trained already) and
prints what it measured; nothing is asserted.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from statistics import quantiles

from tests.running import RunningMend, running_mend

TURNS_PER_CONVERSATION = 10
# Ours, not those of any test: what is measured is time, not understanding.
MESSAGES = (
    "how long does a sprained ankle take",
    "what is scraping",
    "does it hurt",
    "my elbow aches",
    "no",
    "what should i wear",
    "do you take insurance",
    "which film is good tonight",
    "is scar tissue weaker than skin",
    "thank you",
)


def memory_mb(pid: int, field: str) -> float:
    """Return a memory figure of a process in MB (``VmRSS``, ``VmHWM``)."""
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    raise LookupError(field)


def time_turns(mend: RunningMend, turns: int) -> list[float]:
    """Return milliseconds of `turns` turns in conversations of ten turns each."""
    took = []
    conversation = mend.open()
    for number in range(turns):
        if number and number % TURNS_PER_CONVERSATION == 0:
            conversation = mend.open()
        began = time.perf_counter()
        conversation.say(MESSAGES[number % len(MESSAGES)])
        took.append((time.perf_counter() - began) * 1000)
    return took


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=200)
    turns = parser.parse_args().turns
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        with running_mend(Path(folder) / "var") as mend:
            print(f"ready after {time.perf_counter() - began:.1f} s")
            took = time_turns(mend, turns)
            cuts = quantiles(took, n=100)
            print(f"{turns} turns: p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms")
            print(f"{'process':10}{'MB now':>8}{'MB peak':>9}")
            total = 0.0
            for name in ("actions", "rasa", "chat", "desk", "sweeper"):
                pid = mend.pid(name)
                now, peak = memory_mb(pid, "VmRSS"), memory_mb(pid, "VmHWM")
                total += now
                print(f"{name:10}{now:8.0f}{peak:9.0f}")
            print(f"{'all':10}{total:8.0f}")


if __name__ == "__main__":
    main()
