"""Signing in, account, people, audit list and erasing in a browser, with axe-core."""

from __future__ import annotations

from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.desk_running import RunningDesk
from tests.browser.helpers import fits, violations
from tests.desk.conftest import PASSWORD

LOOKS = pytest.mark.parametrize(
    "look",
    [{}, {"viewport": {"width": 390, "height": 844}}, {"color_scheme": "dark"}],
    ids=["light", "phone", "dark"],
)
Open = Callable[..., Page]


def is_good(page: Page) -> bool:
    """Say whether axe-core finds nothing and nothing is wider than the screen."""
    assert violations(page) == []
    return fits(page)


def sign_in(page: Page, person: str, password: str = PASSWORD) -> None:
    page.get_by_label("E-mail address").fill(f"{person}@clinic.example")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


@LOOKS
def test_second_factor_from_the_first_sign_in_on(
    open_desk: Open, desk: RunningDesk, look: dict[str, object]
) -> None:
    person = f"ada-{len(desk.desk.people)}"
    desk.desk.people[person] = desk.desk.add_person(person, "admin")
    page = open_desk("/sign-in", None, **look)
    assert is_good(page)
    sign_in(page, person, "a wrong password")
    expect(page.get_by_role("alert")).to_contain_text("not right")
    assert is_good(page)
    sign_in(page, person)
    page.get_by_text("I cannot scan it").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    assert is_good(page)
    key = page.locator(".link code").inner_text().replace(" ", "")
    page.get_by_label("Six digits").fill("000000")
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_role("alert")).to_contain_text("clock of your phone")
    assert is_good(page)

    def code(steps: int = 0) -> str:
        seconds = desk.desk.clock().timestamp() + 30 * steps
        return pyotp.TOTP(key).at(int(seconds))

    page.get_by_label("Six digits").fill(code())
    page.get_by_role("button", name="Turn it on").click()
    expect(page.locator(".codes li")).to_have_count(10)
    recovery = page.locator(".codes code").first.inner_text()
    assert is_good(page)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("heading", name="Who needs us")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, person)
    page.get_by_label("Code your authenticator").fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("not right")
    page.get_by_text("I do not have my phone").click()
    assert is_good(page)
    page.get_by_label("One of your recovery codes").fill(recovery)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Who needs us")).to_be_visible()


@LOOKS
def test_account(open_desk: Open, look: dict[str, object]) -> None:
    open_desk("/account", "reviewer")
    page = open_desk("/account", "reviewer", **look)
    expect(page.get_by_role("row", name="This one")).to_have_count(1)
    assert is_good(page)
    page.get_by_label("Your password", exact=True).fill("wrong")
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("alert")).to_contain_text("not your password")
    assert is_good(page)
    page.get_by_role("button", name="End all others").click()
    expect(page.get_by_role("status")).to_contain_text("signed out everywhere else")
    assert is_good(page)


@LOOKS
def test_people(open_desk: Open, look: dict[str, object]) -> None:
    page = open_desk("/people", "admin", **look)
    assert is_good(page)
    page.get_by_label("Name").fill("Robin")
    page.get_by_label("E-mail address").fill("manager@clinic.example")
    page.get_by_role("button", name="Make a one-time link").click()
    expect(page.get_by_role("alert")).to_contain_text("account already")
    assert is_good(page)


@LOOKS
def test_audit(open_desk: Open, look: dict[str, object]) -> None:
    page = open_desk("/audit", "manager", **look)
    assert is_good(page)
    page.get_by_role("button", name="Check all now").click()
    expect(page.get_by_text("entries were checked")).to_be_visible()
    page.get_by_label("Did").select_option("Case opened")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("link", name="Show all")).to_be_visible()
    assert is_good(page)


@LOOKS
def test_erasing(open_desk: Open, desk: RunningDesk, look: dict[str, object]) -> None:
    reference = desk.desk.case("Please delete what I wrote")
    page = open_desk(f"/cases/{reference}", "manager", **look)
    page.get_by_role("link", name="Erase this visitor").click()
    expect(page.get_by_role("heading", name="Erase this visitor?")).to_be_visible()
    assert is_good(page)
    page.get_by_label(f"Type {reference}").fill("no")
    page.get_by_role("button", name="Erase this visitor").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was erased")
    assert is_good(page)
    page.get_by_label(f"Type {reference}").fill(reference)
    page.get_by_role("button", name="Erase this visitor").click()
    expect(page.get_by_role("heading", name="The visitor is erased")).to_be_visible()
    assert is_good(page)
    page.goto(f"{desk.url}/cases/{reference}")
    expect(page.get_by_text("The chat was deleted").first).to_be_visible()
    assert is_good(page)


def test_framing_is_refused(browser: Browser, desk: RunningDesk) -> None:
    """A33: the desk inside somebody else's page."""
    page = browser.new_page()
    refused = []
    page.on("console", lambda message: refused.append(message.text))
    page.set_content(f'<iframe src="{desk.url}/sign-in"></iframe>')
    page.wait_for_timeout(500)
    assert page.frames[-1].get_by_role("heading", name="Sign in").count() == 0
    assert any("frame-ancestors" in words for words in refused), refused
    page.close()
