"""One turn at a time per conversation, first come first served.

`threading.Lock` does not promise an order, and a visitor who sends three messages at
once should get the answers in that order.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Busy(Exception):
    """Too many requests wait, or this one waited too long."""


class TurnQueue:
    """Let one request per key through; the others wait in line.

    Args:
        max_waiting: How many may stand in line for one key.
        max_total: How many turns may be open at once over all keys, so that a hanging
            Rasa never takes the threads which the contact form needs.
        patience_s: How long a request waits in line.
    """

    def __init__(
        self, max_waiting: int = 24, max_total: int = 40, patience_s: float = 30.0
    ) -> None:
        self._max_waiting = max_waiting
        self._max_total = max_total
        self._patience_s = patience_s
        self._lines: dict[str, deque[threading.Event]] = {}
        self._total = 0
        self._lock = threading.Lock()

    @contextmanager
    def turn(self, key: str) -> Iterator[None]:
        """Hold the key's turn.

        Raises:
            Busy: The line is full or did not move in time.
        """
        mine = threading.Event()
        with self._lock:
            line = self._lines.get(key)
            full = line is not None and len(line) > self._max_waiting
            if full or self._total >= self._max_total:
                raise Busy
            if line is None:
                line = self._lines[key] = deque()
            line.append(mine)
            self._total += 1
            if line[0] is mine:
                mine.set()
        try:
            if not mine.wait(self._patience_s):
                raise Busy
            yield
        finally:
            self._leave(key, mine)

    def _leave(self, key: str, mine: threading.Event) -> None:
        with self._lock:
            line = self._lines[key]
            line.remove(mine)
            self._total -= 1
            if line:
                line[0].set()
            else:
                del self._lines[key]
