"""Who may use the desk, and what everybody did there."""

from typing import Any

import structlog
from flask import (
    Blueprint,
    abort,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)

from mend.desk import forms
from mend.desk.access import allow, me
from mend.desk.desk import this_desk
from mend.desk.queue import page_number
from mend.records import audit, second_factor, staff
from mend.records.columns import clean_text
from mend.records.paging import bounded

log = structlog.get_logger("mend.desk")
pages = Blueprint("people", __name__)

AUDIT_LINES = 50
# Checked at each look, which finds what was changed lately; all of it once a day.
NEWEST = 1000


@pages.get("/people")
@allow("admin")
def show() -> Any:
    """List everybody who has or had access."""
    return _page(forms.InviteForm(formdata=None))


@pages.post("/people")
@allow("admin")
def invite() -> Any:
    """Make a one-time link for a colleague, shown once."""
    form = forms.InviteForm()
    if not form.validate_on_submit():
        return _page(form, next(iter(form.errors.values()))[0]), 422
    try:
        return _link(form.email.data, form.name.data, form.role.data, again=False)
    except staff.AlreadyInvited:
        return _page(form, "This person has an account already."), 422
    except ValueError:
        return _page(form, "This is not an e-mail address."), 422


@pages.post("/people/<int:staff_id>/link")
@allow("admin")
def renew_link(staff_id: int) -> Any:
    """Make a new link for somebody who lost the link or the password."""
    forms.require_button()
    with this_desk().database.reading() as s:
        person = next((p for p in staff.people(s) if p.id == staff_id), None)
    if person is None or not person.active or staff.names_nobody(person):
        abort(404)
    return _link(person.email, person.name, person.role, again=True)


@pages.post("/people/<int:staff_id>/disable")
@allow("admin")
def disable(staff_id: int) -> Any:
    """Keep somebody out from now on."""
    return _set_active(staff_id, active=False)


@pages.post("/people/<int:staff_id>/enable")
@allow("admin")
def enable(staff_id: int) -> Any:
    """Let somebody in again."""
    return _set_active(staff_id, active=True)


@pages.post("/people/<int:staff_id>/second-factor/reset")
@allow("admin")
def reset_second_factor(staff_id: int) -> Any:
    """Take away the second factor of a colleague who lost it."""
    forms.require_button()
    desk = this_desk()
    if staff_id == me().staff_id:
        problem = "Change your own second factor on your account page."
        return _page(forms.InviteForm(formdata=None), problem), 422
    try:
        with desk.database.transaction() as s:
            second_factor.reset(s, staff_id, by=me().staff_id, now=desk.now())
    except staff.UnknownStaff:
        abort(404)
    log.info("staff.second_factor_reset", staff=staff_id, by=me().staff_id)
    flash("The second factor is reset. They can set up a new one after signing in.")
    return redirect(url_for("people.show"), code=303)


@pages.get("/audit")
@allow("manager")
def show_audit() -> Any:
    """Show who did what, newest first, and whether the list is intact."""
    asked = (clean_text(request.args.get(name, "")) for name in ("who", "did"))
    actor, action = (value or None for value in asked)
    with this_desk().database.reading() as s:
        found = audit.count(s, actor=actor, action=action)
        page, pages = bounded(page_number(), found, AUDIT_LINES)
        rows = audit.rows(
            s, page=page, per_page=AUDIT_LINES, actor=actor, action=action
        )
        names = {audit.staff_actor(p.id): p.name for p in staff.people(s)}
        return render_template(
            "audit.html",
            rows=rows,
            found=found,
            page=page,
            pages=pages,
            names=names,
            newest=audit.verify(s, newest=NEWEST),
            last_check=audit.last_check(s),
            actors=sorted(audit.actors(s), key=lambda one: names.get(one, one)),
            actions=audit.actions(s),
            actor=actor,
            action=action,
        )


@pages.post("/audit/check")
@allow("manager")
def check_audit() -> Any:
    """Walk the whole list now."""
    forms.require_button()
    desk = this_desk()
    with desk.database.transaction() as s:
        audit.check(s, desk.now())
    return redirect(url_for("people.show_audit"), code=303)


def _page(form: forms.InviteForm, problem: str | None = None) -> str:
    with this_desk().database.reading() as s:
        people = [p for p in staff.people(s) if not staff.names_nobody(p)]
    return render_template(
        "people.html",
        people=people,
        form=form,
        action=forms.ActionForm(formdata=None),
        roles=staff.ROLES,
        must=this_desk().requires_second_factor,
        problem=problem,
    )


def _link(email: str, name: str, role: str, *, again: bool) -> str:
    desk = this_desk()
    with desk.database.transaction() as s:
        token = staff.invite(
            s, email, name, role, desk.now(), again=again, by=me().staff_id
        )
    path = url_for("sign_in.welcome", token=token)
    return render_template("invited.html", name=name, link=desk.url.rstrip("/") + path)


def _set_active(staff_id: int, *, active: bool) -> Any:
    forms.require_button()
    desk = this_desk()
    try:
        with desk.database.transaction() as s:
            staff.set_active(
                s, staff_id, active=active, by=me().staff_id, now=desk.now()
            )
    except staff.UnknownStaff:
        abort(404)
    except staff.LastAdmin:
        problem = "There must be one administrator who can sign in."
        return _page(forms.InviteForm(formdata=None), problem), 422
    log.info("staff.active", staff=staff_id, active=active, by=me().staff_id)
    return redirect(url_for("people.show"), code=303)
