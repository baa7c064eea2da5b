"""Signing in with a second factor; what a password alone opens is in test_access."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from mend.records import second_factor, staff
from mend.records.database import Database

from .conftest import Browser, Clock, Desk

REVIEWER = "reviewer@clinic.example"
ADMIN = "admin@clinic.example"
SIGNED_IN = ("staff:1", "staff.signed_in", "staff:1")


@pytest.fixture
def phone(desk: Desk) -> Browser:
    """A browser of the reviewer, who has set up a second factor."""
    browser = desk.browser("reviewer")
    browser.post("/account/second-factor", {"password": "hop skip and jump 42"})
    assert browser.set_up_second_factor("/account/second-factor").status_code == 200
    return browser


def code_page(desk: Desk, phone: Browser) -> Browser:
    """Give the right password in a new browser; it knows the phone's codes."""
    browser = desk.browser()
    browser.secret = phone.secret
    answer = browser.sign_in(REVIEWER)
    assert (answer.status_code, answer.location) == (303, "/sign-in/code?next=/")
    return browser


def give(browser: Browser, code: str, **more: str) -> int:
    page = browser.token("/sign-in/code")
    status: int = browser.client.post(
        "/sign-in/code", data={"csrf_token": page, "code": code, **more}
    ).status_code
    return status


def test_the_password_alone_opens_nothing(desk: Desk, phone: Browser) -> None:
    before = desk.audit().count(SIGNED_IN)
    browser = code_page(desk, phone)
    for path in ("/", "/account", "/audit", f"/cases/{desk.case()}"):
        assert browser.get(path).status_code == 302
    assert browser.get("/sign-in/set-up").status_code == 302
    assert desk.audit().count(SIGNED_IN) == before


def test_the_right_code_lets_in(desk: Desk, phone: Browser) -> None:
    before = desk.audit().count(SIGNED_IN)
    browser = code_page(desk, phone)
    assert give(browser, browser.code(1)) == 303
    assert browser.get("/account").status_code == 200
    assert desk.audit().count(SIGNED_IN) == before + 1


def test_a_code_that_was_used_is_refused(desk: Desk, phone: Browser) -> None:
    """A38: replay of the same code, also by somebody who has the password too."""
    owner, thief = code_page(desk, phone), code_page(desk, phone)
    seen = owner.code(1)
    assert give(owner, seen) == 303
    assert give(thief, seen) == 401
    assert thief.get("/").status_code == 302


def test_a_recovery_code_lets_in_once(desk: Desk, phone: Browser) -> None:
    """A38: a recovery code used twice."""
    with desk.db.transaction() as s:
        codes = second_factor.new_recovery_codes(s, 1, desk.clock())
    assert give(code_page(desk, phone), codes[0].lower()) == 303
    assert give(code_page(desk, phone), codes[0]) == 401
    assert ("staff:1", "staff.recovery_code_used", "staff:1") in desk.audit()


def test_each_step_has_a_token_of_its_own(desk: Desk, phone: Browser) -> None:
    """A34: what was in the cookie before the second step is worth nothing after."""
    browser = code_page(desk, phone)
    before = browser.client.get_cookie("mend-desk")
    assert before
    assert give(browser, browser.code(1)) == 303
    after = browser.client.get_cookie("mend-desk")
    assert after
    assert before.value != after.value
    thief = desk.browser()
    thief.client.set_cookie("mend-desk", before.value)
    for path in ("/", "/sign-in/code"):
        assert thief.get(path).status_code == 302


def test_half_way_lasts_ten_minutes(desk: Desk, phone: Browser, clock: Clock) -> None:
    browser = code_page(desk, phone)
    clock.forward(minutes=11)
    assert browser.get("/sign-in/code").location == "/sign-in"


