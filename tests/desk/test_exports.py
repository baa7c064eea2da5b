"""Cases as files: for managers, written down, and safe in a spreadsheet (A29)."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from mend.records import audit
from mend.records.escalations import ContactDetails

from .conftest import Desk

HOSTILE = '=HYPERLINK("http://evil.example","click")'
CONTACT = ContactDetails(HOSTILE, "+442079460321", "-a@x.example", "@6", "\t=1", "1")


def table(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"), "")))


def last_audit(desk: Desk) -> tuple[str, str, str, dict[str, Any]]:
    with desk.db.reading() as s:
        row = audit.rows(s, per_page=1)[0]
        return row.actor, row.action, row.object, row.details


def test_the_list_as_it_is_filtered(desk: Desk) -> None:
    flag = desk.case("+calf", "red_flag", "same_day")
    desk.case("other", "complaint", "soon")
    browser = desk.browser("manager")
    data = {"file": "csv", "view": "open", "kind": "red_flag"}
    heads, row = table(browser.post("/export", data))
    told = dict(zip(heads, row, strict=True))
    assert told["reference"] == flag
    assert told["summary"] == "'+calf"
    assert told["urgency"] == "Today"
    assert told["due"] == "2026-11-23T11:30:00+00:00"
    assert last_audit(desk) == (
        f"staff:{desk.people['manager']}",
        "cases.exported",
        "cases:open",
        {"view": "open", "cases": 1, "as": "csv", "kind": "red_flag"},
    )


def test_the_list_has_no_contact_details(desk: Desk) -> None:
    desk.case(contact=ContactDetails("Ana Ek", "+442079460321", None, None, None, "1"))
    browser = desk.browser("manager")
    for kind in ("csv", "json"):
        text = browser.post("/export", {"file": kind, "view": "open"}).text
        assert "phone" in text
        assert "7946" not in text
        assert "Ana Ek" not in text


def test_an_empty_list_has_its_heads(desk: Desk) -> None:
    data = {"file": "csv", "view": "closed"}
    (heads,) = table(desk.browser("admin").post("/export", data))
    assert heads[0] == "reference"
    data = {"file": "json", "view": "closed"}
    assert desk.browser("admin").post("/export", data).get_json() == []


def test_more_than_one_page_is_in_the_file(desk: Desk) -> None:
    for _ in range(30):
        desk.case()
    rows = table(desk.browser("manager").post("/export", {"file": "csv"}))
    assert len(rows) == 31


def test_a_tag_is_not_written_into_the_audit_list(desk: Desk) -> None:
    data = {"file": "json", "tag": "mrs smith"}
    assert desk.browser("manager").post("/export", data).status_code == 200
    assert "smith" not in str(last_audit(desk))


def test_one_case_has_everything_and_no_formula(desk: Desk) -> None:
    reference = desk.case(contact=CONTACT)
    browser = desk.browser("manager")
    browser.post(f"/cases/{reference}/notes", {"version": 1, "text": "=2+2"})
    path = f"/cases/{reference}/export"
    rows = table(browser.post(path, {"file": "csv"}))
    assert rows[0] == ["part", "when", "who", "what"]
    assert last_audit(desk)[1:] == (
        "cases.exported",
        f"case:{reference}",
        {"as": "csv"},
    )
    cells = [cell for row in rows for cell in row]
    assert f"'{HOSTILE}" in cells
    assert "'=2+2" in cells
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t")]
    told = json.loads(browser.post(path, {"file": "json"}).text)
    assert told["contact"]["phone"] == "+442079460321"
    assert told["notes"][0]["text"] == "=2+2"
    assert told["transcript"][1]["text"] == "I want to talk to somebody"


@pytest.mark.parametrize("data", [{}, {"file": "xlsx"}, {"file": ""}])
def test_only_known_kinds_of_file(desk: Desk, data: dict[str, str]) -> None:
    reference = desk.case()
    browser = desk.browser("manager")
    before = desk.audit()
    for path in ("/export", f"/cases/{reference}/export"):
        assert browser.post(path, data).status_code == 400
    assert browser.post("/cases/ABCDEF/export", {"file": "csv"}).status_code == 404
    assert desk.audit() == before


def test_buttons_are_there_for_those_who_may(desk: Desk) -> None:
    reference = desk.case()
    for role, may in (("reviewer", False), ("manager", True), ("admin", True)):
        browser = desk.browser(role)
        for path in ("/?kind=handoff", f"/cases/{reference}"):
            assert ('/export"' in browser.get(path).text) == may
    assert '<input type="hidden" name="kind" value="handoff">' in (
        desk.browser("admin").get("/?kind=handoff").text
    )
