from __future__ import annotations

import re

import pytest
from sqlalchemy import update

from mend.records.tables import Audit

from .conftest import Desk


def link_in(page: str) -> str:
    found = re.search(r"<code>http://localhost:8001(/welcome/[^<]+)</code>", page)
    assert found
    return found[1]


def test_inviting_shows_a_link_once_that_works_once(desk: Desk) -> None:
    admin = desk.browser("admin")
    data = {"name": "Kim", "email": "kim@clinic.example", "role": "manager"}
    link = link_in(admin.post("/people", data).text)
    assert link not in admin.get("/people").text
    kim = desk.browser()
    join = {"name": "Kim Jensen", "password": "four calm brown horses"}
    assert kim.post(link, join).status_code == 303
    assert kim.get("/audit").status_code == 200
    assert kim.get("/people").status_code == 403
    assert desk.browser().get(link).status_code == 404
    assert ("staff:3", "staff.invited", "staff:4") in desk.audit()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"name": "", "email": "k@clinic.example", "role": "admin"}, "Say who it is"),
        ({"name": "Kim", "email": "kim", "role": "admin"}, "not an e-mail address"),
        ({"name": "Kim", "email": "k@clinic.example", "role": "owner"}, "choice"),
        (
            {"name": "M", "email": "manager@clinic.example", "role": "admin"},
            "account already",
        ),
    ],
)
def test_bad_invitations(desk: Desk, data: dict[str, str], says: str) -> None:
    answer = desk.browser("admin").post("/people", data)
    assert answer.status_code == 422
    assert says in answer.text


def test_disabling_ends_sessions_at_once_and_can_be_undone(desk: Desk) -> None:
    admin, reviewer = desk.browser("admin"), desk.browser("reviewer")
    path = f"/people/{desk.people['reviewer']}"
    assert admin.post(f"{path}/disable").status_code == 303
    assert reviewer.get("/").status_code == 302
    assert desk.browser().sign_in("reviewer@clinic.example").status_code == 401
    assert admin.post(f"{path}/enable").status_code == 303
    assert desk.browser().sign_in("reviewer@clinic.example").status_code == 303


def test_the_last_admin_cannot_be_disabled(desk: Desk) -> None:
    admin = desk.browser("admin")
    answer = admin.post(f"/people/{desk.people['admin']}/disable")
    assert answer.status_code == 422
    assert admin.get("/people").status_code == 200


def test_a_new_link_resets_a_password_and_ends_sessions(desk: Desk) -> None:
    reviewer = desk.browser("reviewer")
    answer = desk.browser("admin").post(f"/people/{desk.people['reviewer']}/link")
    assert reviewer.get("/").status_code == 200
    join = {"name": "Reviewer", "password": "four calm brown horses"}
    assert desk.browser().post(link_in(answer.text), join).status_code == 303
    assert reviewer.get("/").status_code == 302


@pytest.mark.parametrize("what", ["link", "disable", "enable"])
def test_people_who_do_not_exist(desk: Desk, what: str) -> None:
    assert desk.browser("admin").post(f"/people/999/{what}").status_code == 404


def test_the_audit_list_tells_who_and_warns_of_changes(desk: Desk) -> None:
    reference = desk.case()
    desk.browser("reviewer").get(f"/cases/{reference}")
    manager = desk.browser("manager")
    page = manager.get("/audit").text
    assert "The list is intact" in page
    assert "case.viewed" in page
    assert f"case:{reference}" in page
    with desk.db.transaction() as s:
        s.execute(update(Audit).where(Audit.action == "case.viewed").values(actor="x"))
    assert "The list was changed" in manager.get("/audit").text
