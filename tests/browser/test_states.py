"""Every state of the chat page, held against the checks that hold in all of them.

A state is reached once, then looked at in both colour themes, in forced colours, with
text of double size and on a narrow window. What is wrong is named by its check.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.helpers import say, violations

Open = Callable[..., Page]


def start(page: Page) -> None:
    expect(page.get_by_role("log")).to_be_visible()


def long_transcript(page: Page) -> None:
    for number in range(18):
        say(page, f"message number {number}")
    say(page, "What is scar tissue?")
    page.get_by_text("Where this comes from").click()
    say(page, "I cannot play tennis")


def not_helpful(page: Page) -> None:
    say(page, "What is scar tissue?")
    page.get_by_role("button", name="No, this was not helpful").click()


def when_to_get_help(page: Page) -> None:
    say(page, "How do I care for a scar?")
    expect(page.locator(".stop")).to_be_visible()


def waiting(page: Page) -> None:
    page.route("**/api/chat/messages", lambda route: None)
    page.get_by_label("Your message").fill("are you there")
    page.get_by_label("Your message").press("Enter")
    expect(page.locator("#status")).to_contain_text("Still working", timeout=6000)


def emergency(page: Page) -> None:
    say(page, "I have crushing chest pain")


def same_day(page: Page) -> None:
    say(page, "my calf is hot")


def not_sent(page: Page) -> None:
    say(page, "hello")
    page.context.set_offline(True)
    page.get_by_label("Your message").fill("kept words")
    page.get_by_label("Your message").press("Enter")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def session_ends(page: Page) -> None:
    page.clock.install()
    page.reload()
    say(page, "hello")
    page.clock.fast_forward("29:00")
    expect(page.get_by_role("button", name="Carry on")).to_be_visible()


def form(page: Page) -> None:
    page.get_by_role("button", name="Talk to a person").click()
    expect(page.get_by_role("button", name="Check and send")).to_be_visible()


def form_errors(page: Page) -> None:
    form(page)
    page.get_by_role("button", name="Check and send").click()
    expect(page.locator("#summary")).to_be_focused()


def review(page: Page) -> None:
    form(page)
    page.get_by_label("Your name").fill("Ann Lee")
    page.get_by_label("Phone number").fill("020 7946 0999")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Check and send").click()
    expect(page.get_by_role("heading", name="Is this right?")).to_be_focused()


def request_sent(page: Page) -> None:
    review(page)
    page.get_by_role("button", name="Send to the clinic").click()
    expect(page.get_by_role("heading", name="Your reference is")).to_be_focused()


def privacy(page: Page) -> None:
    page.get_by_role("button", name="Privacy").click()
    expect(page.get_by_role("button", name="Delete my chat")).to_be_visible()


def delete(page: Page) -> None:
    privacy(page)
    page.get_by_role("button", name="Delete my chat").click()
    expect(page.get_by_role("button", name="Yes, delete it")).to_be_focused()


STATES = [
    start,
    long_transcript,
    not_helpful,
    when_to_get_help,
    waiting,
    emergency,
    same_day,
    not_sent,
    session_ends,
    form,
    form_errors,
    review,
    request_sent,
    privacy,
    delete,
]

DOUBLE_AND_SPACED = """() => { const sheet = new CSSStyleSheet(); sheet.replaceSync(
    `html { font-size: 200% } * { line-height: 1.5 !important;
     letter-spacing: .12em !important; word-spacing: .16em !important }
     p { margin-bottom: 2em !important }`);
    document.adoptedStyleSheets = [sheet]; }"""
USUAL_TEXT = "() => { document.adoptedStyleSheets = []; }"
CUT = """() =>
    [...document.querySelectorAll("button, p, a, label, summary, h1, h2, h3")]
    .filter((e) => e.offsetParent && e.scrollWidth > e.clientWidth + 1
      && !e.classList.contains("away") && getComputedStyle(e).display !== "inline")
    .map((e) => e.textContent)"""
SMALL_TARGETS = """() => {
    const visible = (e) => e.checkVisibility({ visibilityProperty: true });
    const inText = (e) => e.tagName === "A" && e.closest(".bubble p, .page p, li");
    const small = (e, least) => { const r = e.getBoundingClientRect();
      return Math.min(r.width, r.height) < least; };
    return [...document.querySelectorAll("a, button, summary, input, textarea")]
      .filter((e) => visible(e) && e.type !== "hidden")
      .filter((e) => e.matches(".choices button, #composer button, .call, #person")
        ? small(e, 44) : small(e, 24) && !inText(e))
      .map((e) => e.outerHTML.slice(0, 90)); }"""
MOVING = """() => [...document.querySelectorAll("*")].filter((e) =>
    [null, "::before", "::after"].some((part) => {
      const s = getComputedStyle(e, part);
      return s.animationName !== "none" || parseFloat(s.transitionDuration) > 0;
    })).map((e) => e.outerHTML.slice(0, 90))"""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def places(page: Page) -> list[object]:
    person = page.get_by_role("button", name="Talk to a person")
    phone = page.locator("header").get_by_role("link", name="020 7946 0123")
    emergency = page.locator("header").get_by_role("link", name="999")
    return [one.bounding_box() for one in (person, phone, emergency)]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_checks_1_9_19_21_22_23_26(open_page: Open, state: Callable) -> None:
    page = open_page("/chat", 390, 800, reduced_motion="reduce")
    help_at_start = places(page)
    state(page)
    wrong = {
        "1 axe": violations(page),
        "9 small targets": page.evaluate(SMALL_TARGETS),
        "23 moves": page.evaluate(MOVING),
        "26 help has moved": [] if places(page) == help_at_start else places(page),
    }
    page.emulate_media(color_scheme="dark")
    wrong["19 contrast, dark"] = violations(page, colours_only=True)
    page.emulate_media(color_scheme="light", forced_colors="active")
    wrong["19 contrast, forced"] = violations(page, colours_only=True)
    wrong["19 bubbles without a border, forced"] = page.evaluate(
        """() => [...document.querySelectorAll(".bubble")].map((e) =>
        getComputedStyle(e).borderTopStyle).filter((style) => style === "none")"""
    )
    page.emulate_media(forced_colors="none")
    # 320 px wide is also a desktop window of 1280 x 1024 at 400 %: 320 x 256.
    for height in (640, 256):
        page.set_viewport_size({"width": 320, "height": height})
        wrong[f"21 sideways at 320 x {height}"] = page.evaluate(WIDER) or []
    page.set_viewport_size({"width": 640, "height": 900})
    page.evaluate(DOUBLE_AND_SPACED)
    wrong["22 cut"] = page.evaluate(CUT)
    wrong["22 sideways"] = page.evaluate(WIDER) or []
    page.evaluate(USUAL_TEXT)
    assert {check: found for check, found in wrong.items() if found} == {}


def test_check_20_urgency_is_told_in_words(open_page: Open) -> None:
    page = open_page("/chat", 390, 800)
    emergency(page)
    bubble = page.locator(".urgent.emergency")
    expect(bubble).to_contain_text("Emergency: act now")
    call = bubble.get_by_role("link", name="Call 999")
    expect(call).to_have_attribute("href", "tel:999")
    assert page.locator(".urgent ~ button, .urgent ~ .choices").count() == 0
    same_day(page)
    urgent = page.locator(".urgent.same_day")
    expect(urgent).to_contain_text("Get this checked today")
    expect(urgent.get_by_role("link", name="Call 111")).to_be_visible()


def test_check_21_the_message_box_can_be_reached(open_page: Open) -> None:
    page = open_page("/chat", 320, 256)
    say(page, "What is scar tissue?")
    box = page.get_by_label("Your message")
    box.scroll_into_view_if_needed()
    expect(box).to_be_in_viewport()


@pytest.mark.parametrize("height", [600, 700])
def test_only_the_transcript_scrolls(open_page: Open, height: int) -> None:
    """A header that scrolls away would take the phone numbers with it."""
    page = open_page("/chat", 440, height)
    for _ in range(3):
        say(page, "What is scar tissue?")
    assert page.evaluate("document.documentElement.scrollHeight") <= height


def test_what_screen_readers_meet_in_which_order(open_page: Open) -> None:
    page = open_page("/chat")
    say(page, "What is scar tissue?")
    tree = page.locator("body").aria_snapshot()
    expected = [
        'heading "Mend" [level=1]',
        'button "Talk to a person"',
        'link "999"',
        'link "020 7946 0123"',
        'button "Privacy"',
        "main",
        'log "Chat messages"',
        "Assistant said:",
        'list "Suggestions"',
        "You said:",
        "What is scar tissue?",
        "Assistant said:",
        "Scar tissue is the skin's own repair.",
        "Where this comes from",
        'button "Yes, this was helpful"',
        'textbox "Your message"',
        'button "Send"',
    ]
    at = 0
    for name in expected:
        found = tree.find(name, at)
        assert found >= 0, f"{name} does not come next in\n{tree[at:]}"
        at = found + len(name)


@pytest.mark.parametrize("path", ["/contact", "/"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_check_1_on_other_pages(open_page: Open, path: str, scheme: str) -> None:
    page = open_page(path, color_scheme=scheme)
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate(WIDER) == 0
