"""Kind error pages that tell nothing about the inside."""

import secrets
from typing import Any

import structlog
from flask import Flask, g, render_template
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, SecurityError

log = structlog.get_logger("mend.desk")

WORDS = {
    400: ("That did not work", "Something in the request was not right."),
    403: ("Not for you", "Your role does not allow this, or another site sent it."),
    404: ("Not found", "There is no such page or case. Check the reference."),
    405: ("That did not work", "This page cannot be used in this way."),
    413: ("Too long", "What you sent is too long."),
    503: ("One moment", "The records are busy. Nothing was changed; please try again."),
}
UNKNOWN = ("Something went wrong", "It is not your fault. Nothing was changed.")
STALE_FORM = (
    "This page was open too long",
    "Nothing was changed. Go back, copy what you typed, reload the page and try again.",
)


def explain(app: Flask) -> None:
    """Answer every error with a page in plain words."""

    @app.errorhandler(CSRFError)
    def _stale_form(_: CSRFError) -> Any:
        return _page(400, STALE_FORM)

    @app.errorhandler(SecurityError)
    def _other_host(_: SecurityError) -> Any:
        # No template: without a host that is ours, no link can be made.
        text = "The desk is not known by this address. See MEND_DESK_URL.\n"
        return text, 400, {"Content-Type": "text/plain; charset=utf-8"}

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Any:
        code = error.code or 500
        if code < 400:
            return error
        return _page(code, WORDS.get(code, UNKNOWN))

    @app.errorhandler(OperationalError)
    def _busy(error: OperationalError) -> Any:
        number = _log(error)
        return _page(503, WORDS[503], number, {"Retry-After": "10"})

    @app.errorhandler(Exception)
    def _unexpected(error: Exception) -> Any:
        return _page(500, UNKNOWN, _log(error))


def _log(error: Exception) -> str:
    """Log what kind of error it was, without its text: that may hold what was typed."""
    number = secrets.token_hex(4)
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    log.error(
        "desk.error",
        number=number,
        kind=type(error).__name__,
        line=None if place is None else place.tb_lineno,
        function=None if place is None else place.tb_frame.f_code.co_name,
    )
    return number


def _page(
    code: int,
    words: tuple[str, str],
    number: str | None = None,
    headers: dict[str, str] | None = None,
) -> Any:
    g.setdefault("person", None)
    title, text = words
    page = render_template("error.html", title=title, text=text, number=number)
    return page, code, headers or {}
