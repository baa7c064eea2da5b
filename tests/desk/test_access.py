from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from mend.desk.access import allow, safe_next
from mend.records import passwords, staff
from mend.records.database import Database

from .conftest import PASSWORD, ROLES, Browser, Clock, Desk

# Every route of the desk and the least role that may use it. A route that is missing
# here fails the test: whoever adds one must say who it is for.
ROUTES = {
    ("GET", "/static/<path:filename>"): "public",
    ("GET", "/sign-in"): "public",
    ("POST", "/sign-in"): "public",
    ("GET", "/first-admin/<token>"): "public",
    ("POST", "/first-admin/<token>"): "public",
    ("GET", "/welcome/<token>"): "public",
    ("POST", "/welcome/<token>"): "public",
    ("GET", "/"): "reviewer",
    ("GET", "/search"): "reviewer",
    ("POST", "/search"): "reviewer",
    ("POST", "/export"): "manager",
    ("GET", "/sign-in/code"): "public",
    ("POST", "/sign-in/code"): "public",
    ("GET", "/sign-in/set-up"): "public",
    ("POST", "/sign-in/set-up"): "public",
    ("POST", "/notices/again"): "reviewer",
    ("GET", "/account"): "reviewer",
    ("POST", "/account/second-factor"): "reviewer",
    ("GET", "/account/second-factor"): "reviewer",
    ("POST", "/account/second-factor/code"): "reviewer",
    ("POST", "/account/second-factor/remove"): "reviewer",
    ("POST", "/account/recovery-codes"): "reviewer",
    ("POST", "/account/password"): "reviewer",
    ("POST", "/account/sessions/<int:session_id>/end"): "reviewer",
    ("POST", "/account/sessions/end-others"): "reviewer",
    ("POST", "/sign-out"): "reviewer",
    ("POST", "/sign-out-everywhere"): "reviewer",
    ("GET", "/cases/<reference>"): "reviewer",
    ("POST", "/cases/<reference>/assignment"): "reviewer",
    ("POST", "/cases/<reference>/status"): "reviewer",
    ("POST", "/cases/<reference>/notes"): "reviewer",
    ("POST", "/cases/<reference>/contact"): "reviewer",
    ("POST", "/cases/<reference>/snooze"): "reviewer",
    ("POST", "/cases/<reference>/tags"): "reviewer",
    ("POST", "/cases/<reference>/reviewed"): "reviewer",
    ("POST", "/cases/<reference>/export"): "manager",
    ("GET", "/cases/<reference>/erase"): "manager",
    ("POST", "/cases/<reference>/erase"): "manager",
    ("GET", "/learning"): "reviewer",
    ("GET", "/learning/<int:message_id>"): "reviewer",
    ("POST", "/learning/<int:message_id>/proposal"): "reviewer",
    ("POST", "/learning/<int:message_id>/skip"): "reviewer",
    ("GET", "/learning/proposals"): "reviewer",
    ("POST", "/learning/proposals/<int:correction_id>/decision"): "manager",
    ("GET", "/insight"): "manager",
    ("GET", "/insight/unanswered"): "manager",
    ("POST", "/insight/export"): "manager",
    ("GET", "/audit"): "manager",
    ("POST", "/audit/check"): "manager",
    ("POST", "/people/<int:staff_id>/second-factor/reset"): "admin",
    ("GET", "/people"): "admin",
    ("POST", "/people"): "admin",
    ("POST", "/people/<int:staff_id>/link"): "admin",
    ("POST", "/people/<int:staff_id>/disable"): "admin",
    ("POST", "/people/<int:staff_id>/enable"): "admin",
}
CLOSED = {route: role for route, role in ROUTES.items() if role != "public"}


