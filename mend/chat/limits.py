"""How much one conversation and one address may send.

A sliding window in memory is enough here: one process serves the chat, and after a
restart everybody starts with a clean sheet. pyrate-limiter was looked at: it fits
beside Rasa's pins, but it needs a bucket factory of our own for keys, does not know
"the same message again does not count", and is larger than what it would replace.

Addresses are never kept or logged, only a keyed hash that changes every day.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

MAX_KEYS = 50_000


class SlidingWindow:
    """At most `limit` different things per key in any `period_s` seconds."""

    def __init__(self, limit: int, period_s: float) -> None:
        self.limit = limit
        self.period_s = period_s
        self._hits: dict[str, deque[tuple[float, str]]] = {}
        self._lock = threading.Lock()

    def hit(self, key: str, now: float, tag: str = "") -> float | None:
        """Count one thing.

        Args:
            key: Who does it.
            now: A monotonic time in seconds.
            tag: What it is. The same tag again within the window does not count, so
                that repeating a request is always safe.

        Returns:
            None when it is allowed, otherwise the seconds to wait.
        """
        with self._lock:
            if len(self._hits) >= MAX_KEYS:
                self._forget(now)
            hits = self._hits.setdefault(key, deque())
            while hits and hits[0][0] <= now - self.period_s:
                hits.popleft()
            if tag and any(seen == tag for _, seen in hits):
                return None
            if len(hits) >= self.limit:
                return hits[0][0] + self.period_s - now if hits else self.period_s
            hits.append((now, tag))
            return None

    def _forget(self, now: float) -> None:
        """Drop keys that have been quiet; under a flood, the oldest half."""
        quiet = [
            key
            for key, hits in self._hits.items()
            if not hits or hits[-1][0] <= now - self.period_s
        ]
        for key in quiet or list(self._hits)[: MAX_KEYS // 2]:
            del self._hits[key]


class AddressKeys:
    """Turn network addresses into keys that cannot be turned back."""

    def __init__(self, secret_key: str) -> None:
        self._secret = secret_key.encode()

    def key(self, address: str | None, today: date) -> str:
        """Return the key of an address for one day; IPv6 counts by its /64."""
        network = address or ""
        try:
            parsed = ipaddress.ip_address(network)
        except ValueError:
            parsed = None
        if isinstance(parsed, ipaddress.IPv6Address):
            mapped = parsed.ipv4_mapped
            network = (
                str(mapped)
                if mapped
                else str(ipaddress.ip_network(f"{parsed}/64", strict=False))
            )
        text = f"{today.isoformat()} {network}".encode()
        return hmac.new(self._secret, text, hashlib.sha256).hexdigest()[:32]


@dataclass(frozen=True)
class Budget:
    """The limits in figures; see `Settings` for what they mean."""

    messages_per_conversation_per_minute: int = 20
    messages_per_address_per_minute: int = 120
    new_conversations_per_address_per_hour: int = 60
    # Nobody has to ask for an appointment, or correct one, more often than this.
    forms_per_address_per_hour: int = 30
    # A browser never sends a wrong token more than once or twice (A3).
    bad_tokens_per_address_per_minute: int = 30


class Limits:
    """All limits of the front door.

    Args:
        budget: The figures, or None when there are no limits.
        clock: Monotonic time in seconds.
    """

    def __init__(self, budget: Budget | None, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.active = budget is not None
        b = budget or Budget()
        self._conversation = SlidingWindow(b.messages_per_conversation_per_minute, 60)
        self._address = SlidingWindow(b.messages_per_address_per_minute, 60)
        self._new = SlidingWindow(b.new_conversations_per_address_per_hour, 3600)
        self._forms = SlidingWindow(b.forms_per_address_per_hour, 3600)
        self._bad = SlidingWindow(b.bad_tokens_per_address_per_minute, 60)

    def message(self, conversation: str, address: str, tag: str) -> float | None:
        """Count a message; return None or the seconds to wait."""
        wait = self._hit(self._conversation, conversation, tag)
        return wait or self._hit(self._address, address, f"{conversation} {tag}")

    def new_conversation(self, address: str) -> float | None:
        """Count a new conversation; return None or the seconds to wait."""
        return self._hit(self._new, address)

    def form(self, address: str, tag: str) -> float | None:
        """Count a contact form or feedback; return None or the seconds to wait."""
        return self._hit(self._forms, address, tag)

    def bad_token(self, address: str) -> float | None:
        """Count an unknown token; return None or the seconds to wait."""
        return self._hit(self._bad, address)

    def _hit(self, window: SlidingWindow, key: str, tag: str = "") -> float | None:
        if not self.active:
            return None
        return window.hit(key, self._clock(), tag)
