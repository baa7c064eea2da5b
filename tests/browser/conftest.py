"""A browser, a front door whose Rasa is a stand-in, and a desk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.desk_running import RunningDesk, running_desk
from tests.chat.doubles import StandInRasa
from tests.chat.running import Running, front_door

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]


def chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        text = "no chromium found: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(text)
        pytest.skip(text)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def rasa() -> Iterator[StandInRasa]:
    stand_in = StandInRasa()
    yield stand_in
    stand_in.close()


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory, rasa: StandInRasa) -> Iterator:
    var: Path = tmp_path_factory.mktemp("browser")
    with front_door(var, rasa, rasa_timeout_s=6) as running:
        yield running


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    with running_desk(tmp_path_factory.mktemp("desk")) as running:
        yield running


@pytest.fixture
def new_page(
    browser: Browser, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Open an empty page; a script error or a refused resource fails the test.

    It takes cookies, and what playwright's contexts take.
    """
    errors: list[str] = []
    contexts = []

    def opened(*cookies: dict[str, str], **look: object) -> Page:
        context = browser.new_context(**look)
        contexts.append(context)
        context.add_cookies(list(cookies))
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda message: (
                errors.append(message.text)
                if "Content Security Policy" in message.text
                else None
            ),
        )
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == [], request.node.name


@pytest.fixture
def open_page(new_page: Callable[..., Page], door: Running) -> Callable[..., Page]:
    """Open a path of the front door."""

    def opened(path: str, width: int = 1000, height: int = 800, **more: object) -> Page:
        page = new_page(viewport={"width": width, "height": height}, **more)
        page.goto(door.url + path)
        return page

    return opened


@pytest.fixture
def open_desk(new_page: Callable[..., Page], desk: RunningDesk) -> Callable[..., Page]:
    """Open a path of the desk, as somebody of a role or, without one, signed out."""

    def opened(
        path: str, role: str | None = "manager", on: RunningDesk = desk, **look: object
    ) -> Page:
        page = new_page(
            *([on.cookie(role)] if role else ()),
            **{"viewport": {"width": 1280, "height": 800}, **look},
        )
        page.goto(on.url + path)
        return page

    return opened