def path_of(rule: str, reference: str) -> str:
    return (
        rule.replace("<reference>", reference)
        .replace("<int:staff_id>", "3")
        .replace("<int:session_id>", "999")
        .replace("<int:message_id>", "999")
        .replace("<int:correction_id>", "999")
        .replace("<token>", "made-up")
        .replace("<path:filename>", "desk.css")
    )


def ask(browser: Browser, method: str, path: str) -> int:
    status: int = (
        browser.get(path) if method == "GET" else browser.post(path)
    ).status_code
    return status


def test_every_route_is_in_the_table(desk: Desk) -> None:
    routes = {
        (method, rule.rule)
        for rule in desk.app.url_map.iter_rules()
        for method in rule.methods or ()
        if method not in ("HEAD", "OPTIONS")
    }
    assert routes == set(ROUTES)


@pytest.mark.parametrize("role", [*ROLES, "anonymous", "disabled"])
@pytest.mark.parametrize(("route", "least"), CLOSED.items(), ids=str)
def test_role_matrix(desk: Desk, route: tuple[str, str], least: str, role: str) -> None:
    """A27: every route for every role, for strangers and for who was kept out."""
    method, rule = route
    path = path_of(rule, desk.case())
    browser = desk.browser(
        None if role == "anonymous" else role.replace("disabled", "manager")
    )
    if role == "disabled":
        with desk.db.transaction() as s:
            staff.set_active(
                s,
                desk.people["manager"],
                active=False,
                by=desk.people["admin"],
                now=desk.clock(),
            )
    before = desk.audit()
    status = ask(browser, method, path)
    if role in ("anonymous", "disabled"):
        assert status == 302
        assert desk.audit() == before
    elif ROLES.index(role) < ROLES.index(least):
        assert status == 403
        assert desk.audit() == before
    else:
        # Allowed: the view itself answers (400 and 422 are about an empty form).
        assert status in (200, 303, 400, 404, 422)
        assert status != 404 or path.count("/999")


def test_a_view_that_does_not_say_who_it_is_for_is_closed(desk: Desk) -> None:
    desk.app._got_first_request = False
    desk.app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    for role in (*ROLES, None):
        assert desk.browser(role).get("/forgotten").status_code == 403


def test_a_role_that_does_not_exist_cannot_be_named() -> None:
    with pytest.raises(ValueError, match="reviewers"):
        allow("reviewers")


