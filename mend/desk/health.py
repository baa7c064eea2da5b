"""Is the chat well? Asked now and then in the background, and said in words."""

import threading
import time
from collections.abc import Callable
from typing import Any

import requests
import structlog

from mend.settings import Settings

log = structlog.get_logger("mend.desk")

KEPT_S = 20.0
"""How long an answer is good for (seconds)."""
TIMEOUT_S = 5.0
NO_CHAT = "The chat does not answer. Visitors cannot write to us now."
NO_DATABASE = "The chat cannot store messages. Visitors see an error with our phone."
NO_ASSISTANT = (
    "The assistant does not answer. Visitors get our phone number and the form, and "
    "each message becomes a case here."
)


class Health:
    """What is wrong with the chat, as far as is known.

    Asking never keeps a page waiting: who looks gets what was known last, and an old
    answer is renewed in the background.

    Args:
        ask: Gives the chat's own account of itself, `{"database": …, "assistant": …}`,
            or None when it cannot be reached.
        clock: Monotonic time in seconds.
    """

    def __init__(
        self,
        ask: Callable[[], dict[str, Any] | None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask = ask
        self._clock = clock
        self._lock = threading.Lock()
        self._asked_at: float | None = None
        self._trouble: str | None = None

    @classmethod
    def of(cls, settings: Settings) -> "Health":
        """Return the health of the chat that runs with these settings."""
        return cls(lambda: _readyz(_address(settings)))

    def trouble(self) -> str | None:
        """Say what is wrong, None when all is well or nothing is known yet."""
        with self._lock:
            now = self._clock()
            if self._asked_at is None or now - self._asked_at >= KEPT_S:
                self._asked_at = now
                threading.Thread(target=self.renew, daemon=True).start()
            return self._trouble

    def renew(self) -> None:
        """Ask the chat now."""
        trouble = _in_words(self._ask())
        with self._lock:
            if trouble != self._trouble:
                log.info("chat.health", well=trouble is None)
            self._trouble = trouble


def _in_words(state: dict[str, Any] | None) -> str | None:
    if state is None:
        return NO_CHAT
    if not state.get("database"):
        return NO_DATABASE
    return None if state.get("assistant") else NO_ASSISTANT


def _address(settings: Settings) -> str:
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104
    host = everywhere.get(settings.host, settings.host)
    host = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return f"http://{host}:{settings.chat_port}/readyz"


def _readyz(address: str) -> dict[str, Any] | None:
    try:
        answer = requests.get(address, timeout=TIMEOUT_S, allow_redirects=False)
        found = answer.json()
    except (requests.RequestException, ValueError):
        return None
    return found if isinstance(found, dict) and "assistant" in found else None
