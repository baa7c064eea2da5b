"""Abuse of the desk, by the numbers of the list of abuse cases.

Those that belong to one page are tested beside it: A29 spreadsheets, A33 frames (also
in a browser), A38 second factor, A39 redirects, A42 search and pages, A44 erasing; A31
notes, beside the chat.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from flask import Flask
from sqlalchemy import select, update
from structlog.testing import capture_logs

from mend.records import audit, case_work, erasure, staff
from mend.records.database import Database
from mend.records.escalations import ContactDetails
from mend.records.tables import (
    Conversation,
    Escalation,
    Feedback,
    Message,
    Note,
    StaffUser,
)

from .conftest import PASSWORD, Clock, Desk
from .test_access import ROUTES, path_of

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    '"><script>alert(1)</script>',
    "' autofocus onfocus=alert(1) x='",
    "{{7*7}}{% raise %}",
    "[click](javascript:alert(1))",
    "javascript:alert(1)",
    "<a href=javascript:alert(1)>x</a>",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "<!--<style>*{display:none}</style>",
]
HARMLESS_SCRIPTS = re.compile(r"^/static/[a-z]+\.js\?v=[0-9a-f]+$")


class Dangers(HTMLParser):
    """Collects what would run or load if a browser showed the page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script" and not HARMLESS_SCRIPTS.match(given.get("src") or ""):
            self.found.append("script")
        if tag in ("iframe", "object", "embed", "base", "style", "img"):
            self.found.append(tag)
        for name, value in given.items():
            if name.startswith("on") or name == "style":
                self.found.append(f"{tag} {name}")
            leads = name in ("href", "src", "action", "formaction", "data", "content")
            target = (value or "").strip().lower()
            if leads and target.startswith(("javascript:", "data:")):
                self.found.append(f"{tag} {name}={value}")


def dangers(page: str) -> list[str]:
    reader = Dangers()
    reader.feed(page)
    reader.close()
    return reader.found


def test_the_detector_detects() -> None:
    assert all(
        dangers(payload)
        for payload in PAYLOADS
        if payload.startswith("<") and "<!--" not in payload
    )


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a28_stored_scripts_are_inert_everywhere(desk: Desk, payload: str) -> None:
    """A28: in message, name, note, tag, intent, comment, user agent, sender id."""
    contact = ContactDetails(payload, payload, payload, payload, payload, payload)
    references = [
        desk.case(payload, contact=contact),
        desk.case(payload, why=payload, words=[payload], intent=payload, model=payload),
    ]
    with desk.db.transaction() as s:
        s.execute(update(StaffUser).values(name=payload))
        chats = s.execute(select(Conversation)).scalars().all()
        for chat in chats:
            chat.sender_id = f"{payload}{chat.id}"[:64]
        for answer in s.execute(select(Message)).scalars().all():
            answer.choice = payload
            s.add(
                Feedback(
                    conversation_id=answer.conversation_id,
                    message_id=answer.id,
                    helpful=False,
                    comment=payload,
                    created_at=desk.clock(),
                )
            )
        for case in s.execute(select(Escalation)).scalars().all():
            case_work.set_tags(
                s,
                case.reference,
                tags=[payload[:40]],
                version=case.version,
                staff_id=1,
                now=desk.clock(),
            )
            s.add(
                Note(
                    escalation_id=case.id,
                    staff_id=1,
                    text=payload,
                    created_at=desk.clock(),
                )
            )
    browser = desk.browser()
    agent = {"User-Agent": payload, "Referer": payload}
    browser.sign_in("manager@clinic.example", headers=agent)
    admin = desk.browser("admin")
    first = references[0]
    pages = [browser.get(path).text for path in ("/", "/?view=closed", "/account")]
    pages += [browser.get(f"/cases/{reference}").text for reference in references]
    pages += [
        browser.post(f"/cases/{first}/contact").text,
        browser.get(f"/cases/{first}/erase").text,
        browser.post(f"/cases/{first}/erase", {"reference": payload}).text,
        browser.post("/search", {"text": payload}).text,
        browser.get("/learning").text,
        browser.get("/insight").text,
        browser.get("/audit").text,
        browser.get("/audit", query_string={"who": payload, "did": payload}).text,
        browser.get("/sign-in", query_string={"next": payload}).text,
        admin.get("/people").text,
        admin.post("/people", dict.fromkeys(("name", "email", "role"), payload)).text,
        admin.get(f"/welcome/{payload}").text,
        admin.get("/" + payload.replace("/", "")).text,
    ]
    for page in pages:
        assert "<h1" in page
        assert dangers(page) == []
        assert "49" not in re.findall(r">\s*(49)\s*<", page)