class TestSignIn:
    def test_right_password_leads_to_the_queue(self, desk: Desk) -> None:
        browser = desk.browser()
        answer = browser.sign_in("reviewer@clinic.example")
        assert (answer.status_code, answer.location) == (303, "/")
        assert browser.get("/").status_code == 200
        assert ("staff:1", "staff.signed_in", "staff:1") in desk.audit()

    def test_leads_to_where_one_wanted_to_go(self, desk: Desk) -> None:
        browser, reference = desk.browser(), desk.case()
        sent_to = browser.get(f"/cases/{reference}").location
        assert sent_to == f"/sign-in?next=/cases/{reference}"
        page = browser.get(sent_to)
        hidden = re.search(r'name="next" value="([^"]*)"', page.text)
        assert hidden
        data = {
            "email": "reviewer@clinic.example",
            "password": PASSWORD,
            "next": hidden[1],
        }
        assert browser.post("/sign-in", data).location == f"/cases/{reference}"

    @pytest.mark.parametrize(
        ("email", "password"),
        [
            ("reviewer@clinic.example", "wrong password"),
            ("nobody@clinic.example", PASSWORD),
            ("", ""),
            ("reviewer@clinic.example", ""),
            ("reviewer@clinic.example' OR 1=1 --", PASSWORD),
            ("reviewer@clinic.example", "x" * 5000),
        ],
    )
    def test_refused_with_the_same_words(
        self, desk: Desk, email: str, password: str
    ) -> None:
        answer = desk.browser().sign_in(email, password)
        assert answer.status_code == 401
        assert "E-mail address or password is not right." in answer.text
        assert "mend-desk=" not in str(answer.headers.getlist("Set-Cookie"))

    def test_unknown_people_cost_one_slow_check_too(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nobody learns from the time it takes whether an address is known (A37)."""
        checked: list[str] = []
        slow = passwords.matches

        def counted(stored: str, password: str) -> bool:
            checked.append(stored)
            return slow(stored, password)

        monkeypatch.setattr(passwords, "matches", counted)
        for email in ("reviewer@clinic.example", "nobody@clinic.example"):
            desk.browser().sign_in(email, "wrong one")
        known, unknown = checked
        assert known != unknown
        assert known.split("$")[:4] == unknown.split("$")[:4]  # the same settings

    def test_five_failures_lock_and_the_lock_ends(
        self, desk: Desk, clock: Clock
    ) -> None:
        """A37: guessing a password."""
        browser = desk.browser()
        for _ in range(5):
            assert browser.sign_in("reviewer@clinic.example", "no").status_code == 401
        locked = browser.sign_in("reviewer@clinic.example")
        assert locked.status_code == 429
        assert int(locked.headers["Retry-After"]) > 0
        assert "Please wait" in locked.text
        clock.forward(minutes=16)
        assert browser.sign_in("reviewer@clinic.example").status_code == 303

    def test_forwarded_addresses_count_only_behind_a_known_proxy(
        self, desk: Desk
    ) -> None:
        browser = desk.browser()
        for number in range(5):
            browser.sign_in(
                "reviewer@clinic.example",
                "no",
                headers={"X-Forwarded-For": f"198.51.100.{number}"},
            )
        assert browser.sign_in("reviewer@clinic.example").status_code == 429

    def test_behind_a_proxy_people_are_told_apart(
        self, make_app: Callable[..., tuple[Flask, Database]], clock: Clock
    ) -> None:
        desk = Desk(*make_app(trusted_proxies=1), clock)
        browser = desk.browser()
        here = {"X-Forwarded-For": "198.51.100.1"}
        for _ in range(5):
            browser.sign_in("reviewer@clinic.example", "no", headers=here)
        there = {"X-Forwarded-For": "198.51.100.2"}
        assert (
            browser.sign_in("reviewer@clinic.example", headers=there).status_code == 303
        )


class TestSession:
    def test_the_cookie_cannot_be_read_by_scripts_or_sent_from_elsewhere(
        self, desk: Desk
    ) -> None:
        answer = desk.browser().sign_in("reviewer@clinic.example")
        (cookie,) = (
            c
            for c in answer.headers.getlist("Set-Cookie")
            if c.startswith("mend-desk=")
        )
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie

    def test_over_https_cookies_are_secure_and_bound_to_the_host(
        self, make_app: Callable[..., tuple[Flask, Database]], clock: Clock
    ) -> None:
        desk = Desk(*make_app(desk_url="https://desk.clinic.example"), clock)
        browser = desk.browser()
        base = {"base_url": "https://desk.clinic.example"}
        page = browser.client.get("/sign-in", **base)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert token
        answer = browser.client.post(
            "/sign-in",
            data={
                "csrf_token": token[1],
                "email": "reviewer@clinic.example",
                "password": PASSWORD,
            },
            headers={"Referer": "https://desk.clinic.example/sign-in"},
            **base,
        )
        assert answer.status_code == 303
        cookies = answer.headers.getlist("Set-Cookie")
        (cookie,) = (c for c in cookies if c.startswith("__Host-mend-desk="))
        assert "Secure" in cookie
        assert "max-age" in answer.headers["Strict-Transport-Security"]
        assert browser.client.get("/", **base).status_code == 200

    def test_signing_in_makes_a_new_token_and_kills_the_old(self, desk: Desk) -> None:
        """A34: what was in the cookie before is worth nothing after."""
        browser = desk.browser("reviewer")
        old = browser.client.get_cookie("mend-desk")
        assert old
        old_form_token = browser.token("/account")
        browser.sign_in("reviewer@clinic.example")
        new = browser.client.get_cookie("mend-desk")
        assert new
        assert new.value != old.value
        thief = desk.browser()
        thief.client.set_cookie("mend-desk", old.value)
        assert thief.get("/").status_code == 302
        stale = {"csrf_token": old_form_token}
        assert browser.client.post("/sign-out", data=stale).status_code == 400

    def test_a_cookie_planted_before_is_worth_nothing_after(self, desk: Desk) -> None:
        victim = desk.browser()
        victim.client.set_cookie("mend-desk", "planted")
        victim.sign_in("reviewer@clinic.example")
        thief = desk.browser()
        thief.client.set_cookie("mend-desk", "planted")
        assert thief.get("/").status_code == 302

    def test_signing_out_kills_the_session_itself(self, desk: Desk) -> None:
        """A35: not only the cookie is gone."""
        browser = desk.browser("reviewer")
        cookie = browser.client.get_cookie("mend-desk")
        assert cookie
        assert browser.post("/sign-out").status_code == 303
        assert browser.client.get_cookie("mend-desk") is None
        browser.client.set_cookie("mend-desk", cookie.value)
        assert browser.get("/").status_code == 302

    def test_signing_out_everywhere(self, desk: Desk) -> None:
        here, there = desk.browser("reviewer"), desk.browser("reviewer")
        other = desk.browser("admin")
        assert here.post("/sign-out-everywhere").status_code == 303
        assert there.get("/").status_code == 302
        assert other.get("/").status_code == 200

    def test_idle_and_absolute_end(self, desk: Desk, clock: Clock) -> None:
        """A36: half an hour without a click, and twelve hours in any case."""
        idle, busy = desk.browser("reviewer"), desk.browser("reviewer")
        clock.forward(minutes=29)
        assert busy.get("/").status_code == 200
        clock.forward(minutes=2)
        assert idle.get("/").status_code == 302
        for _ in range(28):
            assert busy.get("/").status_code == 200
            clock.forward(minutes=25)
        assert busy.get("/").status_code == 302  # twelve hours are over

    def test_a_queue_that_reloads_itself_keeps_nobody_signed_in(
        self, desk: Desk, clock: Clock
    ) -> None:
        browser = desk.browser("reviewer")
        for _ in range(29):
            clock.forward(minutes=1)
            assert browser.get("/?view=open&auto=1").status_code == 200
        clock.forward(minutes=2)
        assert browser.get("/?view=open&auto=1").status_code == 302


class TestForgery:
    def test_every_form_needs_its_token(self, desk: Desk) -> None:
        """A32: no token, a made-up one, one of another session."""
        reference = desk.case()
        for (method, rule), role in ROUTES.items():
            if method != "POST":
                continue
            browser = desk.browser(None if role == "public" else "admin")
            path = path_of(rule, reference)
            other = desk.browser("admin").token("/account")
            for data in ({}, {"csrf_token": "made-up"}, {"csrf_token": other}):
                assert browser.client.post(path, data=data).status_code == 400, path
        assert desk.stored(reference).escalation.version == 1

    @pytest.mark.parametrize("site", ["cross-site", "same-site"])
    def test_other_sites_are_refused_even_with_a_token(
        self, desk: Desk, site: str
    ) -> None:
        browser = desk.browser("reviewer")
        answer = browser.post("/sign-out", headers={"Sec-Fetch-Site": site})
        assert answer.status_code == 403
        assert browser.get("/").status_code == 200

    def test_looking_never_changes_a_case(self, desk: Desk) -> None:
        reference = desk.case()
        browser = desk.browser("admin")
        for method, rule in ROUTES:
            if method == "POST":
                path = path_of(rule, reference)
                assert browser.get(f"{path}?to=in_review&version=1").status_code in (
                    200,
                    302,
                    303,
                    404,
                    405,
                )
        assert desk.stored(reference).escalation.version == 1

    @pytest.mark.parametrize("host", ["evil.example", "desk.clinic.example.evil"])
    def test_other_host_names_are_refused(self, desk: Desk, host: str) -> None:
        answer = desk.browser().get("/sign-in", headers={"Host": host})
        assert answer.status_code == 400
        assert "evil" not in answer.text


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "evil",
        "",
        None,
    ],
)
def test_redirects_stay_at_home(desk: Desk, target: str | None) -> None:
    """A39: an open redirect after signing in."""
    with desk.app.test_request_context():
        assert safe_next(target) == "/"


@pytest.mark.parametrize("target", ["/", "/cases/ABC234", "/?view=mine&page=2"])
def test_redirects_inside(desk: Desk, target: str) -> None:
    with desk.app.test_request_context():
        assert safe_next(target) == target


def test_signed_in_people_are_not_sent_elsewhere(desk: Desk) -> None:
    answer = desk.browser("reviewer").get("/sign-in?next=//evil.example")
    assert (answer.status_code, answer.location) == (302, "/")


class TestJoining:
    def first_link(self, desk: Desk) -> str:
        with desk.db.transaction() as s:
            person = s.get(staff.StaffUser, desk.people["admin"])
            person.role = "reviewer"  # so that there is no admin
            token = staff.first_admin_token(s, desk.clock())
        return f"/first-admin/{token}"

    def test_the_first_admin_comes_in_and_the_link_dies(self, desk: Desk) -> None:
        link, browser = self.first_link(desk), desk.browser()
        assert "Your e-mail address" in browser.get(link).text
        data = {
            "name": "Ada",
            "email": "ada@clinic.example",
            "password": "four calm brown horses",
        }
        answer = browser.post(link, data)
        assert (answer.status_code, answer.location) == (303, "/sign-in/set-up?next=/")
        assert browser.get("/people").status_code == 302  # not before the second step
        browser.set_up_second_factor()
        assert browser.get("/people").status_code == 200
        assert desk.browser().get(link).status_code == 404
        assert desk.browser().post(link, data).status_code == 404

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ({"password": "short"}, "at least 12"),
            ({"password": "password1234"}, "first that anybody"),
            ({"password": "Riverside Physiotherapy"}, "your name"),
            ({"password": "x" * 201}, "200"),
            ({"name": ""}, "name"),
            ({"email": "nonsense"}, "e-mail address"),
            ({"email": "manager@clinic.example"}, "nobody else uses"),
        ],
    )
    def test_what_is_wrong_is_said_and_the_link_lives(
        self, desk: Desk, change: dict[str, str], says: str
    ) -> None:
        link, browser = self.first_link(desk), desk.browser()
        good = {
            "name": "Ada",
            "email": "ada@clinic.example",
            "password": "four calm brown horses",
        }
        answer = browser.post(link, {**good, **change})
        assert answer.status_code == 422
        assert says in answer.text
        assert "four calm" not in answer.text  # a password is never sent back
        assert browser.post(link, good).status_code == 303

    def test_nobody_makes_themselves_an_admin(self, desk: Desk) -> None:
        with desk.db.transaction() as s:
            token = staff.invite(
                s, "kim@clinic.example", "Kim", "reviewer", desk.clock()
            )
        browser = desk.browser()
        data = {
            "name": "Kim",
            "password": "four calm brown horses",
            "role": "admin",
            "email": "admin2@clinic.example",
            "active": "1",
            "id": "1",
        }
        assert browser.post(f"/welcome/{token}", data).status_code == 303
        assert browser.get("/people").status_code == 403
        assert "kim@clinic.example" in browser.get("/account").text

    def test_a_link_dies_after_a_day(self, desk: Desk, clock: Clock) -> None:
        link = self.first_link(desk)
        clock.forward(hours=24)
        assert desk.browser().get(link).status_code == 404
