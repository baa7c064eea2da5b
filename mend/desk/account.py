"""One's own account: second factor, places where one is signed in, password."""

from typing import Any

import structlog
from flask import Blueprint, abort, flash, redirect, render_template, url_for

from mend.desk import forms
from mend.desk.access import allow, me
from mend.desk.desk import this_desk
from mend.desk.enrolment import enrolment
from mend.desk.sign_in import NOT_YET_RIGHT, locked, network_address
from mend.records import second_factor, staff, staff_sessions
from mend.records.sign_in import TooManyAttempts, verify
from mend.records.tables import StaffUser

log = structlog.get_logger("mend.desk")
pages = Blueprint("account", __name__, url_prefix="/account")

WRONG_PASSWORD = "This is not your password."  # noqa: S105 - what people are told


class _NotYou(Exception):
    """The password that was asked again is not right; holds what to answer."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer


@pages.errorhandler(_NotYou)
def _say_so(error: _NotYou) -> Any:
    return error.answer


@pages.get("")
@allow("reviewer")
def show() -> Any:
    """Show who is signed in, where, and how safely."""
    return render_template("account.html", **_what_it_shows())


@pages.post("/second-factor")
@allow("reviewer")
def begin_second_factor() -> Any:
    """Make a secret for an app and lead to its picture."""
    _ask_password_again()
    desk = this_desk()
    with desk.database.transaction() as s:
        second_factor.begin(s, me().staff_id, desk.seal)
    return redirect(url_for("account.show_second_factor"), code=303)


@pages.get("/second-factor")
@allow("reviewer")
def show_second_factor() -> Any:
    """Show the secret that waits for its first code."""
    return _set_up_page()


@pages.post("/second-factor/code")
@allow("reviewer")
def confirm_second_factor() -> Any:
    """Take the second factor into use; other sessions end."""
    desk = this_desk()
    form = forms.CodeForm()
    if not form.validate_on_submit():
        return _set_up_page(NOT_YET_RIGHT)
    try:
        with desk.database.transaction() as s:
            codes = second_factor.confirm(
                s, me().staff_id, form.code.data, desk.seal, desk.now()
            )
            staff_sessions.end_all_sessions(
                s, me().staff_id, desk.now(), but=me().session_id
            )
    except second_factor.WrongCode:
        return _set_up_page(NOT_YET_RIGHT)
    log.info("staff.second_factor", staff=me().staff_id)
    return render_template("recovery_codes.html", codes=codes, go_on="account.show")


@pages.post("/second-factor/remove")
@allow("reviewer")
def remove_second_factor() -> Any:
    """Take one's second factor away, where the clinic does not ask for it."""
    desk = this_desk()
    if desk.requires_second_factor(me().role):
        return _problem("Your role needs a second factor.", "second-factor"), 422
    _ask_password_again()
    with desk.database.transaction() as s:
        second_factor.remove(s, me().staff_id, desk.now())
    log.info("staff.second_factor_removed", staff=me().staff_id)
    flash("The second factor is off.")
    return redirect(url_for("account.show"), code=303)


@pages.post("/recovery-codes")
@allow("reviewer")
def renew_recovery_codes() -> Any:
    """Make new recovery codes; they are shown once."""
    _ask_password_again()
    desk = this_desk()
    try:
        with desk.database.transaction() as s:
            codes = second_factor.new_recovery_codes(s, me().staff_id, desk.now())
    except staff.UnknownStaff:
        abort(400)
    return render_template("recovery_codes.html", codes=codes, go_on="account.show")


@pages.post("/password")
@allow("reviewer")
def change_password() -> Any:
    """Change one's password; all other sessions end."""
    desk = this_desk()
    form = forms.NewPasswordForm()
    _ask_password_again(form, "password")
    try:
        with desk.database.transaction() as s:
            staff.change_password(
                s,
                me().staff_id,
                form.new.data,
                desk.now(),
                clinic_name=desk.clinic.name,
                keep_session=me().session_id,
            )
    except staff.WeakPassword as error:
        return _problem(str(error), "password"), 422
    log.info("staff.password_changed", staff=me().staff_id)
    flash("Your password is changed. You are signed out everywhere else.")
    return redirect(url_for("account.show"), code=303)


@pages.post("/sessions/<int:session_id>/end")
@allow("reviewer")
def end_session(session_id: int) -> Any:
    """End one of one's own sessions elsewhere."""
    forms.require_button()
    desk = this_desk()
    with desk.database.transaction() as s:
        # One that is over, or somebody else's, is left as it is and not told of.
        staff_sessions.end_session(s, session_id, desk.now(), staff_id=me().staff_id)
    flash("That session has ended.")
    return redirect(url_for("account.show"), code=303)


@pages.post("/sessions/end-others")
@allow("reviewer")
def end_other_sessions() -> Any:
    """End all of one's sessions but this one."""
    forms.require_button()
    desk = this_desk()
    with desk.database.transaction() as s:
        staff_sessions.end_all_sessions(
            s, me().staff_id, desk.now(), but=me().session_id
        )
    flash("You are signed out everywhere else.")
    return redirect(url_for("account.show"), code=303)


def _what_it_shows() -> dict[str, Any]:
    desk = this_desk()
    with desk.database.reading() as s:
        account = s.get(StaffUser, me().staff_id)
        return {
            "since": account.totp_since if account.totp_secret else None,
            "codes_left": second_factor.recovery_codes_left(s, me().staff_id),
            "must": desk.requires_second_factor(me().role),
            "sessions": staff_sessions.open_sessions(s, me().staff_id, desk.now()),
            "problem": None,
            "problem_at": None,
        }


def _problem(problem: str, where: str) -> str:
    shown = {**_what_it_shows(), "problem": problem, "problem_at": where}
    return render_template("account.html", **shown)


def _ask_password_again(form: Any = None, where: str = "second-factor") -> None:
    """Go on only when the form holds the right password (ASVS 5.0, 7.5.1).

    Wrong ones count into the locks of the sign-in.
    """
    desk = this_desk()
    form = form or forms.PasswordForm()
    if not form.validate_on_submit():
        problem = next(iter(form.errors.values()))[0]
        raise _NotYou((_problem(problem, where), 422))
    try:
        staff_id = verify(
            desk.database, me().email, form.password.data, network_address(), desk.now()
        )
    except TooManyAttempts as error:
        shown = {**_what_it_shows(), "problem_at": where}
        shown.pop("problem")
        raise _NotYou(locked("account.html", error, **shown)) from None
    if staff_id != me().staff_id:
        raise _NotYou((_problem(WRONG_PASSWORD, where), 422))


def _set_up_page(problem: str | None = None) -> Any:
    desk = this_desk()
    with desk.database.reading() as s:
        secret = second_factor.pending_secret(s, me().staff_id, desk.seal)
    if secret is None:
        return redirect(url_for("account.show"), code=303)
    page = render_template(
        "set_up.html",
        enrolment=enrolment(secret, email=me().email, clinic_name=desk.clinic.name),
        action=url_for("account.confirm_second_factor"),
        must=False,
        problem=problem,
    )
    return page, 200 if problem is None else 422
