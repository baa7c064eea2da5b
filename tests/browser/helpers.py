"""What several browser tests do."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, Page, expect

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def say(page: Page | Frame, words: str) -> None:
    """Send a message and wait for the answer."""
    page.get_by_label("Your message").fill(words)
    before = page.locator("#messages > li").count()
    page.get_by_label("Your message").press("Enter")
    expect(page.locator("#messages > li")).to_have_count(before + 2)
    expect(page.locator("#status")).to_have_text("")


def violations(page: Page) -> list[str]:
    """Return what axe-core finds, its frames included."""
    options = {"runOnly": {"type": "tag", "values": TAGS}}
    found = Axe().run(page, options=options)
    return [
        f"{v['id']}: {[n['html'][:120] for n in v['nodes']]}"
        for v in found.response["violations"]
    ]