def test_a30_ids_that_are_not_there_or_not_ones_own(desk: Desk) -> None:
    """A30: guessing a case, a person or somebody else's session."""
    desk.case()
    admin = desk.browser("admin")
    for (method, rule), role in ROUTES.items():
        if "<reference>" not in rule or role == "public":
            continue
        answer = (
            admin.get(path_of(rule, "ZZZZZZ"))
            if method == "GET"
            else admin.post(
                path_of(rule, "ZZZZZZ"),
                {
                    "version": 1,
                    "to": "me",
                    "text": "x",
                    "reference": "ZZZZZZ",
                    "until": "hour",
                    "file": "csv",
                },
            )
        )
        assert answer.status_code in (400, 404, 422), (method, rule)
        if method == "GET":
            assert answer.status_code == 404, rule


class TestA32:
    """A32: what other sites make a browser send."""

    def test_nothing_that_is_looked_at_changes_anything(self, desk: Desk) -> None:
        reference = desk.case()
        admin = desk.browser("admin")
        before = desk.audit()
        for (method, rule), role in ROUTES.items():
            if method == "GET" and role != "public":
                admin.get(path_of(rule, reference))
        after = [row for row in desk.audit() if row not in before]
        assert {action for _, action, _ in after} == {"case.viewed"}

    @pytest.mark.parametrize("site", ["cross-site", "same-site"])
    def test_the_browser_says_where_it_comes_from(self, desk: Desk, site: str) -> None:
        reference = desk.case()
        admin = desk.browser("admin")
        for (method, rule), _ in ROUTES.items():
            if method == "POST":
                answer = admin.post(
                    path_of(rule, reference), headers={"Sec-Fetch-Site": site}
                )
                assert answer.status_code == 403, rule


class TestA37:
    """A37: guessing passwords; the lock must not become a weapon."""

    def test_the_only_admin_is_never_shut_out_for_ever(
        self, desk: Desk, clock: Clock
    ) -> None:
        guesser, admin = desk.browser(), desk.browser()
        elsewhere = {"REMOTE_ADDR": "198.51.100.7"}
        for _ in range(40):
            guesser.sign_in("admin@clinic.example", "no", environ_base=elsewhere)
        # From the clinic's own address, at once:
        assert admin.sign_in("admin@clinic.example").status_code == 303
        clock.forward(minutes=16)
        # From the guesser's too, when they leave off.
        answer = guesser.sign_in("admin@clinic.example", environ_base=elsewhere)
        assert answer.status_code == 303

    def test_known_and_unknown_people_are_locked_alike(self, desk: Desk) -> None:
        def answers(email: str) -> list[tuple[int, str]]:
            browser = desk.browser()
            there = {"REMOTE_ADDR": f"198.51.100.{len(email)}"}
            given = [browser.sign_in(email, "no", environ_base=there) for _ in range(6)]
            return [
                (one.status_code, re.sub(r'value="[^"]*"', "", one.text))
                for one in given
            ]

        assert answers("reviewer@clinic.example") == answers("nobody@clinic.example")


class TestA40:
    """A40: fields that a form does not have are not looked at."""

    def test_of_a_case(self, desk: Desk) -> None:
        reference = desk.case()
        desk.browser("reviewer").post(
            f"/cases/{reference}/status",
            {
                "version": 1,
                "to": "in_review",
                "assignee_id": 3,
                "assignee": 3,
                "urgency": "emergency",
                "reference": "AAAAAA",
                "staff_id": 3,
                "outcome": "booked",
                "created_at": "2020-01-01",
            },
        )
        case = desk.stored(reference).escalation
        assert (case.assignee_id, case.urgency, case.outcome) == (1, "routine", None)
        assert case.reference == reference

    def test_of_oneself(self, desk: Desk) -> None:
        browser = desk.browser("reviewer")
        for path, data in (
            ("/account/password", {"password": PASSWORD, "new": "four calm horses 4"}),
            ("/account/second-factor", {"password": "four calm horses 4"}),
        ):
            more = {"role": "admin", "staff_id": "3", "id": "3", "active": "0"}
            assert browser.post(path, {**data, **more}).status_code == 303
        assert browser.get("/people").status_code == 403
        with desk.db.reading() as s:
            people = {p.name: (p.role, p.active) for p in staff.people(s)}
            admin = s.get(StaffUser, desk.people["admin"])
        assert people["Reviewer"] == ("reviewer", True)
        assert admin.totp_pending is None


