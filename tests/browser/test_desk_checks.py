"""Checks 28 and 29: signing in without puzzles, and tables that can be read out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk_running import RunningDesk

# Tables without a name, heading cells without a direction, sorted columns that do not
# say so.
UNREADABLE = """() => [...document.querySelectorAll("table")].flatMap((table) => [
    table.caption || table.getAttribute("aria-labelledby")
      || table.getAttribute("aria-label") ? "" : "no name: " + table.outerHTML,
    ...[...table.querySelectorAll("th")].map((th) => th.scope ? "" : th.outerHTML),
    ...[...table.querySelectorAll("th a[href*=sort]")].map((link) =>
      table.querySelector("[aria-sort]") ? "" : "sorted: " + link.outerHTML),
  ]).filter(Boolean).map((found) => found.slice(0, 120))"""


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page(permissions=["clipboard-read", "clipboard-write"])


def test_check_28_signing_in_asks_for_nothing_to_be_remembered_or_solved(
    desk: RunningDesk, page: Page
) -> None:
    page.goto(f"{desk.url}/")
    email, password = page.get_by_label("E-mail address"), page.get_by_label("Password")
    assert email.get_attribute("autocomplete") == "username"
    assert password.get_attribute("autocomplete") == "current-password"
    page.evaluate("navigator.clipboard.writeText('a long pass phrase')")
    password.focus()
    page.keyboard.press("Control+V")
    expect(password).to_have_value("a long pass phrase")
    assert page.locator("form input:not([type=hidden])").count() == 2
    assert page.locator("img, canvas, iframe").count() == 0


@pytest.mark.parametrize("path", ["/", "/people", "/audit", "/account", "/insight"])
def test_check_29_tables_have_names_and_headings(
    desk: RunningDesk, page: Page, path: str
) -> None:
    page.context.add_cookies([desk.cookie("admin")])
    answer = page.goto(desk.url + path)
    assert answer is not None
    assert answer.status == 200
    assert path == "/" or page.locator("table").count() > 0
    assert page.evaluate(UNREADABLE) == []
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    expect(skip).to_contain_text("Skip to")
    expect(skip).to_be_in_viewport()
