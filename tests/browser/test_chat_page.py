"""The chat page in a browser: what a visitor sees, by mouse, keyboard and reader."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.helpers import say, violations
from tests.chat.doubles import StandInRasa
from tests.chat.running import Running

Open = Callable[..., Page]


def test_conversation_quick_reply_and_reload(open_page: Open) -> None:
    page = open_page("/chat")
    say(page, "What is scar tissue?")
    log = page.get_by_role("log")
    expect(log).to_contain_text("the skin's own repair")
    button = log.get_by_role("button", name="How long does healing take?").last
    button.click()
    expect(log).to_contain_text("Weeks to months.")
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-disabled", "true")
    shown = page.locator(".bubble").all_inner_texts()
    page.reload()
    expect(page.locator(".bubble")).to_have_count(len(shown))
    assert page.locator(".bubble").all_inner_texts() == shown


def test_a_topic_of_the_greeting_is_a_choice(
    open_page: Open, rasa: StandInRasa
) -> None:
    page = open_page("/chat")
    say(page, "hello")
    page.locator("#greeting").get_by_role("button", name="How long").click()
    expect(page.get_by_role("log")).to_contain_text("Weeks to months.")
    assert rasa.asked()[-1]["metadata"]["choice"] == "faq/healing.time"
    page = open_page("/chat")  # now as the first thing
    page.locator("#greeting").get_by_role("button", name="How long").click()
    expect(page.get_by_role("log")).to_contain_text("Weeks to months.")
    assert rasa.asked()[-1]["metadata"]["choice"] == "faq/healing.time"


def test_sources_fold_out(open_page: Open) -> None:
    page = open_page("/chat")
    say(page, "What is scar tissue?")
    page.get_by_text("Where this comes from").click()
    link = page.get_by_role("link", name="Scars reviewed")
    expect(link).to_have_attribute("href", "https://example.org/review")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(page.locator(".sources")).to_contain_text("few small trials")


def test_log_is_polite_named_and_grows_by_one_item(open_page: Open) -> None:
    page = open_page("/chat")
    log = page.get_by_role("log")
    expect(log).to_have_count(1)
    assert log.get_attribute("aria-label") == "Chat messages"
    assert log.get_attribute("tabindex") == "0"
    assert log.get_attribute("aria-atomic") is None
    box = page.get_by_label("Your message")
    say(page, "hello")
    expect(box).to_be_focused()
    items = page.locator("#messages > li")
    expect(items).to_have_count(3)  # greeting, mine, answer
    assert items.nth(2).inner_text().strip().endswith("Echo: hello")
    assert log.locator("[role=status], [role=alert]").count() == 0


def test_slow_answer_says_so(open_page: Open, rasa: StandInRasa) -> None:
    page = open_page("/chat")
    rasa.delay_s = 3.6
    try:
        page.get_by_label("Your message").fill("slow")
        page.get_by_label("Your message").press("Enter")
        status = page.locator("#status")
        expect(status).to_contain_text("is writing")
        expect(status).to_contain_text("Still working", timeout=4000)
        expect(page.get_by_role("log")).to_contain_text("Echo: slow")
        expect(status).to_have_text("")
    finally:
        rasa.delay_s = 0


def test_messages_sent_in_a_row_are_answered_in_order(
    open_page: Open, rasa: StandInRasa
) -> None:
    page = open_page("/chat")
    rasa.delay_s = 0.3
    try:
        for words in ("one", "two", "three"):
            page.get_by_label("Your message").fill(words)
            page.get_by_label("Your message").press("Enter")
        expect(page.locator("#messages > li")).to_have_count(7)
    finally:
        rasa.delay_s = 0
    texts = page.locator(".turn:not(.mine) .bubble").all_inner_texts()[2:]
    assert texts == ["Echo: one", "Echo: two", "Echo: three"]


def test_not_sent_is_told_kept_and_sent_again_with_the_same_id(
    open_page: Open, rasa: StandInRasa
) -> None:
    page = open_page("/chat")
    say(page, "first")
    page.context.set_offline(True)
    expect(page.locator("#offline")).to_be_visible()
    page.get_by_label("Your message").fill("kept words")
    page.get_by_label("Your message").press("Enter")
    expect(page.get_by_role("alert").first).to_contain_text("not sent")
    expect(page.locator(".unsent")).to_have_text("kept words")
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden()
    # The answer gets lost on the way back: the visitor tries again, Rasa is not asked.
    page.route("**/api/chat/messages", lambda route: (route.fetch(), route.abort()))
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("alert").first).to_contain_text("not sent")
    page.unroute("**/api/chat/messages")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("log")).to_contain_text("Echo: kept words")
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    assert [b["message"] for b in rasa.asked()].count("kept words") == 1


def test_emergency_looks_different_and_calls(open_page: Open) -> None:
    page = open_page("/chat", 390, 800)
    say(page, "I have crushing chest pain")
    bubble = page.locator(".urgent.emergency")
    expect(bubble).to_contain_text("Emergency: act now")
    call = bubble.get_by_role("link", name="Call 999")
    expect(call).to_have_attribute("href", "tel:999")
    assert call.bounding_box()["height"] >= 44
    assert page.locator(".urgent ~ button, .urgent ~ .choices").count() == 0
    say(page, "my calf is hot")
    same_day = page.locator(".urgent.same_day")
    expect(same_day.get_by_role("link", name="Call 111")).to_be_visible()


def test_visitor_text_is_never_markup(open_page: Open) -> None:
    page = open_page("/chat")
    attack = "<img src=x onerror=alert(1)><b>hi</b> [x](javascript:alert(1))"
    say(page, attack)
    page.reload()
    expect(page.locator(".mine .bubble")).to_have_text(attack)
    assert page.locator("#log img, #log b, #log a[href^=javascript]").count() == 0


def test_feedback(open_page: Open) -> None:
    page = open_page("/chat")
    say(page, "What is scar tissue?")
    page.get_by_role("button", name="No, this was not helpful").click()
    comment = page.get_by_label("What was missing or wrong?")
    expect(comment).to_be_focused()
    comment.fill("Nothing about old scars")
    page.get_by_role("button", name="Send to the staff").click()
    thanks = page.get_by_text("Our staff will read it")
    expect(thanks).to_be_focused()


class TestContactForm:
    def test_errors_review_and_reference(self, open_page: Open) -> None:
        page = open_page("/chat", 390, 800)
        page.get_by_role("button", name="Talk to a person").click()
        expect(page.get_by_role("heading", name="Ask the clinic")).to_be_focused()
        page.get_by_role("button", name="Check and send").click()
        summary = page.locator("#summary")
        expect(summary).to_be_focused()
        expect(summary.get_by_role("link")).to_have_count(3)
        summary.get_by_role("link", name="Enter your name.").click()
        name = page.get_by_label("Your name")
        expect(name).to_be_focused()
        expect(name).to_have_attribute("aria-invalid", "true")
        assert "e-name" in name.get_attribute("aria-describedby")
        assert violations(page) == []
        name.fill("Ann Lee")
        page.get_by_label("Phone number").fill("12")
        page.get_by_role("checkbox").check()
        page.get_by_role("button", name="Check and send").click()
        page.get_by_role("button", name="Send to the clinic").click()
        expect(page.locator("#e-phone")).to_contain_text("phone number we can call")
        expect(name).to_have_value("Ann Lee")
        page.get_by_label("Phone number").fill("020 7946 0999")
        page.get_by_role("button", name="Check and send").click()
        expect(page.locator("#review dd")).to_have_text(["Ann Lee", "020 7946 0999"])
        page.get_by_role("button", name="Change something").click()
        page.get_by_label("Best time").fill("mornings")
        page.get_by_role("button", name="Check and send").click()
        page.get_by_role("button", name="Send to the clinic").click()
        heading = page.get_by_role("heading", name="Your reference is")
        expect(heading).to_be_focused()
        page.get_by_role("button", name="Back to the chat").click()
        reference = heading.inner_text().split()[-1] if heading.is_visible() else ""
        expect(page.get_by_role("log")).to_contain_text(reference or "reference is")

    def test_values_are_kept_when_sending_fails(self, open_page: Open) -> None:
        page = open_page("/chat")
        page.get_by_role("button", name="Talk to a person").click()
        page.get_by_label("Your name").fill("Ann Lee")
        page.get_by_label("Email").fill("ann@example.com")
        page.get_by_role("checkbox").check()
        page.get_by_role("button", name="Check and send").click()
        page.context.set_offline(True)
        send = page.get_by_role("button", name="Send to the clinic")
        send.click()
        problem = page.locator("#review .problem")
        expect(problem).to_contain_text("Your details are still here")
        expect(problem).to_contain_text("020 7946 0123")
        page.context.set_offline(False)
        send.click()
        heading = page.get_by_role("heading", name="Your reference is")
        expect(heading).to_be_visible()

    def test_fields_tell_the_browser_what_they_are(self, open_page: Open) -> None:
        page = open_page("/chat")
        for field, expected in (("name", "name"), ("phone", "tel"), ("email", "email")):
            found = page.locator(f"[name={field}]").get_attribute("autocomplete")
            assert found == expected


class TestWithoutJavaScript:
    def test_contact_form_works(self, open_page: Open) -> None:
        page = open_page("/chat", java_script_enabled=False)
        expect(page.get_by_role("link", name="999")).to_be_visible()
        expect(page.get_by_role("link", name="020 7946 0123").first).to_be_visible()
        expect(page.locator("#composer")).to_be_hidden()
        page.get_by_label("Your name").fill("Ann Lee")
        page.get_by_role("button", name="Send to the clinic").click()
        expect(page.locator("#e-phone")).to_be_visible()
        expect(page.get_by_label("Your name")).to_have_value("Ann Lee")
        page.get_by_label("Phone number").fill("020 7946 0999")
        page.get_by_role("checkbox").check()
        page.get_by_role("button", name="Send to the clinic").click()
        expect(page.get_by_text("Your reference is")).to_be_visible()
        first = page.locator(".bubble p").all_inner_texts()
        page.reload()  # sends the form again
        expect(page.locator(".bubble p")).to_have_text(first)


class TestPrivacy:
    def test_download_and_delete(self, open_page: Open) -> None:
        page = open_page("/chat")
        say(page, "an unusual zebrafish")
        page.get_by_role("button", name="Privacy").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="Download my chat").click()
        saved = json.loads(download.value.path().read_text())
        assert "zebrafish" in json.dumps(saved)
        page.get_by_role("button", name="Delete my chat").click()
        page.get_by_role("button", name="Yes, delete it").click()
        expect(page.locator("#privacy-status")).to_have_text("Your chat was deleted.")
        assert page.evaluate("sessionStorage.getItem('mend.token')") is None
        page.get_by_role("button", name="Back to the chat").click()
        expect(page.get_by_role("log")).not_to_contain_text("zebrafish")
        say(page, "a new start")


class TestAccessibility:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_axe_in_every_state(self, open_page: Open, scheme: str) -> None:
        page = open_page(
            "/chat", 390, 800, color_scheme=scheme, reduced_motion="reduce"
        )
        assert violations(page) == [], "start"
        for _ in range(4):
            say(page, "What is scar tissue?")
        say(page, "I cannot play tennis")
        say(page, "my calf is hot")
        say(page, "I have crushing chest pain")
        assert violations(page) == [], "conversation"
        page.context.set_offline(True)
        page.get_by_label("Your message").fill("hello")
        page.get_by_label("Your message").press("Enter")
        expect(page.get_by_role("button", name="Try again")).to_be_visible()
        page.context.set_offline(False)
        assert violations(page) == [], "error"
        page.get_by_role("button", name="Talk to a person").click()
        assert violations(page) == [], "form"
        page.get_by_role("button", name="Privacy").click()
        assert violations(page) == [], "privacy"

    @pytest.mark.parametrize("path", ["/contact", "/"])
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_axe_on_other_pages(self, open_page: Open, path: str, scheme: str) -> None:
        page = open_page(path, color_scheme=scheme)
        assert violations(page) == []

    def test_structure(self, open_page: Open) -> None:
        page = open_page("/chat")
        assert page.locator("html").get_attribute("lang") == "en-GB"
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        expect(page.get_by_role("main")).to_have_count(1)
        box = page.get_by_label("Your message")
        assert box.get_attribute("aria-describedby") == "hint"
        expect(page.locator("#hint")).to_contain_text("1,000 characters")

    def test_targets_are_large_enough(self, open_page: Open) -> None:
        page = open_page("/chat", 390, 800)
        say(page, "What is scar tissue?")
        sizes = page.locator("button:visible, summary:visible, header a:visible")
        for target in sizes.all():
            box = target.bounding_box()
            assert min(box["width"], box["height"]) >= 24, target.inner_text()
        for target in page.locator(".choices button, #composer button").all():
            assert target.bounding_box()["height"] >= 44

    def test_focus_is_visible_on_every_control(self, open_page: Open) -> None:
        page = open_page("/chat", 390, 800)
        say(page, "What is scar tissue?")
        seen = set()
        for _ in range(30):
            page.keyboard.press("Tab")
            style = page.evaluate(
                """() => { const e = document.activeElement;
                const s = getComputedStyle(e);
                const r = e.getBoundingClientRect();
                const top = document.elementFromPoint(
                  r.x + r.width / 2, r.y + Math.min(r.height, 40) / 2);
                return [e.tagName + e.textContent.slice(0, 20), s.outlineStyle,
                  parseFloat(s.outlineWidth), e === document.body
                  || e.contains(top) || (top && top.contains(e))]; }"""
            )
            if style[0].startswith("BODY"):
                continue
            seen.add(style[0])
            assert style[1] != "none", style
            assert style[2] >= 2, style
            assert style[3], f"hidden: {style}"
        assert len(seen) >= 8

    @pytest.mark.parametrize(("width", "height"), [(320, 640), (320, 256)])
    def test_reflow(self, open_page: Open, width: int, height: int) -> None:
        """320 px wide is also a desktop window of 1280 x 1024 at 400 %."""
        page = open_page("/chat", width, height)
        say(page, "What is scar tissue?")
        for name in (None, "Talk to a person", "Privacy"):
            if name:
                page.get_by_role("button", name=name).click()
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, name
        page.get_by_role("button", name="Back to the chat").last.click()
        box = page.get_by_label("Your message")
        box.scroll_into_view_if_needed()
        expect(box).to_be_in_viewport()

    @pytest.mark.parametrize("height", [600, 700])
    def test_only_the_transcript_scrolls(self, open_page: Open, height: int) -> None:
        """A header that scrolls away would take the phone numbers with it."""
        page = open_page("/chat", 440, height)
        for _ in range(3):
            say(page, "What is scar tissue?")
        assert page.evaluate("document.documentElement.scrollHeight") <= height

    def test_text_spacing_and_double_size_cut_nothing(self, open_page: Open) -> None:
        page = open_page("/chat", 640, 900)
        say(page, "What is scar tissue?")
        page.evaluate(
            """() => { const sheet = new CSSStyleSheet(); sheet.replaceSync(
            `html { font-size: 200% } * { line-height: 1.5 !important;
             letter-spacing: .12em !important; word-spacing: .16em !important }
             p { margin-bottom: 2em !important }`);
            document.adoptedStyleSheets = [sheet]; }"""
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= 640
        cut = page.evaluate(
            """() => [...document.querySelectorAll("button, p, a, label, summary")]
            .filter((e) => e.offsetParent && e.scrollWidth > e.clientWidth + 1
              && getComputedStyle(e).display !== "inline")
            .map((e) => e.textContent)"""
        )
        assert cut == []
        expect(page.get_by_label("Your message")).to_be_visible()

    def test_reduced_motion(self, open_page: Open) -> None:
        page = open_page("/chat", reduced_motion="reduce")
        say(page, "hello")
        moving = page.evaluate(
            """() => [...document.querySelectorAll("*")].filter((e) => {
            const s = getComputedStyle(e); return s.animationName !== "none"
            || parseFloat(s.transitionDuration) > 0; }).length"""
        )
        assert moving == 0

    def test_forced_colours_keep_bubbles_apart(self, open_page: Open) -> None:
        page = open_page("/chat", forced_colors="active")
        say(page, "I have crushing chest pain")
        for bubble in page.locator(".bubble").all():
            style = bubble.evaluate("e => getComputedStyle(e).borderTopStyle")
            assert style in ("solid", "double")
        assert violations(page) == []

    def test_help_stays_in_its_place(self, open_page: Open) -> None:
        page = open_page("/chat", 390, 800)
        person = page.get_by_role("button", name="Talk to a person")
        phone = page.locator("header").get_by_role("link", name="020 7946 0123")
        places = [(person.bounding_box(), phone.bounding_box())]
        say(page, "I have crushing chest pain")
        places.append((person.bounding_box(), phone.bounding_box()))
        for name in ("Privacy", "Talk to a person"):
            page.get_by_role("button", name=name).click()
            places.append((person.bounding_box(), phone.bounding_box()))
        assert all(place == places[0] for place in places)


def test_a_visitor_loads_little(door: Running, open_page: Open) -> None:
    loaded: dict[str, int] = {}
    page = open_page("/contact")

    def note(response: object) -> None:
        url = response.url  # type: ignore[attr-defined]
        raw = requests.get(url, headers={"Accept-Encoding": "identity"}, timeout=5)
        loaded[url.removeprefix(door.url)] = len(gzip.compress(raw.content, 6))

    page.on("response", note)
    page.goto(f"{door.url}/chat")
    page.wait_for_load_state("networkidle")
    assert len(loaded) >= 3
    assert sum(loaded.values()) <= 15_000, loaded
