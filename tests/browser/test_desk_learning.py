"""Misunderstood messages and the figures in a browser: no script, phone, dark."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from mend.clinic import Clinic
from mend.desk.app import create_app
from mend.records import staff, staff_sessions
from mend.records.database import Database
from mend.records.feedback import record_feedback
from mend.settings import Settings
from tests.browser.helpers import violations
from tests.databases import fresh_database
from tests.records import making

PASSWORD = "hop skip and jump 42"
PAGES = (
    "/learning",
    "/learning/{message}",
    "/learning/proposals",
    "/learning/proposals?status=approved",
    "/insight",
    "/insight?last=90",
    "/insight/unanswered",
)


@dataclass
class Desk:
    """A desk that serves, with somebody of each role who is signed in."""

    url: str
    database: Database
    tokens: dict[str, str]
    message: int


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    var: Path = tmp_path_factory.mktemp("desk")
    now = datetime.now(timezone.utc)
    clinic = Clinic(name="Harbour Lane", phone="020 7946 0123", country="GB")
    with fresh_database(var) as database_url:
        settings = Settings(var=var, database_url=database_url, secret_key="s" * 64)
        database = Database.open(database_url)
        app = create_app(settings, clinic, database=database)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        tokens = {
            role: _signed_in(database, role, now) for role in ("reviewer", "manager")
        }
        message = _fill(database, now)
        url = f"http://localhost:{server.server_port}"
        yield Desk(url, database, tokens, message)
        server.shutdown()
        thread.join()
        database.dispose()


def _signed_in(database: Database, role: str, now: datetime) -> str:
    with database.transaction() as s:
        link = staff.invite(s, f"{role}@clinic.example", role.title(), role, now)
        number = staff.accept_invitation(s, link, PASSWORD, now)
        return staff_sessions.open_session(s, number, now)


def _fill(database: Database, now: datetime) -> int:
    """Have some chats, two of them misunderstood; return one such message."""
    earlier = now - timedelta(hours=2)
    shoes = making.turn(database, "do you sell shoes", making.refused(), now=earlier)
    clarify = replace(making.refused(), outcome="clarify")
    making.turn(database, "the scraping of Margaret", clarify, now=earlier)
    chat = making.new_conversation(database)
    making.turn(database, "how long", making.answered(), conversation=chat, now=earlier)
    with database.transaction() as s:
        record_feedback(s, chat, 3, False, None, earlier)
    making.turn(database, "chest pain", making.red_flag(), now=earlier)
    return int(shoes.id)


@pytest.fixture
def signed_in(new_page: Callable[..., Page], desk: Desk) -> Callable[..., Page]:
    def opened(role: str = "manager", **more: object) -> Page:
        cookie = {"name": "mend-desk", "value": desk.tokens[role], "url": desk.url}
        return new_page(cookie, **more)

    return opened


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_on_every_page(
    signed_in: Callable[..., Page], desk: Desk, scheme: str, width: int
) -> None:
    size = {"width": width, "height": 844}
    page = signed_in(viewport=size, color_scheme=scheme)
    for path in PAGES:
        page.goto(desk.url + path.format(message=desk.message))
        assert violations(page) == [], path
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, path
    page.goto(desk.url + "/insight")
    page.get_by_text("The same as a table").click()
    assert violations(page) == []


def test_two_people_teach_one_message_without_any_script(
    signed_in: Callable[..., Page], desk: Desk
) -> None:
    reviewer = signed_in("reviewer", java_script_enabled=False)
    reviewer.goto(desk.url + "/learning")
    reviewer.get_by_role("link", name="the scraping of Margaret").click()
    expect(reviewer.get_by_text("Is this a name: Margaret?")).to_be_visible()
    reviewer.get_by_label("Which answer").select_option(label="What is IASTM?")
    reviewer.get_by_label("Another answer").check()
    reviewer.get_by_label("What will be taught").fill("the scraping")
    reviewer.get_by_role("button", name="Propose").click()
    expect(reviewer.get_by_role("status")).to_contain_text("second person")
    expect(reviewer.get_by_text("the scraping of Margaret")).to_have_count(0)

    manager = signed_in("manager", java_script_enabled=False)
    manager.goto(desk.url + "/learning/proposals")
    manager.get_by_role("button", name="Approve “the scraping”").click()
    manager.get_by_role("link", name="Approved").click()
    expect(manager.get_by_role("heading", name="“the scraping”")).to_be_visible()
    expect(manager.get_by_text("What is IASTM?")).to_be_visible()


def test_a_problem_keeps_what_was_typed(
    signed_in: Callable[..., Page], desk: Desk
) -> None:
    page = signed_in("reviewer")
    page.goto(f"{desk.url}/learning/{desk.message}")
    page.get_by_label("A new topic that we should answer").check()
    page.get_by_label("What will be taught").fill("ring 07700 900123 about shoes")
    page.get_by_label("Short name").fill("Shoes")
    page.get_by_role("button", name="Propose").click()
    expect(page.get_by_role("alert")).to_contain_text("still a name, a number")
    expect(page.get_by_label("Short name")).to_have_value("Shoes")
    expect(page.get_by_label("A new topic that we should answer")).to_be_checked()
    assert violations(page) == []


def test_figures_of_a_chart_stand_in_its_table(
    signed_in: Callable[..., Page], desk: Desk
) -> None:
    page = signed_in()
    page.goto(desk.url + "/insight?last=7")
    page.get_by_text("The same as a table").click()
    table = page.get_by_role("table", name="Conversations and messages per day")
    last = table.get_by_role("row").last
    expect(last).to_contain_text("Together")
    figures = [int(n) for n in last.get_by_role("cell").all_inner_texts()]
    drawn = page.locator("figure.chart").nth(1).locator("rect")
    assert figures == [4, 1, 0, 1, 1, 1]
    assert drawn.count() == 4  # one block for each kind that occurred
