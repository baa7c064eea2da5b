"""The one-line widget on a clinic's page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.browser.helpers import covered, violations
from tests.chat.doubles import StandInRasa
from tests.chat.running import CLINIC, Running, front_door

Open = Callable[..., Page]


# What websites do to their own elements; none of it may reach the chat.
HOSTILE = """
html { font-size: 62.5% } body { display: grid; gap: 50px; line-height: 4 }
* { font-family: serif !important; letter-spacing: 1em; text-transform: uppercase }
div, button { display: none !important; position: static !important; opacity: .1 }
#mend-chat { transform: rotate(9deg) !important; width: 900px !important }
"""


class _Website(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def website(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A clinic's website of its own origin: its address, and its folder."""
    folder = tmp_path_factory.mktemp("website")
    serve = partial(_Website, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), serve)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", folder
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def embedded(
    tmp_path_factory: pytest.TempPathFactory,
    rasa: StandInRasa,
    website: tuple[str, Path],
) -> Iterator[Running]:
    """A front door that the website may frame."""
    clinic = CLINIC.copy(update={"allowed_sites": (website[0],)})
    with front_door(tmp_path_factory.mktemp("embedded"), rasa, clinic) as running:
        yield running


@pytest.fixture
def visit(
    browser: Browser, website: tuple[str, Path]
) -> Iterator[Callable[..., tuple[Page, list[str]]]]:
    """Open a page of the website with the script of a door and some attributes."""
    contexts = []

    def opened(
        door: Running, attributes: str = "", style: str = ""
    ) -> tuple[Page, list[str]]:
        address, folder = website
        (folder / "index.html").write_text(
            f"""<!doctype html><html lang="en"><meta charset="utf-8">
            <title>A clinic</title><link rel="icon" href="data:,">
            <style>{style}</style><main><h1>A clinic</h1><p>Words.</p></main>
            <script src="{door.url}/widget.js" async {attributes}></script>"""
        )
        context = browser.new_context(viewport={"width": 1000, "height": 800})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(address)
        expect(page.locator("#mend-chat")).to_be_attached()
        return page, said

    yield opened
    for context in contexts:
        context.close()


def chat(page: Page) -> FrameLocator:
    return page.frame_locator("iframe[title=Chat]")


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_checks_2_to_5_keyboard_open_talk_escape(open_page: Open, key: str) -> None:
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


def test_check_24_nothing_opens_by_itself(open_page: Open) -> None:
    page = open_page("/")
    page.wait_for_timeout(500)
    assert page.locator("iframe").count() == 0
    assert page.evaluate("document.activeElement === document.body")
    assert page.context.cookies() == []


def test_check_6_tab_leaves_the_chat_and_comes_back(open_page: Open) -> None:
    page = open_page("/", 2300)  # so wide that the chat covers nothing
    page.get_by_role("button", name="Open chat").click()
    expect(chat(page).get_by_label("Your message")).to_be_focused()
    where = "document.activeElement.id || document.activeElement.tagName"
    inside, outside = False, False
    for _ in range(80):
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


def test_check_8_focus_on_the_page_is_never_covered(open_page: Open) -> None:
    page = open_page("/", 800, 600)
    page.get_by_role("button", name="Open chat").click()
    expect(chat(page).get_by_label("Your message")).to_be_focused()
    for link in page.locator("body > :not(#mend-chat) a:visible").all():
        link.focus()
        page.wait_for_timeout(60)
        assert not covered(link), link.inner_text()


def test_phone_has_the_whole_screen_and_a_close_button(open_page: Open) -> None:
    page = open_page("/", 390, 800)
    page.get_by_role("button", name="Open chat").click()
    expect(chat(page).get_by_label("Your message")).to_be_focused()
    box = page.get_by_role("dialog", name="Chat").bounding_box()
    assert (box["width"], box["height"]) == (390, 800)
    chat(page).get_by_role("button", name="Close chat").click()
    expect(page.get_by_role("button", name="Open chat")).to_be_focused()


