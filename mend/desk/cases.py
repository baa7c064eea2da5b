"""One case: why a person is needed, how to reach them, what was done."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from flask import Blueprint, abort, redirect, render_template, request, url_for

from mend.desk import forms, snoozing
from mend.desk.access import allow, me
from mend.desk.desk import this_desk
from mend.records import case_file, case_work, staff
from mend.records.case_file import Case
from mend.records.case_work import NotAllowed, StaleVersion
from mend.records.escalations import UnknownCase

log = structlog.get_logger("mend.desk")
pages = Blueprint("cases", __name__, url_prefix="/cases")

STEP_WORDS = {
    ("new", "in_review"): "Take this case",
    ("in_review", "contacted"): "Mark as contacted",
    ("in_review", "waiting"): "Wait for the person",
    ("in_review", "closed"): "Close case",
    ("contacted", "waiting"): "Wait for the person",
    ("contacted", "closed"): "Close case",
    ("contacted", "in_review"): "Back to review",
    ("waiting", "contacted"): "Mark as contacted",
    ("waiting", "closed"): "Close case",
    ("waiting", "in_review"): "Back to review",
    ("closed", "in_review"): "Reopen",
}


@dataclass(frozen=True)
class Typed:
    """What somebody typed into a form that could not be stored, to be shown again."""

    note: str = ""
    outcome: str = ""
    tags: str = ""
    day: str = ""


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


@pages.post("/<reference>/contact")
@allow("reviewer")
def show_contact(reference: str) -> Any:
    """Show a case with its contact details; that they were looked at is written down.

    Not an address of its own: nobody sees them by going back or reloading unasked.
    """
    forms.require_button()
    desk = this_desk()
    try:
        with desk.database.transaction() as s:
            case_work.record_contact_shown(
                s, reference, staff_id=me().staff_id, now=desk.now()
            )
    except UnknownCase:
        abort(404)
    except NotAllowed:  # erased or cancelled a moment ago
        return _done(reference, "case.no_contact")
    log.info("case.contact_shown", case=reference, staff=me().staff_id)
    return _page(reference, contact_shown=True)


@pages.post("/<reference>/assignment")
@allow("reviewer")
def assign(reference: str) -> Any:
    """Take the case, hand it to a colleague, or give it back."""
    form = forms.AssignForm()
    if not form.validate_on_submit():
        abort(400)
    to = form.to.data
    if to not in ("me", "nobody") and not re.fullmatch("[0-9]{1,9}", to):
        abort(400)
    known: dict[str, int | None] = {"me": me().staff_id, "nobody": None}
    assignee = known[to] if to in known else int(to)
    try:
        changed = _change(reference, form, case_work.assign, assignee_id=assignee)
    except NotAllowed:
        return _page(reference, problem="This colleague has no access any more."), 422
    return _done(reference, "case.assigned") if changed else _conflict(reference)


@pages.post("/<reference>/status")
@allow("reviewer")
def change_status(reference: str) -> Any:
    """Move the case on, with an outcome when it is closed."""
    form = forms.StatusForm()
    typed = Typed(note=form.note.data or "", outcome=form.outcome.data or "")
    if not form.validate_on_submit():
        return _page(reference, typed=typed, problem=_first_error(form)), 422
    if form.to.data == "closed" and not form.outcome.data:
        problem = "Choose how it ended, then close the case."
        return _page(reference, typed=typed, problem=problem), 422
    step = {
        "to": form.to.data,
        "outcome": form.outcome.data or None,
        "note": form.note.data,
    }
    try:
        changed = _change(reference, form, case_work.change_status, **step)
    except NotAllowed:
        abort(400)
    return _done(reference, "case.status") if changed else _conflict(reference, typed)


@pages.post("/<reference>/snooze")
@allow("reviewer")
def snooze(reference: str) -> Any:
    """Put the case off until a moment, or wake it."""
    form = forms.SnoozeForm()
    typed = Typed(note=form.note.data or "", day=request.form.get("day", ""))
    if not form.validate_on_submit():
        return _page(reference, typed=typed, problem=_first_error(form)), 422
    try:
        until = _until(form)
        changed = _change(
            reference, form, case_work.snooze, until=until, note=form.note.data
        )
    except NotAllowed:
        problem = "Choose a day from tomorrow on, and no more than a year away."
        return _page(reference, typed=typed, problem=problem), 422
    return _done(reference, "case.snoozed") if changed else _conflict(reference, typed)


@pages.post("/<reference>/tags")
@allow("reviewer")
def set_tags(reference: str) -> Any:
    """Give the case the tags that were chosen and typed, and no others."""
    form = forms.TagsForm()
    own = form.own.data or ""
    tags = [*request.form.getlist("tag"), *own.split(",")]
    typed = Typed(tags=", ".join(tag.strip() for tag in tags if tag.strip()))
    too_many = (
        f"Use up to {case_work.TAGS_MAX} tags of up to {case_work.TAG_MAX} letters."
    )
    if not form.validate_on_submit():
        return _page(reference, typed=typed, problem=too_many), 422
    try:
        changed = _change(reference, form, case_work.set_tags, tags=tags)
    except NotAllowed:
        return _page(reference, typed=typed, problem=too_many), 422
    return _done(reference, "case.tagged") if changed else _conflict(reference, typed)


@pages.post("/<reference>/reviewed")
@allow("reviewer")
def mark_reviewed(reference: str) -> Any:
    """Say that one has read the whole chat."""
    forms.require_button()
    desk = this_desk()
    try:
        with desk.database.transaction() as s:
            case_work.mark_reviewed(
                s, reference, staff_id=me().staff_id, now=desk.now()
            )
    except UnknownCase:
        abort(404)
    return _done(reference, "chat.reviewed")


@pages.post("/<reference>/notes")
@allow("reviewer")
def add_note(reference: str) -> Any:
    """Add a note that only staff can read."""
    form = forms.NoteForm()
    typed = Typed(note=form.text.data or "")
    if not form.validate_on_submit() or not form.text.data.strip():
        problem = _first_error(form) or "Write the note first."
        return _page(reference, typed=typed, problem=problem), 422
    if not _change(reference, form, case_work.add_note, text=form.text.data):
        return _conflict(reference, typed)
    return _done(reference, "case.noted")


def _until(form: forms.SnoozeForm) -> datetime | None:
    """Return the moment that was chosen, None to wake the case now.

    Raises:
        NotAllowed: It is past by now, or no day was given.
    """
    desk = this_desk()
    local, hours = desk.clinic.local(desk.now()), desk.clinic.opening()
    chosen = form.until.data
    if chosen == "now":
        return None
    if chosen == "date":
        if form.day.data is None:
            raise NotAllowed("no day")
        return snoozing.morning_of(form.day.data, local, hours)
    moment = snoozing.choices(local, hours).get(chosen)
    if moment is None:
        raise NotAllowed("it is past")
    return moment


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
    typed: Typed | None = None,
    problem: str | None = None,
    contact_shown: bool = False,
) -> str:
    desk, case, now = this_desk(), _case(reference), this_desk().now()
    escalation = case.escalation
    with desk.database.reading() as s:
        people = [one for one in staff.people(s) if one.active and one.password_hash]
        seen = case_work.seen_by_others(s, reference, staff_id=me().staff_id, now=now)
    status = escalation.status
    sleeps = escalation.snoozed_until is not None and escalation.snoozed_until > now
    has_due_time = status in case_work.NOT_REACHED and not sleeps
    local = desk.clinic.local(now)
    return render_template(
        "case.html",
        case=case,
        escalation=escalation,
        why=case_file.why(escalation),
        steps=[(to, STEP_WORDS[status, to]) for to in case_work.NEXT_STATUSES[status]],
        due=desk.due_times.due(escalation.urgency, escalation.waits_since)
        if has_due_time
        else None,
        sleeps=sleeps,
        snoozes=snoozing.choices(local, desk.clinic.opening()),
        snooze_words=snoozing.CHOICES,
        people=people,
        seen=seen,
        own_tags=_own(case.tags),
        contact_shown=contact_shown,
        typed=typed or Typed(),
        problem=problem,
        today=local.date(),
        now=now,
    )


def _conflict(reference: str, typed: Typed | None = None) -> Any:
    """Show what the case is now, with what was typed still there."""
    case = _case(reference)
    log.info("case.conflict", case=reference, staff=me().staff_id)
    page = render_template(
        "conflict.html",
        case=case,
        escalation=case.escalation,
        typed=typed or Typed(),
        now=this_desk().now(),
    )
    return page, 409


def _done(reference: str, what: str) -> Any:
    log.info(what, case=reference, staff=me().staff_id)
    return redirect(url_for("cases.show", reference=reference), code=303)


def _own(tags: Iterable[str]) -> list[str]:
    return [tag for tag in tags if tag not in case_work.TAGS]


def _first_error(form: Any) -> str | None:
    for field, errors in form.errors.items():
        if field in ("text", "note"):
            return str(errors[0])
        if field == "day":
            return "Choose a day, such as 2026-11-30."
    return "Something in the form was not right. Please try again."
