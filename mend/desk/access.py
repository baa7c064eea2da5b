"""Who may open which page: invitations, sign-in, sessions and roles.

Every view says who may use it with `allow`. A view that does not say so is closed to
everybody. Sessions live in the records; the browser holds a random token only.
"""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import structlog
from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)

from mend.desk import forms
from mend.desk.desk import this_desk
from mend.records import staff, staff_sessions
from mend.records.sign_in import TooManyAttempts, verify
from mend.records.staff_sessions import SignedIn

log = structlog.get_logger("mend.desk")
pages = Blueprint("access", __name__)

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
    app.register_blueprint(pages)


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


@pages.get("/sign-in")
@allow(PUBLIC)
def sign_in() -> Any:
    """Show the sign-in page."""
    if g.person is not None:
        return redirect(safe_next(request.args.get("next")))
    form = forms.SignInForm(next=safe_next(request.args.get("next")))
    return render_template("sign_in.html", form=form, problem=None)


@pages.post("/sign-in")
@allow(PUBLIC)
def try_to_sign_in() -> Any:
    """Check address and password; start a session under a new token."""
    desk = this_desk()
    form = forms.SignInForm()
    staff_id = None
    if form.validate_on_submit():
        try:
            staff_id = verify(
                desk.database,
                form.email.data,
                form.password.data,
                request.remote_addr or "unknown",
                desk.now(),
            )
        except TooManyAttempts as error:
            minutes = -(-error.retry_after_s // 60)
            log.warning("sign_in.locked")
            problem = f"Too many attempts. Please wait {minutes} minutes."
            page = render_template("sign_in.html", form=form, problem=problem)
            return page, 429, {"Retry-After": str(error.retry_after_s)}
    if staff_id is None:
        problem = "E-mail address or password is not right."
        return render_template("sign_in.html", form=form, problem=problem), 401
    return _start_session(staff_id, safe_next(form.next.data))


@pages.post("/sign-out")
@allow("reviewer")
def sign_out() -> Any:
    """End this session."""
    desk = this_desk()
    with desk.database.transaction() as s:
        staff_sessions.end_session(s, me().session_id, desk.now())
    return _forget_session()


@pages.post("/sign-out-everywhere")
@allow("reviewer")
def sign_out_everywhere() -> Any:
    """End every session of this person, here and elsewhere."""
    desk = this_desk()
    with desk.database.transaction() as s:
        staff_sessions.end_all_sessions(s, me().staff_id, desk.now())
    return _forget_session()


@pages.get("/account")
@allow("reviewer")
def account() -> Any:
    """Show who is signed in."""
    return render_template("account.html")


@pages.route("/first-admin/<token>", methods=["GET", "POST"], endpoint="first_admin")
@pages.route("/welcome/<token>", methods=["GET", "POST"], endpoint="welcome")
@allow(PUBLIC)
def join(token: str) -> Any:
    """Let an invited person choose a password."""
    desk = this_desk()
    form = forms.JoinForm()
    with desk.database.reading() as s:
        try:
            person = staff.invited(s, token, desk.now())
        except staff.InvitationDead:
            return render_template("link_dead.html"), 404
    first = staff.names_nobody(person)
    if request.method == "GET" and not first:
        form.name.data = person.name
    problem = None
    if form.validate_on_submit():
        try:
            with desk.database.transaction() as s:
                staff_id = staff.accept_invitation(
                    s,
                    token,
                    form.password.data,
                    desk.now(),
                    name=form.name.data,
                    email=form.email.data,
                    clinic_name=desk.clinic.name,
                )
        except staff.InvitationDead:
            return render_template("link_dead.html"), 404
        except staff.WeakPassword as error:
            problem = str(error)
        except ValueError:
            problem = "Please give your name and an e-mail address nobody else uses."
        else:
            log.info("staff.joined", staff=staff_id)
            return _start_session(staff_id, url_for("queue.show"))
    elif form.is_submitted():
        problem = next(iter(form.errors.values()))[0]
    page = render_template(
        "join.html", form=form, first=first, invited=person, problem=problem
    )
    return page, 200 if problem is None else 422


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
        return redirect(url_for("access.sign_in", next=came_for))
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


def _start_session(staff_id: int, target: str) -> Response:
    desk = this_desk()
    with desk.database.transaction() as s:
        if g.person is not None:
            staff_sessions.end_session(s, g.person.session_id, desk.now())
        token = staff_sessions.open_session(s, staff_id, desk.now())
    session.clear()  # form tokens from before do not work after
    response = make_response(redirect(target, code=303))
    response.set_cookie(
        desk.cookie,
        token,
        max_age=int(staff_sessions.SESSION_LASTS.total_seconds()),
        secure=desk.https,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    log.info("staff.signed_in", staff=staff_id)
    return response


def _forget_session() -> Response:
    desk = this_desk()
    log.info("staff.signed_out", staff=me().staff_id)
    session.clear()
    response = make_response(redirect(url_for("access.sign_in"), code=303))
    response.delete_cookie(
        desk.cookie, path="/", secure=desk.https, httponly=True, samesite="Lax"
    )
    return response
