"""The chat page in a browser: what a visitor sees, by mouse, keyboard and reader."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import requests
from playwright.sync_api import Page, Response, Route, expect

from tests.browser.helpers import say
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


def test_checks_10_and_11_the_log_is_polite_and_grows_by_one_item(
    open_page: Open,
) -> None:
    page = open_page("/chat")
    log = page.get_by_role("log")
    expect(log).to_have_count(1)
    assert log.get_attribute("aria-label") == "Chat messages"
    assert log.get_attribute("tabindex") == "0"
    assert log.get_attribute("aria-atomic") is None
    page.evaluate(
        """() => { window.added = []; new MutationObserver((changes) => {
        for (const c of changes) for (const node of c.addedNodes)
          window.added.push(node.className + (node.nextSibling ? "" : " last")); })
        .observe(document.querySelector("#messages"), { childList: true }); }"""
    )
    box = page.get_by_label("Your message")
    say(page, "I cannot play tennis")
    expect(box).to_be_focused()
    assert page.evaluate("window.added") == ["turn mine last", "turn  last"]
    # After a reload the history is there before the log is live: it is not read out.
    page.add_init_script(
        """addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
        window.there = document.querySelectorAll("#messages > li").length; })
        .observe(document.querySelector("#log"), { attributeFilter: ["role"] }))"""
    )
    page.reload()
    expect(log).to_contain_text("That sounds hard")
    assert page.evaluate("window.there") == 3


def test_check_12_a_slow_answer_is_explained_outside_the_log(
    open_page: Open, rasa: StandInRasa
) -> None:
    page = open_page("/chat")
    rasa.delay_s = 3.6
    try:
        page.get_by_label("Your message").fill("slow")
        page.get_by_label("Your message").press("Enter")
        status = page.locator("#status[role=status]")
        assert page.locator("#log [role=status], #log [role=alert]").count() == 0
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


def test_check_13_not_sent_is_told_kept_and_sent_again_with_the_same_id(
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


def test_unsent_words_outlive_a_reload(open_page: Open, rasa: StandInRasa) -> None:
    page = open_page("/chat")
    say(page, "first")
    page.route("**/api/chat/messages", lambda route: (route.fetch(), route.abort()))
    page.get_by_label("Your message").fill("lost on the way back")
    page.get_by_label("Your message").press("Enter")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    page.unroute("**/api/chat/messages")
    page.route("**/api/chat/messages", lambda route: route.abort())
    page.get_by_label("Your message").fill("never arrived")
    page.get_by_label("Your message").press("Enter")
    expect(page.locator(".unsent")).to_have_count(2)
    page.get_by_label("Your message").fill("half a thou")
    page.unroute("**/api/chat/messages")
    page.reload()
    # What did arrive is answered; what did not is still here, to be tried again.
    expect(page.get_by_role("log")).to_contain_text("Echo: lost on the way back")
    expect(page.locator(".unsent")).to_have_text(["never arrived"])
    expect(page.get_by_label("Your message")).to_have_value("half a thou")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("log")).to_contain_text("Echo: never arrived")
    asked = [b["message"] for b in rasa.asked()]
    assert asked.count("lost on the way back") == asked.count("never arrived") == 1


def test_a_second_tab_shows_the_same_chat(open_page: Open) -> None:
    first = open_page("/chat")
    say(first, "written in the first")
    second = first.context.new_page()
    second.goto(first.url)
    expect(second.get_by_role("log")).to_contain_text("Echo: written in the first")
    say(second, "written in the second")
    expect(first.get_by_role("log")).to_contain_text("Echo: written in the second")
    say(first, "back in the first")
    expect(second.get_by_role("log")).to_contain_text("Echo: back in the first")
    bubbles = [tab.locator(".bubble").all_inner_texts() for tab in (first, second)]
    assert bubbles[0] == bubbles[1]
    assert len(bubbles[0]) == 2 + 6
    second.get_by_role("button", name="Privacy").click()
    second.get_by_role("button", name="Delete my chat").click()
    second.get_by_role("button", name="Yes, delete it").click()
    expect(first.locator("#messages > li")).to_have_count(1)  # the greeting


def test_another_day_the_browser_shows_no_chat(open_page: Open) -> None:
    first = open_page("/chat")
    say(first, "yesterday")
    later = first.context.new_page()
    later.clock.install(time=datetime.now(timezone.utc) + timedelta(minutes=31))
    later.goto(first.url)
    expect(later.get_by_role("log")).to_contain_text("computer program")
    expect(later.get_by_role("log")).not_to_contain_text("yesterday")


def test_nothing_twice_after_the_connection_is_back(open_page: Open) -> None:
    page = open_page("/chat")
    say(page, "before")
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_role("log")).to_contain_text("Echo: before")
    # The answer gets lost, then the connection comes back: the page looks itself.
    other.route("**/api/chat/messages", lambda route: (route.fetch(), route.abort()))
    other.get_by_label("Your message").fill("in the gap")
    other.get_by_label("Your message").press("Enter")
    expect(other.get_by_role("button", name="Try again")).to_be_visible()
    other.evaluate("window.dispatchEvent(new Event('online'))")
    expect(other.get_by_role("log")).to_contain_text("Echo: in the gap")
    expect(other.get_by_role("button", name="Try again")).to_have_count(0)
    expect(other.locator(".mine")).to_have_count(2)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator(".mine")).to_have_text(
        [re.compile("before"), re.compile("gap")]
    )


def test_check_25_the_end_of_a_session_is_warned_of_and_words_are_kept(
    open_page: Open,
) -> None:
    page = open_page("/chat")
    page.clock.install()
    page.reload()
    say(page, "hello")
    notice = page.locator("#session-words[role=status]")
    page.clock.fast_forward("27:00")
    expect(notice).to_be_hidden()
    page.get_by_label("Your message").fill("half a thou")
    page.clock.fast_forward("01:30")
    expect(notice).to_contain_text("will start afresh")
    page.get_by_role("button", name="Carry on").click()
    expect(page.get_by_label("Your message")).to_be_focused()
    page.clock.fast_forward("05:00")
    expect(notice).to_contain_text("has started afresh")
    expect(page.get_by_label("Your message")).to_have_value("half a thou")
    page.get_by_label("Your message").press("Enter")
    expect(page.get_by_role("log")).to_contain_text("Echo: half a thou")
    expect(page.get_by_role("log")).to_contain_text("Echo: hello")


def test_the_main_message_and_when_to_get_help_stand_out(open_page: Open) -> None:
    page = open_page("/chat", 390, 800)
    say(page, "How do I care for a scar?")
    bubble = page.locator(".turn").last.locator(".bubble")
    point = bubble.get_by_text("Keep it soft and out of the sun.", exact=True)
    assert int(point.evaluate("e => getComputedStyle(e).fontWeight")) >= 600
    expect(bubble.locator("ol > li")).to_have_text(
        ["Wash your hands.", "Rub in plain cream."]
    )
    box = bubble.locator(".stop")
    expect(box).to_have_count(1)
    # Told apart by words, by a sign and by a border, not by colour alone.
    expect(box.locator(":scope > p").first).to_have_text("When to get help")
    sign, border = box.evaluate(
        """e => [getComputedStyle(e.firstChild, "::before").content,
        getComputedStyle(e).borderLeftStyle]"""
    )
    assert "!" in sign
    assert border == "solid"
    expect(box.locator("ul > li")).to_have_count(2)
    expect(box.get_by_role("link", name="999")).to_have_attribute("href", "tel:999")


def test_what_is_said_when_asked_again_has_a_heading(open_page: Open) -> None:
    page = open_page("/chat", 390, 800)
    say(page, "more on scars?")
    lines = page.locator(".turn").last.locator(".bubble > p")
    expect(lines).to_have_text(
        ["How to care for it", "Use plain cream to keep it soft.", "It takes time."]
    )
    weights = lines.evaluate_all("es => es.map(e => getComputedStyle(e).fontWeight)")
    assert [int(weight) >= 600 for weight in weights] == [True, True, False]


def test_a_picture_has_words_and_keeps_its_place(open_page: Open) -> None:
    page = open_page("/contact")
    picture = {"src": "/static/icon.svg", "alt": "Three stages of healing"}

    def with_picture(route: Route) -> None:
        answer = route.fetch()
        turn = answer.json()
        turn["messages"][0]["picture"] = picture
        route.fulfill(response=answer, json=turn)

    page.route("**/api/chat/messages", with_picture)
    page.route("**/icon.svg", lambda route: None)  # still on its way
    page.goto(page.url.replace("/contact", "/chat"), wait_until="domcontentloaded")
    say(page, "What is scar tissue?")
    shown = page.get_by_role("img", name="Three stages of healing")
    assert shown.get_attribute("loading") == "lazy"
    assert shown.bounding_box()["height"] > 100


def test_check_7_and_8_focus_is_seen_and_not_covered(open_page: Open) -> None:
    page = open_page("/chat", 390, 800)
    say(page, "What is scar tissue?")
    seen = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        name, style, width, contrast, shown = page.evaluate(
            """() => { const e = document.activeElement;
            const s = getComputedStyle(e);
            const light = (c) => { const [r, g, b] = c.match(/[\\d.]+/g).map((v) => {
              v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
            }); return .2126 * r + .7152 * g + .0722 * b + .05; };
            let under = e.parentElement;
            while (getComputedStyle(under).backgroundColor === "rgba(0, 0, 0, 0)")
              under = under.parentElement;
            const pair = [light(s.outlineColor),
              light(getComputedStyle(under).backgroundColor)];
            const r = e.getBoundingClientRect();
            const top = document.elementFromPoint(
              r.x + r.width / 2, r.y + Math.min(r.height, 40) / 2);
            return [e.tagName + e.textContent.slice(0, 20), s.outlineStyle,
              parseFloat(s.outlineWidth), Math.max(...pair) / Math.min(...pair),
              e === document.body || e.contains(top) || top && top.contains(e)]; }"""
            if page.evaluate("document.activeElement !== document.body")
            else "['BODY', 'solid', 9, 9, true]"
        )
        if name == "BODY":
            continue
        seen.add(name)
        assert style != "none", name
        assert width >= 2, name
        assert contrast >= 3, name
        assert shown, f"covered: {name}"
    assert len(seen) >= 8


def test_checks_14_and_27_label_limit_language_and_headings(open_page: Open) -> None:
    page = open_page("/chat")
    assert page.locator("html").get_attribute("lang") == "en-GB"
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page.get_by_role("main")).to_have_count(1)
    box = page.get_by_label("Your message", exact=True)
    expect(page.locator("label[for=text]")).to_be_visible()
    assert box.get_attribute("aria-describedby") == "hint"
    expect(page.locator("#hint")).to_contain_text("1,000 characters")
    box.fill("x" * 950)
    expect(page.locator("#hint")).to_have_text("50 characters left.")


class TestPrivacy:
    def test_download_and_delete(self, open_page: Open) -> None:
        page = open_page("/chat")
        say(page, "an unusual zebrafish")
        page.get_by_role("button", name="Privacy").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="Download my chat").click()
        saved = json.loads(download.value.path().read_text())
        assert "zebrafish" in json.dumps(saved)
        expect(page.locator("#kept")).to_contain_text("nothing that was said in it")
        page.get_by_role("button", name="Delete my chat").click()
        page.get_by_role("button", name="Yes, delete it").click()
        expect(page.locator("#privacy-status")).to_have_text("Your chat was deleted.")
        assert page.evaluate("sessionStorage.getItem('mend.token')") is None
        page.get_by_role("button", name="Back to the chat").click()
        expect(page.get_by_role("log")).not_to_contain_text("zebrafish")
        say(page, "a new start")


def test_a_visitor_loads_little(door: Running, open_page: Open) -> None:
    """With the widget's own script, all that it takes to chat."""
    loaded: dict[str, int] = {}
    page = open_page("/contact")

    def note(response: Response) -> None:
        url = response.url.removeprefix(door.url)
        answer = requests.get(response.url, stream=True, timeout=5)
        loaded[url] = len(answer.raw.read(decode_content=False))

    page.on("response", note)
    page.goto(f"{door.url}/chat")
    page.wait_for_load_state("networkidle")
    page.evaluate("fetch('/widget.js')")
    page.wait_for_load_state("networkidle")
    assert {url.split("?")[0] for url in loaded} >= {
        "/chat",
        "/widget.js",
        "/static/chat.css",
        "/static/page.js",
        "/static/chat.js",
        "/static/server.js",
        "/static/turns.js",
    }
    assert sum(loaded.values()) <= 15_000, loaded


def test_without_its_scripts_the_page_is_a_form(open_page: Open) -> None:
    page = open_page("/contact")
    page.route("**/static/chat.js*", lambda route: route.abort())
    page.goto(page.url.replace("/contact", "/chat"))
    expect(page.get_by_label("Your name")).to_be_visible()
    expect(page.locator("#composer")).to_be_hidden()
