from __future__ import annotations

import re

import pytest

from .conftest import PASSWORD, Browser, Clock, Desk

NEW = "four calm brown horses"


def set_up(browser: Browser) -> str:
    browser.post("/account/second-factor", {"password": PASSWORD})
    page: str = browser.set_up_second_factor("/account/second-factor").text
    return page


class TestSecondFactor:
    def test_setting_up_ends_other_sessions_and_shows_codes_once(
        self, desk: Desk
    ) -> None:
        here, there = desk.browser("reviewer"), desk.browser("reviewer")
        assert "Off." in here.get("/account").text
        page = set_up(here)
        codes = re.findall(r"<code>([A-Z2-9]{4}(?:-[A-Z2-9]{4}){3})</code>", page)
        assert len(codes) == 10
        assert there.get("/").status_code == 302
        account = here.get("/account").text
        assert ">On</strong>" in account
        assert "10 recovery codes left" in account
        assert codes[0] not in account

    @pytest.mark.parametrize(
        "path",
        [
            "/account/second-factor",
            "/account/second-factor/remove",
            "/account/recovery-codes",
        ],
    )
    @pytest.mark.parametrize("password", ["", "wrong", "x" * 300])
    def test_the_password_is_asked_again(
        self, desk: Desk, path: str, password: str
    ) -> None:
        browser = desk.browser("reviewer")
        set_up(browser)
        answer = browser.post(path, {"password": password})
        assert answer.status_code == 422
        page = browser.get("/account").text
        assert "10 recovery codes left" in page
        assert browser.get("/account/second-factor").status_code == 303

    def test_guessing_the_password_here_locks_too(self, desk: Desk) -> None:
        """A37: a desk left open is no place to guess a password."""
        browser = desk.browser("reviewer")
        for _ in range(5):
            browser.post("/account/recovery-codes", {"password": "wrong"})
        answer = browser.post("/account/recovery-codes", {"password": PASSWORD})
        assert answer.status_code == 429
        assert "Please wait" in answer.text

    def test_new_recovery_codes(self, desk: Desk) -> None:
        browser = desk.browser("reviewer")
        first = set_up(browser)
        answer = browser.post("/account/recovery-codes", {"password": PASSWORD})
        assert answer.text.count("<li><code>") == 10
        assert re.findall(r"<code>(.*?)</code>", answer.text) != re.findall(
            r"<code>(.*?)</code>", first
        )

    def test_recovery_codes_of_nothing(self, desk: Desk) -> None:
        browser = desk.browser("reviewer")
        answer = browser.post("/account/recovery-codes", {"password": PASSWORD})
        assert answer.status_code == 400

    def test_turning_it_off(self, desk: Desk) -> None:
        browser = desk.browser("reviewer")
        set_up(browser)
        answer = browser.post("/account/second-factor/remove", {"password": PASSWORD})
        assert answer.status_code == 303
        assert "The second factor is off." in browser.get("/account").text
        assert desk.browser().sign_in("reviewer@clinic.example").location == "/"
        assert ("staff:1", "staff.second_factor_removed", "staff:1") in desk.audit()

    def test_who_must_have_it_cannot_turn_it_off(self, desk: Desk) -> None:
        browser = desk.browser("admin")
        set_up(browser)
        answer = browser.post("/account/second-factor/remove", {"password": PASSWORD})
        assert answer.status_code == 422
        assert "Your role needs" in answer.text
        assert ">On</strong>" in browser.get("/account").text

    def test_the_old_one_works_until_the_new_one_is_confirmed(self, desk: Desk) -> None:
        browser = desk.browser("reviewer")
        set_up(browser)
        old = browser.secret
        browser.post("/account/second-factor", {"password": PASSWORD})
        other = desk.browser()
        other.secret = old
        other.sign_in("reviewer@clinic.example")
        token = other.token("/sign-in/code")
        data = {"csrf_token": token, "code": other.code(1)}
        assert other.client.post("/sign-in/code", data=data).status_code == 303


class TestSessions:
    def test_they_are_listed_with_the_device_in_words(self, desk: Desk) -> None:
        agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko Firefox/128.0 <b>"
        browser = desk.browser()
        browser.sign_in("reviewer@clinic.example", headers={"User-Agent": agent})
        desk.browser("reviewer")
        desk.browser("admin")
        page = browser.get("/account").text
        assert "Firefox on Linux" in page
        assert "<b>" not in page
        assert page.count("This one") == 1
        assert page.count("/end") - page.count("/end-others") == 1

    def test_ending_one(self, desk: Desk) -> None:
        here, there = desk.browser("reviewer"), desk.browser("reviewer")
        path = re.search(r"/account/sessions/\d+/end", here.get("/account").text)
        assert path
        assert here.post(path[0]).status_code == 303
        assert there.get("/").status_code == 302
        assert here.get("/account").status_code == 200

    def test_nobody_ends_those_of_others(self, desk: Desk) -> None:
        """A30: another person's session by its number."""
        admin, reviewer = desk.browser("admin"), desk.browser("reviewer")
        desk.browser("admin")
        path = re.search(r"/account/sessions/\d+/end", admin.get("/account").text)
        assert path
        before = desk.audit()
        assert reviewer.post(path[0]).status_code == 303
        assert desk.audit() == before
        assert admin.get("/account").text.count("/end") == 2

    def test_ending_all_others(self, desk: Desk) -> None:
        here, there = desk.browser("reviewer"), desk.browser("reviewer")
        other = desk.browser("manager")
        assert here.post("/account/sessions/end-others").status_code == 303
        assert here.get("/account").status_code == 200
        assert there.get("/account").status_code == 302
        assert other.get("/account").status_code == 200

    def test_those_that_are_over_are_not_listed(self, desk: Desk, clock: Clock) -> None:
        desk.browser("reviewer")
        clock.forward(minutes=31)
        page = desk.browser("reviewer").get("/account").text
        assert "/account/sessions/" not in page.replace("sessions/end-others", "")


class TestPassword:
    def test_changing_it_ends_all_other_sessions(self, desk: Desk) -> None:
        """A35: a password change kills every other session at once."""
        here, there = desk.browser("reviewer"), desk.browser("reviewer")
        answer = here.post("/account/password", {"password": PASSWORD, "new": NEW})
        assert answer.status_code == 303
        assert "Your password is changed" in here.get("/account").text
        assert there.get("/account").status_code == 302
        email = "reviewer@clinic.example"
        assert desk.browser().sign_in(email).status_code == 401
        assert desk.browser().sign_in(email, NEW).status_code == 303
        assert ("staff:1", "staff.password_changed", "staff:1") in desk.audit()

    @pytest.mark.parametrize(
        ("old", "new", "says"),
        [
            ("wrong", NEW, "not your password"),
            (PASSWORD, "short", "at least 12"),
            (PASSWORD, "reviewer@clinic.example", "your e-mail address"),
            (PASSWORD, "Riverside Physiotherapy", "clinic"),
            (PASSWORD, "", "Choose a password"),
        ],
    )
    def test_what_is_wrong_is_said(
        self, desk: Desk, old: str, new: str, says: str
    ) -> None:
        here, there = desk.browser("reviewer"), desk.browser("reviewer")
        answer = here.post("/account/password", {"password": old, "new": new})
        assert answer.status_code == 422
        assert says in answer.text
        assert NEW not in answer.text
        assert there.get("/account").status_code == 200
