"""The one-line widget on a clinic's page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.helpers import violations

Open = Callable[..., Page]


def chat(page: Page) -> FrameLocator:
    return page.frame_locator("iframe[title=Chat]")


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_keyboard_open_talk_escape(open_page: Open, key: str) -> None:
    page = open_page("/")
    button = page.get_by_role("button", name="Open chat")
    expect(button).to_have_attribute("aria-expanded", "false")
    button.focus()
    page.keyboard.press(key)
    dialog = page.get_by_role("dialog", name="Chat")
    expect(dialog).to_be_visible()
    expect(dialog).to_have_attribute("aria-modal", "false")
    box = chat(page).get_by_label("Your message")
    expect(box).to_be_focused()
    page.keyboard.type("hello there")
    page.keyboard.press("Enter")
    expect(chat(page).get_by_role("log")).to_contain_text("Echo: hello there")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Open chat")).to_be_focused()
    page.keyboard.press(key)
    expect(chat(page).get_by_role("log")).to_contain_text("Echo: hello there")
    expect(box).to_be_focused()


def test_nothing_opens_by_itself(open_page: Open) -> None:
    page = open_page("/")
    page.wait_for_timeout(500)
    assert page.locator("iframe").count() == 0
    assert page.evaluate("document.activeElement === document.body")
    assert page.context.cookies() == []


def test_tab_leaves_the_chat_and_comes_back(open_page: Open) -> None:
    page = open_page("/", 1900)  # so wide that the chat covers nothing
    page.get_by_role("button", name="Open chat").click()
    expect(chat(page).get_by_label("Your message")).to_be_focused()
    where = "document.activeElement.id || document.activeElement.tagName"
    inside, outside = False, False
    for _ in range(40):
        page.keyboard.press("Tab")
        focus = page.evaluate(where)
        inner = page.evaluate(
            "(document.querySelector('#mend-chat').shadowRoot.activeElement || {})"
            ".tagName"
        )
        if focus == "mend-chat" and inner == "IFRAME":
            if outside:
                inside = True
                break
        else:
            outside = True
    assert outside, "focus never left the chat"
    assert inside, "focus never came back"


def test_focus_on_the_page_is_never_covered(open_page: Open) -> None:
    page = open_page("/", 800, 600)
    page.get_by_role("button", name="Open chat").click()
    expect(chat(page).get_by_label("Your message")).to_be_focused()
    for link in page.locator("body > :not(#mend-chat) a:visible").all():
        link.focus()
        page.wait_for_timeout(60)
        covered = link.evaluate(
            """e => { const r = e.getBoundingClientRect();
            const [x, y] = [r.x + r.width / 2, r.y + r.height / 2];
            const top = document.elementFromPoint(x, y);
            return !(top && (e.contains(top) || top.contains(e))); }"""
        )
        assert not covered, link.inner_text()


def test_phone_has_the_whole_screen_and_a_close_button(open_page: Open) -> None:
    page = open_page("/", 390, 800)
    page.get_by_role("button", name="Open chat").click()
    expect(chat(page).get_by_label("Your message")).to_be_focused()
    box = page.get_by_role("dialog", name="Chat").bounding_box()
    assert (box["width"], box["height"]) == (390, 800)
    chat(page).get_by_role("button", name="Close chat").click()
    expect(page.get_by_role("button", name="Open chat")).to_be_focused()


def test_axe_closed_and_open(open_page: Open) -> None:
    page = open_page("/")
    assert violations(page) == [], "closed"
    page.get_by_role("button", name="Open chat").click()
    expect(chat(page).get_by_label("Your message")).to_be_focused()
    assert violations(page) == [], "open"


def test_launcher_is_large(open_page: Open) -> None:
    page = open_page("/", 390, 800)
    assert page.get_by_role("button", name="Open chat").bounding_box()["height"] >= 44
