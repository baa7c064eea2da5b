"""The queue: who needs a person, the most urgent first."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for

from mend.desk.access import UNATTENDED, allow, me
from mend.desk.desk import this_desk
from mend.records import case_queue, journal
from mend.records.escalations import REFERENCE_LENGTH

pages = Blueprint("queue", __name__)

VIEW_WORDS = {
    "unassigned": "Unassigned",
    "mine": "Mine",
    "open": "All open",
    "closed": "Closed",
}
EMPTY_WORDS = {
    "unassigned": "Nobody is waiting. Every open case has somebody looking after it.",
    "mine": "You have no open cases. New ones are under “Unassigned”.",
    "open": "Nobody is waiting. When a visitor needs a person, they appear here.",
    "closed": "No case has been closed yet.",
}
REFRESH_S = 60
# Long enough for the slowest answer (the front door gives up after 20 s).
ANSWER_TAKES = timedelta(seconds=30)
NOTICE_TAKES = timedelta(minutes=15)


@pages.get("/")
@allow("reviewer")
def show() -> Any:
    """Show one view of the queue."""
    desk = this_desk()
    view = request.args.get("view", "open")
    if view not in VIEW_WORDS:
        view = "open"
    paused = request.args.get("refresh") == "off"
    now = desk.now()
    with desk.database.reading() as s:
        page = case_queue.queue(
            s, view=view, staff_id=me().staff_id, page=page_number()
        )
        unanswered = len(journal.unanswered(s, now - ANSWER_TAKES))
        unseen = case_queue.waiting_notices(s, created_before=now - NOTICE_TAKES)
    html = render_template(
        "queue.html",
        page=page,
        view=view,
        views=VIEW_WORDS,
        empty=EMPTY_WORDS[view],
        paused=paused,
        refresh_s=REFRESH_S,
        unanswered=unanswered,
        unseen=unseen,
        now=now,
    )
    if paused:
        return html
    # `auto` marks the reload as the browser's own: it does not keep a session alive.
    again = url_for("queue.show", view=view, page=page.page) + f"&{UNATTENDED}=1"
    return html, 200, {"Refresh": f"{REFRESH_S}; url={again}"}


@pages.get("/find")
@allow("reviewer")
def find() -> Any:
    """Go to the case with a reference somebody read out."""
    asked = "".join(request.args.get("reference", "").split()).upper()
    if len(asked) != REFERENCE_LENGTH or not asked.isalnum():
        abort(404)
    return redirect(url_for("cases.show", reference=asked))


def page_number() -> int:
    """Return the page asked for; whatever is not a sensible number is 1."""
    asked = request.args.get("page", "1")
    sensible = asked.isascii() and asked.isdigit() and len(asked) <= 9
    return max(1, int(asked)) if sensible else 1
