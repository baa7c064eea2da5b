from __future__ import annotations

import json

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError, OperationalError
from structlog.testing import capture_logs

from mend.chat import problems
from mend.chat.problems import Problem, document


def test_document() -> None:
    answer = document(Problem(429, "Slow.", retry_after=2.1, extra={"turn": 1}))
    assert answer.status_code == 429
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["Retry-After"] == "3"
    assert json.loads(answer.data) == {
        "type": "urn:mend:problem:too_many",
        "title": problems.TITLES[429][1],
        "status": 429,
        "code": "too_many",
        "detail": "Slow.",
        "retry_after": 3,
        "turn": 1,
    }


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__)
    problems.register(app, lambda problem, title: f"<h1>{problem.status} {title}</h1>")

    @app.get("/secret")
    def secret() -> str:
        raise RuntimeError("the visitor's own words")

    @app.get("/locked")
    def locked() -> str:
        raise OperationalError("INSERT ?", ("own words",), Exception("locked"))

    @app.get("/broken")
    def broken() -> str:
        raise IntegrityError("INSERT ?", ("own words",), Exception("own words"))

    return app


@pytest.mark.parametrize(
    ("path", "status"),
    [("/secret", 500), ("/locked", 503), ("/broken", 500), ("/none", 404)],
)
def test_nothing_of_the_inside_gets_out(app: Flask, path: str, status: int) -> None:
    """A46: neither to the client nor to the log."""
    with capture_logs() as logs:
        answer = app.test_client().get(path)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    for text in (answer.text, str(logs)):
        assert "words" not in text
        assert "INSERT" not in text
    if status >= 500:
        assert "test_problems.py" in str(logs)
        assert "test_problems" not in answer.text


def test_a_browser_gets_a_page(app: Flask) -> None:
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    answer = app.test_client().get("/none", headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "404" in answer.text


def test_wrong_method_names_the_right_ones(app: Flask) -> None:
    answer = app.test_client().put("/secret")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