class TestA43:
    """A43: who did what is written down, and stays so."""

    def test_each_of_these_leaves_a_row(self, desk: Desk) -> None:
        contact = ContactDetails("Ana", "+44 20 7946 0999", None, None, None, "1")
        reference = desk.case(contact=contact)
        manager, admin = desk.browser("manager"), desk.browser("admin")
        manager.get(f"/cases/{reference}")
        manager.post(f"/cases/{reference}/contact")
        manager.post(f"/cases/{reference}/export", {"file": "json"})
        manager.post(f"/cases/{reference}/erase", {"reference": reference})
        path = f"/people/{desk.people['reviewer']}"
        admin.post(f"{path}/disable")
        admin.post(f"{path}/enable")
        admin.post(f"{path}/link")
        admin.post(f"{path}/second-factor/reset")
        data = {"name": "Kim", "email": "kim@clinic.example", "role": "admin"}
        admin.post("/people", data)
        done = {(actor, action) for actor, action, _ in desk.audit()}
        assert {
            ("staff:2", "case.viewed"),
            ("staff:2", "case.contact_shown"),
            ("staff:2", "cases.exported"),
            ("staff:2", "conversation.erased"),
            ("staff:3", "staff.disabled"),
            ("staff:3", "staff.enabled"),
            ("staff:3", "staff.invited"),
            ("staff:3", "staff.second_factor_reset"),
        } <= done

    def test_no_route_changes_a_row(self, desk: Desk) -> None:
        reference = desk.case()
        desk.browser("reviewer").get(f"/cases/{reference}")
        with desk.db.reading() as s:
            before = [row.hash for row in audit.rows(s, per_page=10**6)][::-1]
        admin = desk.browser("admin")
        for (method, rule), _ in ROUTES.items():
            if method == "POST" and rule != "/sign-out":
                admin.post(path_of(rule, reference), {"seq": 1, "reference": reference})
        with desk.db.reading() as s:
            after = [row.hash for row in audit.rows(s, per_page=10**6)][::-1]
            assert after[: len(before)] == before
            assert audit.verify(s).intact

    def test_rows_hold_neither_names_nor_words(self, desk: Desk) -> None:
        contact = ContactDetails("Zephyrine", "+44 20 7946 0999", None, None, None, "1")
        reference = desk.case("quokkawobble", contact=contact)
        with desk.db.transaction() as s:
            chat = s.execute(select(Conversation)).scalar_one()
            erasure.erase(s, chat, desk.clock(), by="staff:2")
        desk.browser("manager").get(f"/cases/{reference}")
        with desk.db.reading() as s:
            rows = repr([(r.details, r.object) for r in audit.rows(s, per_page=10**6)])
        for word in ("Zephyrine", "quokkawobble", "7946", "@"):
            assert word not in rows


class TestA46:
    """A46: an error tells nothing about the inside."""

    def test_on_no_page_and_in_no_log(
        self,
        desk: Desk,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        reference = desk.case()
        admin = desk.browser("admin")
        token = admin.token("/account")
        inside = "SELECT secret FROM /srv/clinic.db"

        def fail(*_: object, **__: object) -> None:
            raise RuntimeError(inside)

        # After the sessions were looked up, which each page does first.
        views = dict(desk.app.view_functions)
        for endpoint, view in views.items():
            if endpoint == "static":
                continue
            monkeypatch.setitem(desk.app.view_functions, endpoint, _wrapped(fail, view))
        caplog.set_level(logging.DEBUG)
        with capture_logs() as logs:
            for (method, rule), _ in ROUTES.items():
                if rule.startswith("/static"):
                    continue
                path = path_of(rule, reference)
                answer = (
                    admin.client.get(path)
                    if method == "GET"
                    else admin.client.post(path, data={"csrf_token": token})
                )
                assert answer.status_code == 500, rule
                for word in ("RuntimeError", "SELECT", "Traceback", "/srv", "werkzeug"):
                    assert word.lower() not in answer.text.lower(), rule
                number = re.search(r"<code>([0-9a-f]{8})</code>", answer.text)
                assert number
                assert number[1] in str(logs)
        assert "SELECT" not in str(logs) + caplog.text


def _wrapped(fail: Callable[..., None], view: object) -> Callable[..., None]:
    def broken(**_: object) -> None:
        fail()

    broken.allowed_role = view.allowed_role  # type: ignore[attr-defined]
    return broken


def test_a46_the_server_does_not_say_what_it_is(
    make_app: Callable[..., tuple[Flask, Database]], clock: Clock
) -> None:
    """A46: no version in the headers."""
    desk = Desk(*make_app(), clock)
    for path in ("/", "/nowhere", "/sign-in"):
        headers = desk.browser("admin").get(path).headers
        assert "Server" not in headers
        assert "X-Powered-By" not in headers
