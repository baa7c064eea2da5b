"""The queue and the case in a browser: axe-core in every state, the small script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk_running import RunningDesk, running_desk
from tests.browser.helpers import fits, violations

PHONE = {"viewport": {"width": 390, "height": 844}}
DARK = {"color_scheme": "dark"}
LOOKS = pytest.mark.parametrize(
    "look", [{}, PHONE, DARK], ids=["light", "phone", "dark"]
)

Open = Callable[..., Page]


@LOOKS
def test_queue(open_desk: Open, desk: RunningDesk, look: dict[str, object]) -> None:
    page = open_desk("/?kind=red_flag", **look)
    expect(page.get_by_role("link", name=desk.cases["emergency"])).to_be_visible()
    assert violations(page) == []
    assert fits(page)
    for view in ("waiting", "closed"):
        page.goto(f"{desk.url}/?view={view}")
        assert violations(page) == [], view
        assert fits(page)


def test_empty_queue(open_desk: Open, tmp_path_factory: pytest.TempPathFactory) -> None:
    with running_desk(tmp_path_factory.mktemp("empty"), filled=False) as empty:
        page = open_desk("/", on=empty)
        expect(page.get_by_text("Nobody is waiting.")).to_be_visible()
        assert violations(page) == []
        page.context.close()


@LOOKS
def test_case_with_everything_open(
    open_desk: Open, desk: RunningDesk, look: dict[str, object]
) -> None:
    page = open_desk(f"/cases/{desk.cases['consultation']}", **look)
    expect(page.get_by_text("Ana Oyelaran")).to_have_count(0)
    page.get_by_role("button", name="Show name and number").click()
    call = page.get_by_role("link", name="+442079460321")
    expect(call).to_have_attribute("href", "tel:+442079460321")
    for part in page.locator("summary").all():
        part.click()
    expect(page.get_by_label("Insurance")).to_be_visible()
    assert violations(page) == []
    assert fits(page)


@LOOKS
def test_red_flag_case(
    open_desk: Open, desk: RunningDesk, look: dict[str, object]
) -> None:
    page = open_desk(f"/cases/{desk.cases['flag']}", **look)
    expect(page.locator("mark").first).to_be_visible()
    assert violations(page) == []
    assert fits(page)


@LOOKS
def test_search(open_desk: Open, look: dict[str, object]) -> None:
    page = open_desk("/search", **look)
    page.get_by_label("Reference, name, phone").fill("knee")
    page.get_by_label("Reference, name, phone").press("Enter")
    expect(page.get_by_text("1 case found")).to_be_visible()
    assert "knee" not in page.url
    assert violations(page) == []
    assert fits(page)
    page.get_by_label("Reference, name, phone").fill("%")
    page.get_by_label("Reference, name, phone").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("two letters")
    assert violations(page) == []


@LOOKS
def test_conflict_keeps_the_note(
    open_desk: Open, desk: RunningDesk, look: dict[str, object]
) -> None:
    page = open_desk(f"/cases/{desk.cases['complaint']}", **look)
    other = open_desk(f"/cases/{desk.cases['complaint']}", "admin")
    other.get_by_label("Add a note").fill("I ring them")
    other.get_by_role("button", name="Add note").click()
    expect(other.locator(".notes")).to_contain_text("I ring them")
    page.get_by_label("Add a note").fill("My long note")
    page.get_by_role("button", name="Add note").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A colleague was quicker")
    expect(page.get_by_label("Your note")).to_have_value("My long note")
    assert violations(page) == []
    assert fits(page)


def test_one_minute_from_the_queue_to_closed_by_keyboard(
    open_desk: Open, desk: RunningDesk
) -> None:
    reference = desk.desk.case("Please ring me", why="The visitor asked for a person.")
    page = open_desk("/?view=unassigned", "reviewer")
    page.get_by_role("link", name=reference).focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Take this case").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Mark as contacted").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Note for colleagues").fill("Comes on Monday")
    page.get_by_label("How did it end?").select_option("Consultation booked")
    page.get_by_role("button", name="Close case").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".meta")).to_contain_text("Closed: Consultation booked")
    expect(page.locator(".notes")).to_contain_text("Comes on Monday")


def test_a_new_urgent_case_appears_and_is_announced(
    open_desk: Open, desk: RunningDesk
) -> None:
    page = open_desk("/?view=mine", "admin")
    page.clock.install()
    page.reload()
    before = page.title()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    news = page.get_by_role("status")
    expect(news).to_have_text("")
    desk.desk.clock.forward(seconds=1)
    reference = desk.desk.case(
        "My calf is hot", "red_flag", "same_day", why="A clot.", words=["calf"]
    )
    page.clock.fast_forward(26_000)
    expect(news).to_contain_text(f"New: Today. Possible warning sign, {reference}.")
    assert page.title() != before
    assert violations(page) == []
    # It says that nobody is at the keyboard: the session ends as if it had not asked.
    assert [url for url in asked if "auto=1" in url]
    link = news.get_by_role("link")
    expect(link).to_have_attribute("href", f"/cases/{reference}")
    # Once: the next look says nothing new, and the tabs have the new count.
    page.clock.fast_forward(26_000)
    expect(page.locator("#now-tabs")).to_contain_text("All open")
    expect(news.get_by_role("link")).to_have_count(1)


def test_focus_stays_on_its_link_when_the_list_is_swapped(
    open_desk: Open, desk: RunningDesk
) -> None:
    page = open_desk("/", "reviewer")
    page.clock.install()
    page.reload()
    link = page.get_by_role("link", name=desk.cases["misses"])
    link.focus()
    desk.desk.clock.forward(minutes=2)
    with page.expect_response(lambda answer: "auto=1" in answer.url):
        page.clock.fast_forward(26_000)
    expect(page.locator("#now-list")).to_contain_text("57 minutes")
    expect(link).to_be_focused()


def test_being_signed_out_is_said(open_desk: Open) -> None:
    page = open_desk("/", "reviewer")
    page.clock.install()
    page.reload()
    page.context.clear_cookies()
    page.clock.fast_forward(26_000)
    expect(page.get_by_role("status")).to_contain_text("You are signed out")
    assert page.url.endswith("/")


def test_without_script_the_queue_reloads_itself(
    open_desk: Open,
) -> None:
    page = open_desk("/", "reviewer", java_script_enabled=False)
    again = page.locator('meta[http-equiv="refresh"]').get_attribute("content")
    assert again == "60; url=/?view=open&page=1&auto=1"


def test_on_paper_there_is_the_case_and_no_buttons(
    open_desk: Open, desk: RunningDesk
) -> None:
    page = open_desk(f"/cases/{desk.cases['flag']}")
    page.emulate_media(media="print")
    for gone in ("Take this case", "Add note", "Find", "Mark the chat as read"):
        expect(page.get_by_role("button", name=gone)).to_have_count(0)
    for words in ("A swollen, hot calf", "The whole chat", "What the visitor was told"):
        expect(page.get_by_text(words).first).to_be_visible()
