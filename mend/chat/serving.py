"""Serve the front door with waitress.

Waitress reads a whole request before a thread works on it, so slow senders hold a
connection and no thread, and that only for so long. What it refuses by itself (too
large, not HTTP) becomes a problem document too.
"""

from __future__ import annotations

import time
from typing import Any

from flask import Flask
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ErrorTask
from waitress.utilities import Error

from mend.chat.problems import Problem, document
from mend.settings import Settings

# Larger than any body we accept, so that ours is the usual refusal, and small enough
# that nobody fills the disk (A9).
MAX_BUFFERED_BYTES = 1024 * 1024
# More than the turns that may be open at once (`TurnQueue`), so that the contact form
# has threads left when Rasa hangs.
THREADS = 56
SILENCE_S = 30
"""How long a connection may be silent."""
SENDING_S = 60.0
"""How long a request may take to arrive, however steadily it drips (slow loris)."""


class _TooSlow(Error):  # type: ignore[misc]
    code = 408
    reason = "Request Timeout"


class _ProblemTask(ErrorTask):  # type: ignore[misc]
    """Waitress's own refusals as problem documents."""

    def execute(self) -> None:
        error: Error = self.request.error
        # An unknown Transfer-Encoding is the client's doing, not a failure of ours.
        status = 400 if error.code == 501 else error.code
        answer = document(Problem(status))
        body = answer.get_data()
        self.status = answer.status
        self.content_length = len(body)
        self.response_headers = [
            ("Content-Type", "application/problem+json"),
            ("Connection", "close"),
        ]
        self.set_close_on_finish()
        self.write(body)


class _Channel(HTTPChannel):  # type: ignore[misc]
    error_task_class = _ProblemTask
    request: Any
    _began_at = 0.0

    def received(self, data: bytes) -> bool:
        """Take some bytes; end a request that has been arriving for too long."""
        arriving = self.request
        if arriving is None:
            self._began_at = time.monotonic()
        taken = bool(super().received(data))
        late = time.monotonic() - self._began_at > SENDING_S
        if arriving is not None and self.request is arriving and late:
            with self.requests_lock:
                arriving.error = _TooSlow("too slow")
                arriving.completed = True
                self.request = None
                self.requests.append(arriving)
                if len(self.requests) == 1:
                    self.server.add_task(self)
        return taken


def server(app: Flask, settings: Settings, port: int | None = None) -> Any:
    """Return a waitress server that listens but does not run yet.

    Args:
        app: The front door.
        settings: Host, port, trusted proxies.
        port: Another port than the settings', such as 0 for any free one.
    """
    sockets: dict[int, Any] = {}
    made = create_server(
        app,
        map=sockets,
        host=settings.host,
        port=settings.chat_port if port is None else port,
        threads=THREADS,
        ident=None,
        # Without trusted proxies nobody may say where a request comes from (A18).
        clear_untrusted_proxy_headers=settings.trusted_proxies == 0,
        max_request_body_size=MAX_BUFFERED_BYTES,
        max_request_header_size=32 * 1024,
        channel_timeout=SILENCE_S,
        cleanup_interval=10,
        connection_limit=500,
        asyncore_use_poll=True,
    )
    for listening in sockets.values():
        if hasattr(listening, "channel_class"):
            listening.channel_class = _Channel
    return made


def serve(app: Flask, settings: Settings) -> None:
    """Serve until the process ends."""
    server(app, settings).run()
