"""One case: why a person is needed, how to reach them, what was done."""

from collections.abc import Callable
from typing import Any

import structlog
from flask import Blueprint, abort, redirect, render_template, url_for

from mend.desk import forms
from mend.desk.access import allow, me
from mend.desk.desk import this_desk
from mend.records import case_file, case_work
from mend.records.case_file import Case
from mend.records.case_work import NotAllowed, StaleVersion
from mend.records.escalations import UnknownCase

log = structlog.get_logger("mend.desk")
pages = Blueprint("cases", __name__, url_prefix="/cases")

STEP_WORDS = {
    ("new", "in_review"): "Start review",
    ("in_review", "contacted"): "Mark as contacted",
    ("in_review", "closed"): "Close case",
    ("contacted", "closed"): "Close case",
    ("contacted", "in_review"): "Back to review",
    ("closed", "in_review"): "Reopen",
}


@pages.get("/<reference>")
@allow("reviewer")
def show(reference: str) -> Any:
    """Show a case; that it was opened is written down."""
    desk = this_desk()
    try:
        with desk.database.transaction() as s:
            case_work.record_view(s, reference, staff_id=me().staff_id, now=desk.now())
    except UnknownCase:
        abort(404)
    return _page(reference)


@pages.post("/<reference>/assignment")
@allow("reviewer")
def assign(reference: str) -> Any:
    """Take the case, or give it back."""
    form = forms.AssignForm()
    if not form.validate_on_submit():
        abort(400)
    assignee = me().staff_id if form.to.data == "me" else None
    if not _change(reference, form, case_work.assign, assignee_id=assignee):
        return _conflict(reference, "")
    return _done(reference, "case.assigned")


@pages.post("/<reference>/status")
@allow("reviewer")
def change_status(reference: str) -> Any:
    """Move the case on, with an outcome when it is closed."""
    form = forms.StatusForm()
    if not form.validate_on_submit():
        return _page(reference, status_form=form, problem=_first_error(form)), 422
    if form.to.data == "closed" and not form.outcome.data:
        problem = "Choose how it ended, then close the case."
        return _page(reference, status_form=form, problem=problem), 422
    step = {
        "to": form.to.data,
        "outcome": form.outcome.data or None,
        "note": form.note.data,
    }
    try:
        changed = _change(reference, form, case_work.change_status, **step)
    except NotAllowed:
        abort(400)
    if not changed:
        return _conflict(reference, form.note.data or "")
    return _done(reference, "case.status")


@pages.post("/<reference>/notes")
@allow("reviewer")
def add_note(reference: str) -> Any:
    """Add a note that only staff can read."""
    form = forms.NoteForm()
    if not form.validate_on_submit() or not form.text.data.strip():
        problem = _first_error(form) or "Write the note first."
        return _page(reference, note_form=form, problem=problem), 422
    if not _change(reference, form, case_work.add_note, text=form.text.data):
        return _conflict(reference, form.text.data)
    return _done(reference, "case.noted")


def _change(reference: str, form: Any, make: Callable[..., Any], **change: Any) -> bool:
    """Make one change to the case as the form showed it; False when it is stale."""
    desk = this_desk()
    try:
        with desk.database.transaction() as s:
            make(
                s,
                reference,
                version=form.version.data,
                staff_id=me().staff_id,
                now=desk.now(),
                **change,
            )
    except UnknownCase:
        abort(404)
    except StaleVersion:
        return False
    return True


def _case(reference: str) -> Case:
    try:
        with this_desk().database.reading() as s:
            return case_file.case(s, reference)
    except UnknownCase:
        abort(404)


def _page(
    reference: str,
    *,
    status_form: forms.StatusForm | None = None,
    note_form: forms.NoteForm | None = None,
    problem: str | None = None,
) -> str:
    case = _case(reference)
    status = case.escalation.status
    steps = [(to, STEP_WORDS[status, to]) for to in case_work.NEXT_STATUSES[status]]
    return render_template(
        "case.html",
        case=case,
        escalation=case.escalation,
        why=case_file.why(case.escalation),
        steps=steps,
        status_form=status_form or forms.StatusForm(formdata=None),
        note_form=note_form or forms.NoteForm(formdata=None),
        assign_form=forms.AssignForm(formdata=None),
        problem=problem,
        now=this_desk().now(),
    )


def _conflict(reference: str, typed: str) -> Any:
    """Show what the case is now, with the note that was typed still there."""
    case = _case(reference)
    log.info("case.conflict", case=reference, staff=me().staff_id)
    form = forms.NoteForm(formdata=None)
    form.text.data = typed
    page = render_template(
        "conflict.html",
        case=case,
        escalation=case.escalation,
        form=form,
        typed=typed,
    )
    return page, 409


def _done(reference: str, what: str) -> Any:
    log.info(what, case=reference, staff=me().staff_id)
    return redirect(url_for("cases.show", reference=reference), code=303)


def _first_error(form: Any) -> str | None:
    for field, errors in form.errors.items():
        if field in ("text", "note"):
            return str(errors[0])
    return "Something in the form was not right. Please try again."
