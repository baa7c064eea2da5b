"""A browser and a front door whose Rasa is a stand-in."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

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


@pytest.fixture
def open_page(
    browser: Browser, door: Running, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Open a path; the test fails on a script error or a refused resource."""
    errors: list[str] = []
    contexts = []

    def opened(path: str, width: int = 1000, height: int = 800, **more: object) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, **more
        )
        contexts.append(context)
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
        page.goto(door.url + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == [], request.node.name
