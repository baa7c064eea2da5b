from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from mend.desk import health
from mend.desk.health import Health
from mend.settings import Settings

WELL = {"database": True, "assistant": True}


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (WELL, None),
        ({"database": True, "assistant": False}, health.NO_ASSISTANT),
        ({"database": False, "assistant": True}, health.NO_DATABASE),
        (None, health.NO_CHAT),
    ],
)
def test_trouble_in_words(state: dict[str, Any] | None, says: str | None) -> None:
    found = Health(lambda: state)
    found.renew()
    assert found.trouble() == says


def test_looking_asks_in_the_background_and_not_too_often() -> None:
    now, asked = [0.0], threading.Semaphore(0)
    count: list[int] = []

    def ask() -> dict[str, Any]:
        count.append(1)
        asked.release()
        return WELL

    found = Health(ask, lambda: now[0])
    assert found.trouble() is None  # nothing is known yet
    assert asked.acquire(timeout=10)
    for _ in range(5):
        found.trouble()
    now[0] += health.KEPT_S
    found.trouble()
    assert asked.acquire(timeout=10)
    assert len(count) == 2


class TestOverHttp:
    @pytest.fixture
    def chat(self) -> Iterator[tuple[Settings, list[tuple[int, Any]]]]:
        says: list[tuple[int, Any]] = [(200, WELL)]

        class Chat(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = says[-1]
                assert self.path == "/readyz"
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *_: Any) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Chat)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        # The chat may listen everywhere; it is asked on loopback.
        yield Settings(host="0.0.0.0", chat_port=server.server_port), says
        server.shutdown()
        server.server_close()
        thread.join()

    def test_the_chats_own_words(
        self, chat: tuple[Settings, list[tuple[int, Any]]]
    ) -> None:
        settings, says = chat
        found = Health.of(settings)
        for answer, trouble in (
            ((200, {"status": "ready", **WELL}), None),
            ((503, {"title": "x", "database": True, "assistant": False}), "assistant"),
            ((200, ["no", "such", "shape"]), "chat"),
            ((500, "x"), "chat"),
        ):
            says.append(answer)
            found.renew()
            assert (found.trouble() or "").startswith(
                f"The {trouble}" if trouble else ""
            )

    def test_nobody_there(self) -> None:
        found = Health.of(Settings(chat_port=9))
        found.renew()
        assert found.trouble() == health.NO_CHAT
