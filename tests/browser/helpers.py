"""What several browser tests do."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, Locator, Page, expect

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def say(page: Page | Frame, words: str) -> None:
    """Send a message and wait for the answer."""
    page.get_by_label("Your message").fill(words)
    before = page.locator("#messages > li").count()
    page.get_by_label("Your message").press("Enter")
    expect(page.locator("#messages > li")).to_have_count(before + 2)
    expect(page.locator("#status")).to_have_text("")


def violations(page: Page, *, colours_only: bool = False) -> list[str]:
    """Return what axe-core finds, its frames included."""
    run_only = (
        {"type": "rule", "values": ["color-contrast"]}
        if colours_only
        else {"type": "tag", "values": TAGS}
    )
    found = Axe().run(page, options={"runOnly": run_only})
    return [
        f"{v['id']}: {[n['html'][:120] for n in v['nodes']]}"
        for v in found.response["violations"]
    ]


def fits(page: Page) -> bool:
    """Say whether nothing is wider than the screen (WCAG 1.4.10)."""
    return bool(
        page.evaluate(
            "(html => html.scrollWidth <= html.clientWidth)(document.documentElement)"
        )
    )


def covered(target: Locator) -> bool:
    """Say whether something else lies over the middle of a target."""
    over: bool = target.evaluate(
        """e => { const r = e.getBoundingClientRect();
        const [x, y] = [r.x + r.width / 2, r.y + r.height / 2];
        const top = e.getRootNode().elementFromPoint(x, y);
        return !(top && (e.contains(top) || top.contains(e))); }"""
    )
    return over