def test_five_wrong_codes_lock(desk: Desk, phone: Browser, clock: Clock) -> None:
    """A37: the second step counts into the same locks, and they end."""
    browser = code_page(desk, phone)
    for _ in range(5):
        assert give(browser, "000000") == 401
    assert give(browser, browser.code(1)) == 429
    assert desk.browser().sign_in(REVIEWER).status_code == 429
    clock.forward(minutes=16)
    assert give(code_page(desk, phone), browser.code(1)) == 303


def test_somebody_disabled_between_the_steps_stays_out(
    desk: Desk, phone: Browser
) -> None:
    """A35: disabling counts at once, in the middle of signing in too."""
    browser = code_page(desk, phone)
    with desk.db.transaction() as s:
        staff.set_active(s, 1, active=False, by=3, now=desk.clock())
    token = desk.browser().token()
    data = {"csrf_token": token, "code": browser.code(1)}
    assert browser.client.post("/sign-in/code", data=data).status_code in (303, 400)
    assert browser.get("/").status_code == 302


@pytest.mark.usefixtures("phone")
def test_a_new_password_by_link_does_not_replace_the_second_factor(
    desk: Desk,
) -> None:
    with desk.db.transaction() as s:
        token = staff.invite(
            s, REVIEWER, "Reviewer", "reviewer", desk.clock(), again=True, by=3
        )
    browser = desk.browser()
    join = {"name": "Reviewer", "password": "four calm brown horses"}
    answer = browser.post(f"/welcome/{token}", join)
    assert answer.location == "/sign-in/code?next=/"
    assert browser.get("/").status_code == 302


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil", "https:evil"])
def test_after_the_code_one_stays_at_home(
    desk: Desk, phone: Browser, target: str
) -> None:
    """A39: an open redirect through the second step."""
    browser = code_page(desk, phone)
    page = browser.get("/sign-in/code", query_string={"next": target}).text
    assert "evil" not in page
    data = {
        "csrf_token": browser.token("/sign-in/code"),
        "code": browser.code(1),
        "next": target,
    }
    assert browser.client.post("/sign-in/code", data=data).location == "/"


class TestMustSetUp:
    def test_an_admin_sets_it_up_at_the_first_sign_in(self, desk: Desk) -> None:
        browser = desk.browser()
        answer = browser.sign_in(ADMIN)
        assert answer.location == "/sign-in/set-up?next=/"
        assert browser.get("/people").status_code == 302
        page = browser.get("/sign-in/set-up").text
        assert "Your role needs it" in page
        assert 'viewBox="0 0' in page
        done = browser.set_up_second_factor()
        assert done.status_code == 200
        assert done.text.count("<li><code>") == 10
        assert browser.get("/people").status_code == 200
        assert ("staff:3", "staff.second_factor_set_up", "staff:3") in desk.audit()
        # From now on a code is asked for.
        assert "/sign-in/code" in desk.browser().sign_in(ADMIN).location

    def test_a_wrong_code_keeps_the_same_secret(self, desk: Desk) -> None:
        browser = desk.browser()
        browser.sign_in(ADMIN)
        before = browser.get("/sign-in/set-up").text
        token = browser.token("/sign-in/set-up")
        answer = browser.client.post(
            "/sign-in/set-up", data={"csrf_token": token, "code": "000000"}
        )
        assert answer.status_code == 422
        assert "clock of your phone" in answer.text
        picture = before[before.index("<svg") : before.index("</svg>")]
        assert picture in answer.text
        assert browser.get("/people").status_code == 302

    @pytest.mark.parametrize(
        ("setting", "role", "must"),
        [
            ("admins", "manager", False),
            ("managers", "manager", True),
            ("managers", "reviewer", False),
            ("everybody", "reviewer", True),
            ("nobody", "admin", False),
        ],
    )
    def test_the_clinic_chooses_who(
        self,
        make_app: Callable[..., tuple[Flask, Database]],
        clock: Clock,
        setting: str,
        role: str,
        must: bool,
    ) -> None:
        desk = Desk(*make_app(second_factor=setting), clock)
        answer = desk.browser().sign_in(f"{role}@clinic.example")
        assert ("set-up" in answer.location) is must
