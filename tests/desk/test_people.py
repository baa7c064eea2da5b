from __future__ import annotations

import re

import pytest
from sqlalchemy import update

from mend.desk import people
from mend.records import audit
from mend.records.tables import Audit

from .conftest import PASSWORD, Browser, Desk


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


class TestSecondFactor:
    def set_up(self, desk: Desk) -> Browser:
        browser = desk.browser("reviewer")
        browser.post("/account/second-factor", {"password": PASSWORD})
        browser.set_up_second_factor("/account/second-factor")
        return browser

    def test_an_admin_resets_that_of_somebody_who_lost_it(self, desk: Desk) -> None:
        reviewer, admin = self.set_up(desk), desk.browser("admin")
        assert "Second factor on" in admin.get("/people").text
        path = f"/people/{desk.people['reviewer']}/second-factor/reset"
        assert admin.post(path).status_code == 303
        assert "Second factor on" not in admin.get("/people").text
        assert reviewer.get("/").status_code == 302
        assert desk.browser().sign_in("reviewer@clinic.example").location == "/"
        assert ("staff:3", "staff.second_factor_reset", "staff:1") in desk.audit()

    def test_not_ones_own(self, desk: Desk) -> None:
        admin = desk.browser("admin")
        path = f"/people/{desk.people['admin']}/second-factor/reset"
        assert admin.post(path).status_code == 422
        assert admin.get("/people").status_code == 200

    def test_nor_that_of_nobody(self, desk: Desk) -> None:
        path = "/people/999/second-factor/reset"
        assert desk.browser("admin").post(path).status_code == 404


class TestAudit:
    def test_it_tells_who_did_what(self, desk: Desk) -> None:
        """A43: looking at a case leaves a row, which names who and what."""
        reference = desk.case()
        desk.browser("reviewer").get(f"/cases/{reference}")
        page = desk.browser("manager").get("/audit").text
        assert "Case viewed" in page
        assert f'<a href="/cases/{reference}"' in page
        assert "Intact." in page

    def test_a_change_is_seen_at_once(self, desk: Desk) -> None:
        """A43: the check of the chain detects a changed row."""
        reference = desk.case()
        desk.browser("reviewer").get(f"/cases/{reference}")
        manager = desk.browser("manager")
        with desk.db.transaction() as s:
            changed = update(Audit).where(Audit.action == "case.viewed")
            s.execute(changed.values(actor="x"))
        page = manager.get("/audit").text
        assert "The list was changed" in page
        assert "Intact." not in page

    def test_an_old_change_is_found_when_all_is_checked(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(people, "NEWEST", 1)
        manager = desk.browser("manager")
        assert "has not been checked yet" in manager.get("/audit").text
        manager.post("/audit/check")
        assert "entries were checked" in manager.get("/audit").text
        with desk.db.transaction() as s:
            s.execute(update(Audit).where(Audit.seq == 1).values(actor="x"))
        assert "Intact." in manager.get("/audit").text
        manager.post("/audit/check")
        assert "Entry 1 is not as it was written" in manager.get("/audit").text

    def test_pages_and_filters(self, desk: Desk) -> None:
        with desk.db.transaction() as s:
            for number in range(60):
                audit.record(
                    s,
                    actor="staff:1",
                    action="case.noted",
                    object=f"case:C{number:05}",
                    now=desk.clock(),
                )
        manager = desk.browser("manager")
        first = manager.get("/audit?did=case.noted").text
        assert "60 entries of these" in first
        assert "C00059" in first
        assert "C00009" not in first
        assert "/audit?did=case.noted&amp;page=2" in first
        second = manager.get("/audit?did=case.noted&page=2").text
        assert "C00009" in second
        assert "C00010" not in second
        assert "No entry matches" in manager.get("/audit?who=staff:9").text
        assert "60 entries" not in manager.get("/audit?who=system").text

    @pytest.mark.parametrize(
        "query",
        [
            "page=-1",
            "page=999999999",
            "page=x",
            "who=' OR 1=1 --",
            "did=%25",
            "did=<script>alert(1)</script>",
            "who=%00",
        ],
    )
    def test_nonsense_in_the_address(self, desk: Desk, query: str) -> None:
        """A42: injection and nonsense in page and filter."""
        answer = desk.browser("manager").get(f"/audit?{query}")
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
