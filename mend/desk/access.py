"""Who may open which page.

Every view says who may use it with `allow`. A view that does not say so is closed to
everybody. Sessions live in the records; the browser holds a random token only. How one
gets a session is in `sign_in`.
"""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, redirect, request, url_for

from mend.desk.desk import this_desk
from mend.records import staff_sessions
from mend.records.staff_sessions import SignedIn

PUBLIC = "public"
# Each role may do what those before it may.
ROLE_ORDER = ("reviewer", "manager", "admin")
# Where the queue reloads itself: nobody is at the keyboard, so it is no sign of life.
UNATTENDED = "auto"

View = TypeVar("View", bound=Callable[..., Any])


def allow(role: str) -> Callable[[View], View]:
    """Say that a view is for `role` and those above it, or for everybody (`PUBLIC`)."""
    if role != PUBLIC and role not in ROLE_ORDER:
        raise ValueError(role)

    def mark(view: View) -> View:
        view.allowed_role = role  # type: ignore[attr-defined]
        return view

    return mark


def guard(app: Flask) -> None:
    """Check every request before any view sees it."""
    app.before_request(_check)


def safe_next(target: str | None) -> str:
    r"""Return a path of the desk to go to; anything else leads to the queue.

    Browsers read `\` as `/` and skip tabs and newlines, so none of these may be in it.
    """
    home: str = url_for("queue.show")
    if not target or not target.startswith("/") or target.startswith("//"):
        return home
    if "\\" in target or any(ord(letter) < 33 for letter in target):
        return home
    parts = urlsplit(target)
    return home if parts.scheme or parts.netloc else target


def me() -> SignedIn:
    """Return who is signed in; only for views that are not public."""
    person: SignedIn = g.person
    return person


def _check() -> Any:
    desk = this_desk()
    g.person = _person()
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or request.endpoint == "static":
        return None  # no such page, which Flask says itself; or the style sheet
    role = getattr(view, "allowed_role", None)
    if role == PUBLIC:
        return None
    if role is None:
        abort(403)
    if g.person is None:
        came_for = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("sign_in.show", next=came_for))
    if ROLE_ORDER.index(g.person.role) < ROLE_ORDER.index(role):
        abort(403)
    if UNATTENDED not in request.args:
        staff_sessions.touch_session(desk.database, g.person.session_id, desk.now())
    return None


def _person() -> SignedIn | None:
    desk = this_desk()
    token = request.cookies.get(desk.cookie)
    if not token or request.endpoint == "static":
        return None
    with desk.database.reading() as s:
        return staff_sessions.signed_in(s, token, desk.now())
