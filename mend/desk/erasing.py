"""Erase a visitor: what will go is shown first, what went is reported after."""

from typing import Any

import structlog
from flask import Blueprint, abort, render_template
from sqlalchemy.exc import SQLAlchemyError

from mend.desk import forms
from mend.desk.access import allow, me
from mend.desk.desk import Desk, this_desk
from mend.records import audit, case_file, erasure, erasure_ledger, tracker
from mend.records.escalations import UnknownCase
from mend.records.tables import Conversation

log = structlog.get_logger("mend.desk")
pages = Blueprint("erasing", __name__, url_prefix="/cases")

# In the order in which people think of them.
WORDS = {
    "messages": ("message of the chat", "messages of the chat"),
    "contacts": ("set of contact details", "sets of contact details"),
    "notes": ("note of the staff", "notes of the staff"),
    "feedback": ("opinion on an answer", "opinions on answers"),
    "corrections": ("correction for training", "corrections for training"),
    "events": ("row of the assistant's memory", "rows of the assistant's memory"),
}


@pages.get("/<reference>/erase")
@allow("manager")
def confirm(reference: str) -> Any:
    """Say what will go and what will stay, and ask for the reference."""
    return _confirm_page(reference)


@pages.post("/<reference>/erase")
@allow("manager")
def erase(reference: str) -> Any:
    """Erase the visitor of this case everywhere; report what went."""
    desk = this_desk()
    form = forms.EraseForm()
    if not form.validate_on_submit() or form.typed() != reference:
        problem = f"Nothing was erased. Type {reference} to erase this visitor."
        return _confirm_page(reference, problem), 422
    try:
        with desk.database.transaction() as s:
            case = case_file.case(s, reference).escalation
            chat = s.get(Conversation, case.conversation_id)
            sender_id = chat.sender_id
            actor = audit.staff_actor(me().staff_id)
            counts = erasure.erase(s, chat, desk.now(), by=actor)
    except UnknownCase:
        abort(404)
    log.info("visitor.erased", case=reference, staff=me().staff_id, **counts)
    events = _finish(desk, sender_id)
    return render_template(
        "erased.html",
        reference=reference,
        lines=_in_words(counts | {"events": events or 0}),
        events_later=events is None,
    )


def _finish(desk: Desk, sender_id: str) -> int | None:
    """Delete Rasa's rows too; None when the sweeper has to do it in a moment."""
    try:
        erasure_ledger.keep(desk.database, desk.erasures_file)
        events = tracker.erase_events(desk.tracker_url, sender_id)
        tracker.erase_pending(desk.database, desk.tracker_url, desk.now())
    except (SQLAlchemyError, OSError) as error:
        log.warning("erase.finished_later", error=type(error).__name__)
        return None
    return events


def _confirm_page(reference: str, problem: str | None = None) -> str:
    try:
        with this_desk().database.reading() as s:
            case = case_file.case(s, reference)
            chat = s.get(Conversation, case.escalation.conversation_id)
            counts = erasure.what_goes(s, chat)
    except UnknownCase:
        abort(404)
    return render_template(
        "erase.html",
        case=case,
        reference=reference,
        lines=_in_words(counts),
        problem=problem,
    )


def _in_words(counts: dict[str, int]) -> list[str]:
    return [
        f"{number} {WORDS[name][number != 1]}"
        for name, number in ((name, counts.get(name, 0)) for name in WORDS)
        if number
    ]
