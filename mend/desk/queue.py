"""The queue: who needs a person, the most urgent first."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template, request, url_for

from mend.desk.access import UNATTENDED, allow, me
from mend.desk.desk import this_desk
from mend.records import case_queue, journal, outbox, staff
from mend.records.case_queue import Filters
from mend.records.case_work import TAG_MAX
from mend.records.escalations import KINDS
from mend.records.tables import URGENCIES

pages = Blueprint("queue", __name__)

VIEW_WORDS = {
    "unassigned": "Unassigned",
    "mine": "Mine",
    "open": "All open",
    "waiting": "Waiting",
    "closed": "Closed",
}
EMPTY_WORDS = {
    "unassigned": "Nobody is waiting. Every open case has somebody looking after it.",
    "mine": "You have no open cases. New ones are under “Unassigned”.",
    "open": "Nobody is waiting. When a visitor needs a person, they appear here.",
    "waiting": "No case waits for the person, and none is put off.",
    "closed": "No case has been closed yet.",
}
REFRESH_S = 60
# Long enough for the slowest answer (the front door gives up after 20 s).
ANSWER_TAKES = timedelta(seconds=30)
NOTICE_TAKES = timedelta(minutes=15)


@pages.get("/")
@allow("reviewer")
def show() -> Any:
    """Show one view of the queue.

    The page's script asks for the same page now and then and swaps the lists in;
    without the script the page reloads itself. Both say that nobody is at the
    keyboard (`UNATTENDED`).
    """
    desk = this_desk()
    view = asked_view()
    filters = asked_filters()
    now = desk.now()
    with desk.database.reading() as s:
        page = case_queue.queue(
            s,
            view=view,
            staff_id=me().staff_id,
            now=now,
            filters=with_due_times(filters),
            page=page_number(),
        )
        newest = case_queue.newest_urgent(s, now=now)
        unanswered = len(journal.unanswered(s, now - ANSWER_TAKES))
        unseen = case_queue.waiting_notices(s, created_before=now - NOTICE_TAKES)
        unsent = outbox.given_up(s)
        people = [one for one in staff.people(s) if one.active]
        tags = case_queue.tags_in_use(s)
    chosen = in_address(filters)
    paused = request.args.get("refresh") == "off"
    keep = {**chosen, "refresh": "off"} if paused else chosen
    return render_template(
        "queue.html",
        page=page,
        view=view,
        views=VIEW_WORDS,
        empty="No case matches these filters." if chosen else EMPTY_WORDS[view],
        filters=filters,
        chosen=chosen,
        keep=keep,
        people=people,
        tags=tags,
        paused=paused,
        refresh_s=REFRESH_S,
        again=url_for("queue.show", view=view, page=page.page, **chosen)
        + f"&{UNATTENDED}=1",
        newest=newest,
        trouble=desk.health.trouble(),
        unanswered=unanswered,
        unseen=unseen,
        unsent=unsent,
        due=desk.due_times,
        now=now,
    )


def asked_view() -> str:
    """Return the view asked for; an unknown one is "open"."""
    view = request.values.get("view", "open")
    return view if view in case_queue.VIEWS else "open"


def asked_filters() -> Filters:
    """Return the filters in the address; what makes no sense filters nothing."""
    urgency, kind, tag, assignee = (
        request.values.get(name, "") for name in ("urgency", "kind", "tag", "assignee")
    )
    return Filters(
        urgency=urgency if urgency in URGENCIES else None,
        kind=kind if kind in KINDS else None,
        assignee_id=_number(assignee),
        tag=tag if 0 < len(tag) <= TAG_MAX else None,
        overdue=request.values.get("overdue") == "1",
    )


def in_address(filters: Filters) -> dict[str, Any]:
    """Return filters as they stand in an address, only those that are set."""
    values = {
        "urgency": filters.urgency,
        "kind": filters.kind,
        "assignee": filters.assignee_id,
        "tag": filters.tag,
        "overdue": "1" if filters.overdue else None,
    }
    return {name: value for name, value in values.items() if value is not None}


def with_due_times(filters: Filters) -> Filters:
    """Return filters with the moments before which a case is overdue, if asked for."""
    if not filters.overdue:
        return filters
    desk = this_desk()
    return replace(filters, overdue_before=desk.due_times.overdue_before(desk.now()))


def page_number() -> int:
    """Return the page asked for; whatever is not a sensible number is 1."""
    return max(1, _number(request.values.get("page", "1")) or 1)


def _number(asked: str) -> int | None:
    sensible = asked.isascii() and asked.isdigit() and len(asked) <= 9
    return int(asked) if sensible else None
