"""How people come in and go: password, second factor, invitations, signing out."""

from typing import Any

import structlog
from flask import (
    Blueprint,
    Response,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)

from mend.desk import forms
from mend.desk.access import PUBLIC, allow, me, safe_next
from mend.desk.desk import this_desk
from mend.desk.device import device_words
from mend.desk.enrolment import enrolment
from mend.records import second_factor, staff, staff_sessions
from mend.records.sign_in import TooManyAttempts, verify, verify_code
from mend.records.staff_sessions import CODE, SET_UP, HalfWay
from mend.records.tables import StaffUser

log = structlog.get_logger("mend.desk")
pages = Blueprint("sign_in", __name__)

WRONG_CODE = "This code is not right, or it was used before. Wait for the next one."
NOT_YET_RIGHT = (
    "This code is not right. Check that the clock of your phone is set by itself, and "
    "type the code the app shows now."
)


@pages.get("/sign-in")
@allow(PUBLIC)
def show() -> Any:
    """Show the sign-in page."""
    if g.person is not None:
        return redirect(safe_next(request.args.get("next")))
    form = forms.SignInForm(next=safe_next(request.args.get("next")))
    return render_template("sign_in.html", form=form, problem=None)


@pages.post("/sign-in")
@allow(PUBLIC)
def try_password() -> Any:
    """Check address and password; go on to the second step, or to a session."""
    desk = this_desk()
    form = forms.SignInForm()
    staff_id = None
    if form.validate_on_submit():
        try:
            staff_id = verify(
                desk.database,
                form.email.data,
                form.password.data,
                network_address(),
                desk.now(),
            )
        except TooManyAttempts as error:
            return locked("sign_in.html", error, form=form)
    if staff_id is None:
        problem = "E-mail address or password is not right."
        return render_template("sign_in.html", form=form, problem=problem), 401
    return _go_on(staff_id, safe_next(form.next.data))


@pages.get("/sign-in/code")
@allow(PUBLIC)
def show_code() -> Any:
    """Ask for a code of the app."""
    if _half_way(CODE) is None:
        return redirect(url_for("sign_in.show"))
    form = forms.CodeForm(formdata=None, next=safe_next(request.args.get("next")))
    return render_template("code.html", form=form, problem=None)


@pages.post("/sign-in/code")
@allow(PUBLIC)
def try_code() -> Any:
    """Check the code; a right one starts the session."""
    desk, half = this_desk(), _half_way(CODE)
    if half is None:
        return redirect(url_for("sign_in.show"), code=303)
    form = forms.CodeForm()
    right = False
    if form.validate_on_submit():
        try:
            right = verify_code(
                desk.database,
                half.staff_id,
                form.code.data,
                network_address(),
                desk.seal,
                desk.now(),
            )
        except TooManyAttempts as error:
            return locked("code.html", error, form=form)
    if not right:
        return render_template("code.html", form=form, problem=WRONG_CODE), 401
    return _start_session(half.staff_id, redirect(safe_next(form.next.data), code=303))


@pages.get("/sign-in/set-up")
@allow(PUBLIC)
def show_set_up() -> Any:
    """Show the second factor that somebody must have before they come in."""
    half = _half_way(SET_UP)
    if half is None:
        return redirect(url_for("sign_in.show"))
    return _set_up_page(half)


@pages.post("/sign-in/set-up")
@allow(PUBLIC)
def set_up() -> Any:
    """Take the second factor into use; the session starts with the recovery codes."""
    desk, half = this_desk(), _half_way(SET_UP)
    if half is None:
        return redirect(url_for("sign_in.show"), code=303)
    form = forms.CodeForm()
    if not form.validate_on_submit():
        return _set_up_page(half, NOT_YET_RIGHT)
    try:
        with desk.database.transaction() as s:
            codes = second_factor.confirm(
                s, half.staff_id, form.code.data, desk.seal, desk.now()
            )
    except second_factor.WrongCode:
        return _set_up_page(half, NOT_YET_RIGHT)
    log.info("staff.second_factor", staff=half.staff_id)
    page = render_template("recovery_codes.html", codes=codes, go_on="queue.show")
    return _start_session(half.staff_id, make_response(page))


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
            # A new password does not replace a second factor that is there already.
            return _go_on(staff_id, url_for("queue.show"))
    elif form.is_submitted():
        problem = next(iter(form.errors.values()))[0]
    page = render_template(
        "join.html",
        form=form,
        first=first,
        invited=person,
        problem=problem,
        must_set_up=desk.requires_second_factor(person.role),
    )
    return page, 200 if problem is None else 422


