"""Errors as RFC 9457 problem documents.

Every error that leaves the front door is `application/problem+json` and says what
to do in plain words. Nothing about the inside (paths, SQL, versions, the visitor's
own words) is in it, and none of that goes to the log either.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from flask import Flask, Response, request
from sqlalchemy.exc import DBAPIError, OperationalError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

log = structlog.get_logger("mend.chat")

TITLES: dict[int, tuple[str, str]] = {
    400: ("bad_request", "We could not read this request."),
    401: ("no_token", "This chat is not known or has ended."),
    403: ("foreign_origin", "This request came from a website we do not know."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not accept this kind of request."),
    408: ("too_slow", "The request took too long to arrive. Please try again."),
    409: ("different_text", "This id was already used for another text."),
    413: ("too_long", "This message is too long."),
    415: ("not_json", "Send JSON with the content type application/json."),
    422: ("not_valid", "Something in this request is missing or not valid."),
    429: ("too_many", "Too many requests. Please wait a little and try again."),
    431: ("headers_too_long", "The headers of this request are too long."),
    500: ("failed", "Something went wrong on our side."),
    503: ("not_available", "We could not store this just now. Please try again."),
}

# Where the title of the status would not fit.
TITLES_BY_CODE = {
    "busy": "Too many messages wait for an answer. Please try again.",
    "not_ready": "The chat is not ready to answer.",
    "already_handled": "Our staff have already dealt with this.",
}


class Problem(Exception):
    """An error to be shown to the client.

    Args:
        status: HTTP status code.
        detail: One plain sentence for the reader, or None.
        code: Short stable word for programs; by default the one of the status.
        retry_after: Seconds after which a repeat makes sense.
        extra: Further members of the problem document.
    """

    def __init__(
        self,
        status: int,
        detail: str | None = None,
        *,
        code: str | None = None,
        retry_after: float | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code or TITLES.get(status, ("error", ""))[0])
        self.status = status
        self.detail = detail
        self.code = code
        self.retry_after = retry_after
        self.extra = dict(extra or {})


def invalid(field: str, message: str) -> Problem:
    """Return the 422 problem for one field."""
    return Problem(422, message, extra={"errors": [{"field": field, "text": message}]})


def document(problem: Problem) -> Response:
    """Return the problem document as a response."""
    code, title = TITLES.get(problem.status, ("error", "Something went wrong."))
    code = problem.code or code
    title = TITLES_BY_CODE.get(code, title)
    body: dict[str, Any] = {
        "type": f"urn:mend:problem:{code}",
        "title": title,
        "status": problem.status,
        "code": code,
    }
    if problem.detail:
        body["detail"] = problem.detail
    headers: dict[str, str] = {}
    if problem.retry_after is not None:
        seconds = max(1, int(problem.retry_after + 0.999))
        body["retry_after"] = seconds
        headers["Retry-After"] = str(seconds)
    if problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    body.update(problem.extra)
    return Response(
        json.dumps(body),
        status=problem.status,
        headers=headers,
        mimetype="application/problem+json",
    )


def where(error: BaseException) -> list[str]:
    """Return the places of a traceback without any values."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return [f"{f.filename.rsplit('/', 1)[-1]}:{f.lineno} {f.name}" for f in frames]


def register(app: Flask, page: Callable[[Problem, str], str]) -> None:
    """Answer every error of this app with a problem document.

    Args:
        app: The front door.
        page: Makes the page for a person whose browser asked for a page; gets the
            problem and its title.
    """

    def response(problem: Problem) -> Response:
        answer = document(problem)
        kinds = ["application/problem+json", "text/html"]
        if request.accept_mimetypes.best_match(kinds) == "text/html":
            title = TITLES.get(problem.status, ("", "Something went wrong."))[1]
            answer.set_data(page(problem, title))
            answer.mimetype = "text/html"
        return answer

    @app.errorhandler(Problem)
    def shown(error: Problem) -> Response:
        return response(error)

    @app.errorhandler(HTTPException)
    def from_werkzeug(error: HTTPException) -> Response:
        status = error.code or 500
        if 300 <= status < 400:  # redirects are no errors
            return Response(status=status, headers=error.get_headers())
        answer = response(Problem(status))
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))
        return answer

    @app.errorhandler(DBAPIError)
    def database(error: DBAPIError) -> Response:
        # str(error) holds the statement's parameters, so the visitor's words.
        log.error(
            "database.failed",
            error=type(error).__name__,
            cause=type(error.orig).__name__,
            where=where(error),
        )
        if isinstance(error, OperationalError):
            return response(Problem(503, retry_after=5))
        return response(Problem(500))

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        log.error("request.failed", error=type(error).__name__, where=where(error))
        return response(Problem(500))
