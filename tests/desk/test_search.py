"""Finding a case, and that what was looked for stays out of logs (A42)."""

from __future__ import annotations

import logging
import re

import pytest
from structlog.testing import capture_logs

from mend.records.escalations import ContactDetails

from .conftest import Browser, Desk

ANA = ContactDetails("Ana Ek-Öst", "+442079460321", "ana_ek@x.example", None, None, "1")
BO = ContactDetails("Bo %Lee", "+442079460999", "anabek@x.example", None, None, "1")


def found(browser: Browser, text: str, **more: object) -> list[str]:
    answer = browser.post("/search", {"text": text, **more})
    assert answer.status_code == 200
    return re.findall(r'/cases/([A-Z0-9]{6})"', answer.text)


def test_by_words_in_any_order_case_and_with_their_ends_left_out(desk: Desk) -> None:
    calf = desk.case("My calf is HOT and swollen")
    knee = desk.case("my knee is swollen")
    browser = desk.browser("reviewer")
    assert found(browser, "swoll") == [knee, calf]  # the newest first
    assert found(browser, "hot calf") == [calf]
    assert found(browser, "Knee,  SWOLLEN!") == [knee]
    assert found(browser, "calf knee") == []
    assert found(browser, "ollen") == []


def test_words_that_the_visitor_wrote_later_are_found_too(desk: Desk) -> None:
    reference = desk.case("hello")
    desk.clock.forward(minutes=1)
    desk.writes_again(reference, "My Größe is étrange")
    browser = desk.browser("reviewer")
    assert found(browser, "größ") == [reference]
    assert found(browser, "étrange hello") == [reference]


def test_closed_cases_are_found_too(desk: Desk) -> None:
    reference = desk.case("unusual words")
    browser = desk.browser("reviewer")
    for version, data in (
        (1, {"to": "in_review"}),
        (2, {"to": "closed", "outcome": "advised"}),
    ):
        browser.post(f"/cases/{reference}/status", {"version": version, **data})
    assert found(browser, "unusual") == [reference]


@pytest.mark.parametrize(
    "typed",
    [
        "020 7946 0321",
        "(020) 7946-0321",
        "+44 20 7946 0321",
        "+44 (0)20 7946 0321",
        "0044 20 7946 0321",
        "7946 0321",
        "0321",
    ],
)
def test_by_phone_however_it_is_written(desk: Desk, typed: str) -> None:
    ana, _bo = desk.case(contact=ANA), desk.case(contact=BO)
    assert found(desk.browser("reviewer"), typed) == [ana]


def test_by_name_and_e_mail(desk: Desk) -> None:
    ana, bo = desk.case(contact=ANA), desk.case(contact=BO)
    browser = desk.browser("reviewer")
    assert found(browser, "öst ana") == [ana]
    assert found(browser, "öst") == [ana]
    assert found(browser, "ANABEK@x.example") == [bo]
    # _ and % stand for themselves.
    assert found(browser, "ana_ek@") == [ana]
    assert found(browser, "%@x.example") == []
    assert found(browser, "lee") == [bo]


def test_a_reference_leads_to_its_case(desk: Desk) -> None:
    reference = desk.case()
    browser = desk.browser("reviewer")
    for typed in (reference, f" {reference[:3].lower()} {reference[3:]} "):
        answer = browser.post("/search", {"text": typed})
        assert (answer.status_code, answer.location) == (303, f"/cases/{reference}")


@pytest.mark.parametrize(
    "typed",
    [
        "ABCDEF",
        "../../xy",
        "//evil",
        "%%%%%%ab",
        "ab\x00cd",
        "' OR 1=1 --",
        "\\ab",
        "ab" * 100,
    ],
)
def test_what_is_nowhere_is_not_found(desk: Desk, typed: str) -> None:
    desk.case()
    assert found(desk.browser("reviewer"), typed) == []


@pytest.mark.parametrize(
    "typed", ["", " ", "%", "_", "a", "123", "+", "\x00", "x" * 201]
)
def test_too_little_or_too_much_to_look_for(desk: Desk, typed: str) -> None:
    desk.case("a a a")
    answer = desk.browser("reviewer").post("/search", {"text": typed})
    assert answer.status_code == 422
    assert "at least two letters" in answer.text


def test_pages(desk: Desk) -> None:
    for _ in range(26):
        desk.case("the same words")
    browser = desk.browser("reviewer")
    first = browser.post("/search", {"text": "same words"}).text
    assert "26 cases found" in first
    assert '<button name="page" value="2">Next</button>' in first
    second = found(browser, "same words", page=2)
    assert len(second) == 1
    assert second[0] not in first


def test_what_was_looked_for_is_in_no_address_and_no_log(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """Names and symptoms are typed into the search (A42)."""
    desk.case("my unmentionable itch", contact=None)
    browser = desk.browser("reviewer")
    with capture_logs() as logs, caplog.at_level(logging.DEBUG):
        answer = browser.post("/search", {"text": "unmentionable"})
        browser.post("/search", {"text": "unmentionable 7946 \x00"})
        browser.get("/search?text=unmentionable")  # nobody is sent there by us
    assert "1 case found" in answer.text
    assert answer.request.query_string == b""
    assert 'action="/search" method="post"' in answer.text
    assert "unmentionable" not in str(logs)
    ours = [one for one in caplog.records if not one.name.startswith("werkzeug")]
    assert "unmentionable" not in str([one.getMessage() for one in ours])
    assert "unmentionable" not in str(desk.audit())


def test_the_alone_standing_search_has_one_field(desk: Desk) -> None:
    page = desk.browser("reviewer").get("/search").text
    assert page.count('name="text"') == 1
