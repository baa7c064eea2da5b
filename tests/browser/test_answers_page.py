"""The page of all answers in a browser: accessible, fits a phone, prints."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.helpers import violations

Open = Callable[..., Page]


def test_it_is_accessible_and_fits_a_phone(open_page: Open) -> None:
    page = open_page("/answers", width=320, height=640)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_links_lead_to_the_answer(open_page: Open) -> None:
    page = open_page("/answers", height=300)
    page.get_by_role("link", name="Warning signs").click()
    expect(page.get_by_role("heading", name="Warning signs")).to_be_in_viewport()
    page.goto(page.url.split("#")[0] + "#healing.time")
    heading = page.get_by_role("heading", name="How long does healing take?")
    expect(heading).to_be_in_viewport()


def test_on_paper_there_is_room_to_sign_and_no_list_of_links(open_page: Open) -> None:
    page = open_page("/answers")
    expect(page.locator(".sign").first).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator(".sign").first).to_be_visible()
    expect(page.get_by_role("navigation", name="Groups")).to_be_hidden()