def test_checks_1_and_27_closed_and_open(open_page: Open) -> None:
    page = open_page("/")
    assert violations(page) == [], "closed"
    page.get_by_role("button", name="Open chat").click()
    expect(chat(page).get_by_label("Your message")).to_be_focused()
    assert violations(page) == [], "open"
    assert page.locator("iframe").get_attribute("title") == "Chat"


def test_check_9_the_launcher_is_large(open_page: Open) -> None:
    page = open_page("/", 390, 800)
    assert page.get_by_role("button", name="Open chat").bounding_box()["height"] >= 44


def launcher(page: Page) -> dict[str, str]:
    style: dict[str, str] = page.evaluate(
        """() => { const b = document.querySelector("#mend-chat").shadowRoot
        .querySelector("button"), s = getComputedStyle(b);
        const r = b.getBoundingClientRect();
        return { display: s.display, font: s.fontFamily, size: s.fontSize,
          case: s.textTransform, opacity: s.opacity, left: r.left,
          right: innerWidth - r.right, bottom: innerHeight - r.bottom,
          height: r.height, colour: s.backgroundColor, words: b.textContent,
          lang: b.getRootNode().host.lang }; }"""
    )
    return style


def test_another_website_s_styles_do_not_reach_it(
    visit: Callable, embedded: Running
) -> None:
    page, said = visit(embedded, style=HOSTILE)
    found = launcher(page)
    assert found["size"] == "16px"
    assert "system-ui" in found["font"]
    assert (found["case"], found["opacity"]) == ("none", "1")
    assert found["display"] != "none"
    assert (found["right"], found["bottom"]) == (16, 16)
    assert found["height"] >= 44
    page.get_by_role("button", name="Open chat").click()
    box = chat(page).get_by_label("Your message")
    expect(box).to_be_focused()
    box.fill("hello from a website")
    box.press("Enter")
    expect(chat(page).get_by_role("log")).to_contain_text("Echo: hello from a website")
    assert said == []


def test_nothing_moves_on_the_page(visit: Callable, embedded: Running) -> None:
    page, _ = visit(embedded, style="body { display: grid; gap: 50px }")
    size = "[document.body.offsetHeight, document.querySelector('p').offsetTop]"
    with_widget = page.evaluate(size)
    page.evaluate("document.querySelector('#mend-chat').remove()")
    assert page.evaluate(size) == with_widget


def test_corner_colour_and_words_of_the_clinic_s_own(
    visit: Callable, embedded: Running
) -> None:
    page, said = visit(
        embedded,
        'data-position="left" data-color="#7a2e52" data-lang="pl" '
        'data-open="Otwórz czat" data-close="Zamknij czat" data-title="Czat"',
    )
    found = launcher(page)
    assert (found["left"], found["bottom"]) == (16, 16)
    assert found["colour"] == "rgb(122, 46, 82)"
    assert (found["words"], found["lang"]) == ("Otwórz czat", "pl")
    page.get_by_role("button", name="Otwórz czat").click()
    expect(page.get_by_role("dialog", name="Czat")).to_be_visible()
    expect(page.get_by_role("button", name="Zamknij czat")).to_be_visible()
    assert said == []


@pytest.mark.parametrize(
    ("colour", "why"),
    [("#7ab", "contrast of 2.5"), ("#777777", "contrast of 4.4"), ("red", "#rrggbb")],
)
def test_check_19_a_colour_too_pale_is_refused(
    visit: Callable, embedded: Running, colour: str, why: str
) -> None:
    page, said = visit(embedded, f'data-color="{colour}"')
    assert launcher(page)["colour"] == "rgb(28, 92, 88)"
    (line,) = said
    assert why in line
    assert colour in line


def test_a_website_that_is_not_allowed_gets_no_frame(
    visit: Callable, door: Running
) -> None:
    page, said = visit(door)
    page.clock.install()
    page.get_by_role("button", name="Open chat").click()
    page.clock.fast_forward("00:09")
    way_in = page.get_by_role("dialog").get_by_role("link", name="Chat")
    expect(way_in).to_have_attribute("href", f"{door.url}/chat")
    expect(chat(page).get_by_label("Your message")).to_have_count(0)
    assert any("allowed_sites" in line for line in said), said