def network_address() -> str:
    """Return where the request comes from, for the locks."""
    return request.remote_addr or "unknown"


def locked(template: str, error: TooManyAttempts, **more: Any) -> Any:
    """Say how long to wait after too many wrong passwords or codes."""
    minutes = -(-error.retry_after_s // 60)
    log.warning("sign_in.locked")
    unit = "minute" if minutes == 1 else "minutes"
    problem = f"Too many attempts. Please wait {minutes} {unit}."
    page = render_template(template, problem=problem, **more)
    return page, 429, {"Retry-After": str(error.retry_after_s)}


def _half_way(waits_for: str) -> HalfWay | None:
    """Return who has given the password in this browser and owes `waits_for`."""
    desk = this_desk()
    with desk.database.reading() as s:
        half = staff_sessions.half_way(
            s, request.cookies.get(desk.cookie, ""), desk.now()
        )
    return half if half is not None and half.waits_for == waits_for else None


def _go_on(staff_id: int, target: str) -> Response:
    """Lead to the second step if there is one, else start the session."""
    desk = this_desk()
    with desk.database.transaction() as s:
        if second_factor.is_set_up(s, staff_id):
            waits_for, page = CODE, "sign_in.show_code"
        elif desk.requires_second_factor(s.get(StaffUser, staff_id).role):
            second_factor.begin(s, staff_id, desk.seal)
            waits_for, page = SET_UP, "sign_in.show_set_up"
        else:
            waits_for = None
    if waits_for is None:
        return _start_session(staff_id, redirect(target, code=303))
    next_step = redirect(url_for(page, next=target), code=303)
    return _start_session(staff_id, next_step, waits_for=waits_for)


def _start_session(
    staff_id: int, response: Any, *, waits_for: str | None = None
) -> Response:
    """Give the browser a new token; what it had before is worth nothing any more."""
    desk, now = this_desk(), this_desk().now()
    with desk.database.transaction() as s:
        before = staff_sessions.half_way(s, request.cookies.get(desk.cookie, ""), now)
        if before is not None:
            staff_sessions.leave_half_way(s, before.session_id, now)
        if g.person is not None:
            staff_sessions.end_session(s, g.person.session_id, now)
        token = staff_sessions.open_session(
            s,
            staff_id,
            now,
            device=device_words(request.headers.get("User-Agent", "")),
            waits_for=waits_for,
        )
    session.clear()  # form tokens from before do not work after
    lasts = (
        staff_sessions.SESSION_LASTS
        if waits_for is None
        else staff_sessions.HALF_WAY_LASTS
    )
    response.set_cookie(
        desk.cookie,
        token,
        max_age=int(lasts.total_seconds()),
        secure=desk.https,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    if waits_for is None:
        log.info("staff.signed_in", staff=staff_id)
    done: Response = response
    return done


def _forget_session() -> Response:
    desk = this_desk()
    log.info("staff.signed_out", staff=me().staff_id)
    session.clear()
    response = make_response(redirect(url_for("sign_in.show"), code=303))
    response.delete_cookie(
        desk.cookie, path="/", secure=desk.https, httponly=True, samesite="Lax"
    )
    return response


def _set_up_page(half: HalfWay, problem: str | None = None) -> Any:
    desk = this_desk()
    with desk.database.reading() as s:
        secret = second_factor.pending_secret(s, half.staff_id, desk.seal)
    if secret is None:  # taken into use in another window, or made with another key
        return redirect(url_for("sign_in.show"))
    page = render_template(
        "set_up.html",
        enrolment=enrolment(secret, email=half.email, clinic_name=desk.clinic.name),
        action=url_for("sign_in.set_up"),
        must=True,
        problem=problem,
    )
    return page, 200 if problem is None else 422
