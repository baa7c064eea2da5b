from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import pytest
import requests
import waitress.server
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from mend.desk import cases, queue
from mend.desk.access import allow

from .conftest import Desk


@pytest.mark.parametrize("path", ["/sign-in", "/", "/people", "/nowhere", "/static/x"])
def test_every_answer_is_protected(desk: Desk, path: str) -> None:
    """A33: among others against being shown inside another page."""
    headers = desk.browser("admin").get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src 'self';" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    if not path.startswith("/static"):
        assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("role", ["admin", None])
def test_nothing_comes_from_elsewhere_and_no_script_is_in_a_page(
    desk: Desk, role: str | None
) -> None:
    reference = desk.case()
    browser = desk.browser(role)
    for path in ("/sign-in", "/", f"/cases/{reference}", "/people", "/audit", "/x"):
        page = browser.get(path, follow_redirects=True).text
        for script in re.findall(r"<script[^>]*>", page):
            assert re.fullmatch(
                r'<script src="/static/[a-z]+\.js\?v=\w+" defer>', script
            )
        assert " style=" not in page
        assert 'src="http' not in page
        assert "<html lang=" in page
        assert page.count("<h1") == 1


class TestErrors:
    """A46: error pages; each route by itself is in test_abuse."""

    @pytest.fixture
    def broken(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
        def fail(*_: object, **__: object) -> None:
            raise RuntimeError("SELECT secret FROM /srv/clinic.db")

        monkeypatch.setattr(queue.case_queue, "queue", fail)
        return desk

    def test_an_error_tells_nothing_about_the_inside(self, broken: Desk) -> None:
        with capture_logs() as logs:
            answer = broken.browser("reviewer").get("/")
        assert answer.status_code == 500
        assert "It is not your fault" in answer.text
        for inside in ("RuntimeError", "SELECT", "Traceback", "/srv", "queue.py"):
            assert inside not in answer.text
        (entry,) = (entry for entry in logs if entry["event"] == "desk.error")
        assert entry["kind"] == "RuntimeError"
        assert "SELECT" not in str(logs)
        assert entry["number"] in answer.text

    def test_busy_records_are_said_to_be_busy(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def locked(*_: object, **__: object) -> None:
            raise OperationalError("UPDATE x", {}, Exception("database is locked"))

        monkeypatch.setattr(cases.case_work, "record_view", locked)
        answer = desk.browser("reviewer").get(f"/cases/{desk.case()}")
        assert answer.status_code == 503
        assert "Retry-After" in answer.headers
        assert "locked" not in answer.text

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("get", "/nowhere", 404),
            ("get", "/.env", 404),
            ("get", "/static/../app.py", 404),
            ("get", "/console", 404),
            ("post", "/audit", 405),
            ("trace", "/", 405),
        ],
    )
    def test_wrong_addresses(
        self, desk: Desk, method: str, path: str, status: int
    ) -> None:
        answer = getattr(desk.browser("admin").client, method)(path)
        assert answer.status_code == status
        assert "Werkzeug" not in answer.text

    def test_a_huge_form_is_refused(self, desk: Desk) -> None:
        answer = desk.browser("admin").client.post(
            "/people", data={"name": "x" * 10**6}
        )
        assert answer.status_code in (400, 413)
        assert "stack" not in answer.text.lower()


def test_logs_hold_ids_only(desk: Desk) -> None:
    reference = desk.case("unforgettable complaint")
    with capture_logs() as logs:
        browser = desk.browser()
        browser.sign_in("reviewer@clinic.example")
        browser.get(f"/cases/{reference}")
        browser.post(
            f"/cases/{reference}/notes", {"version": 1, "text": "unforgettable"}
        )
        browser.post(
            f"/cases/{reference}/notes", {"version": 1, "text": "unforgettable"}
        )
    assert {"case.noted", "case.conflict"} <= {entry["event"] for entry in logs}
    assert "unforgettable" not in str(logs)
    assert "@" not in str(logs)


def test_the_key_of_the_desk_is_not_the_key_of_the_chat(desk: Desk) -> None:
    assert desk.app.config["SECRET_KEY"] != "s" * 64
    assert allow("public")


class TestRealServer:
    @pytest.fixture
    def address(self, desk: Desk) -> Iterator[str]:
        server = waitress.server.create_server(
            desk.app, host="127.0.0.1", port=0, threads=4, ident=None
        )
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.effective_port}"
        server.close()
        thread.join(timeout=5)

    def test_a_working_day(self, desk: Desk, address: str) -> None:
        reference = desk.case("Please call me")
        browser = requests.Session()

        def token(page: requests.Response) -> str:
            found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
            assert found
            return found[1]

        page = browser.get(f"{address}/cases/{reference}", timeout=10)
        assert page.url.endswith(f"/sign-in?next=/cases/{reference}")
        page = browser.post(
            f"{address}/sign-in",
            data={
                "csrf_token": token(page),
                "email": "reviewer@clinic.example",
                "password": "hop skip and jump 42",
                "next": f"/cases/{reference}",
            },
            timeout=10,
        )
        assert "Please call me" in page.text
        page = browser.post(
            f"{address}/cases/{reference}/status",
            data={"csrf_token": token(page), "version": 1, "to": "in_review"},
            timeout=10,
        )
        assert "With Reviewer" in page.text
        assert "Server" not in page.headers or "/" not in page.headers["Server"]
        page = browser.post(
            f"{address}/sign-out", data={"csrf_token": token(page)}, timeout=10
        )
        assert page.url.endswith("/sign-in")
        assert "sign-in" in browser.get(address, timeout=10).url
