"""Cases as files, for managers: a list or one case, as CSV or JSON.

Each file is written down in the audit list. A list has no contact details in it.
"""

import json
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

import structlog
from flask import Blueprint, Response, abort

from mend.desk import forms, wording
from mend.desk.access import allow, me
from mend.desk.desk import this_desk
from mend.desk.queue import asked_filters, asked_view, in_address, with_due_times
from mend.desk.spreadsheet import as_csv, download
from mend.records import audit, case_file, case_queue, case_work, escalations
from mend.records.case_file import Case
from mend.records.case_queue import QueueRow
from mend.records.escalations import UnknownCase

log = structlog.get_logger("mend.desk")
pages = Blueprint("exports", __name__)

MOST_ROWS = 20_000
HEADS = (*(one.name for one in fields(QueueRow)), "due")
JSON = "application/json"


@pages.post("/export")
@allow("manager")
def cases() -> Any:
    """Give the cases of a view, filtered as the page was, as a file."""
    form = _asked()
    desk, view, filters = this_desk(), asked_view(), asked_filters()
    now = desk.now()
    with desk.database.transaction() as s:
        rows = case_queue.all_rows(
            s,
            view=view,
            staff_id=me().staff_id,
            now=now,
            filters=with_due_times(filters),
            most=MOST_ROWS,
        )
        details = {"view": view, "cases": len(rows), "as": form.file.data}
        # The tag's own words stay out: somebody may have typed a name.
        named = {k: v for k, v in in_address(filters).items() if k != "tag"}
        _write_down(s, f"cases:{view}", {**details, **named}, now)
    told = [_row(row) for row in rows]
    name = f"cases-{view}-{desk.clinic.local(now):%Y-%m-%d}"
    if form.file.data == "json":
        return _json(told, name)
    table = ([_flat(row[head]) for head in HEADS] for row in told)
    return download(as_csv(HEADS, table), f"{name}.csv")


@pages.post("/cases/<reference>/export")
@allow("manager")
def one(reference: str) -> Any:
    """Give everything about one case as a file, contact details and notes with it."""
    form = _asked()
    desk = this_desk()
    now = desk.now()
    try:
        with desk.database.transaction() as s:
            case = case_file.case(s, reference)
            _write_down(s, f"case:{reference}", {"as": form.file.data}, now)
    except UnknownCase:
        abort(404)
    told = _case(case)
    if form.file.data == "json":
        return _json(told, f"case-{case.escalation.reference}")
    lines = _lines(told)
    name = f"case-{case.escalation.reference}.csv"
    return download(as_csv(("part", "when", "who", "what"), lines), name)


def _asked() -> forms.ExportForm:
    form = forms.ExportForm()
    if not form.validate_on_submit():
        abort(400)
    return form


def _write_down(s: Any, what: str, details: dict[str, Any], now: datetime) -> None:
    audit.record(
        s,
        actor=audit.staff_actor(me().staff_id),
        action="cases.exported",
        object=what,
        details=details,
        now=now,
    )
    log.info("cases.exported", staff=me().staff_id, what=what)


def _row(row: QueueRow) -> dict[str, Any]:
    desk = this_desk()
    reached = row.status not in case_work.NOT_REACHED
    told = asdict(row)
    told.update(
        kind=escalations.KINDS.get(row.kind, row.kind),
        urgency=wording.URGENCY_WORDS.get(row.urgency, row.urgency),
        status=case_work.STATUSES.get(row.status, row.status),
        outcome=case_work.OUTCOMES.get(row.outcome or "", row.outcome),
        reach=list(row.reach),
        tags=list(row.tags),
        due=None if reached else desk.due_times.due(row.urgency, row.waits_since),
    )
    return {name: _plain(value) for name, value in told.items()}


def _case(case: Case) -> dict[str, Any]:
    escalation, contact = case.escalation, case.contact
    return {
        "reference": escalation.reference,
        "kind": escalations.KINDS.get(escalation.kind, escalation.kind),
        "urgency": wording.URGENCY_WORDS.get(escalation.urgency, escalation.urgency),
        "status": case_work.STATUSES.get(escalation.status, escalation.status),
        "outcome": case_work.OUTCOMES.get(escalation.outcome, escalation.outcome),
        "assignee": case.assignee,
        "tags": case.tags,
        "why": case_file.why(escalation),
        "reason": escalation.reason,
        "created_at": _plain(escalation.created_at),
        "closed_at": _plain(escalation.closed_at),
        "contact": None
        if contact is None
        else {
            "name": contact.name,
            "phone": contact.phone,
            "email": contact.email,
            "preferred_time": contact.preferred_time,
            "note": contact.note,
            "consent_version": contact.consent_version,
            "consent_at": _plain(contact.consent_at),
        },
        "notes": [
            {"at": _plain(note.at), "author": note.author, "text": note.text}
            for note in case.notes
        ],
        "transcript": [
            {"at": _plain(line.at), "sender": line.sender, "text": line.text}
            for line in case.transcript
        ],
        "related": [other.reference for other in case.related],
    }


def _lines(told: dict[str, Any]) -> list[tuple[object, ...]]:
    """Return a case as lines of one table: facts first, then what was said."""
    facts = [
        ("case", "", name, _flat(value))
        for name, value in told.items()
        if not isinstance(value, dict | list) or name in ("tags", "related")
    ]
    contact = [
        ("contact", "", name, value) for name, value in (told["contact"] or {}).items()
    ]
    notes = [("note", n["at"], n["author"], n["text"]) for n in told["notes"]]
    said = [("chat", m["at"], m["sender"], m["text"]) for m in told["transcript"]]
    return [*facts, *contact, *notes, *said]


def _json(told: Any, name: str) -> Response:
    text = json.dumps(told, ensure_ascii=False, indent=1)
    return download(text, f"{name}.json", JSON)


def _plain(value: Any) -> Any:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value


def _flat(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, list) else value
