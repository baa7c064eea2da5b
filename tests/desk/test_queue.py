from __future__ import annotations

import pytest

from mend.records import journal
from mend.records.escalations import ContactDetails

from .conftest import Clock, Desk


def test_empty_views_say_so_kindly(desk: Desk) -> None:
    browser = desk.browser("reviewer")
    for view in ("unassigned", "mine", "open", "closed"):
        page = browser.get(f"/?view={view}")
        assert page.status_code == 200
        assert "<table" not in page.text
        assert 'class="card empty"' in page.text


def test_a_row_says_how_soon_why_and_for_how_long(desk: Desk, clock: Clock) -> None:
    reference = desk.case("My calf is hot", "red_flag", "same_day")
    clock.forward(minutes=95)
    page = desk.browser("reviewer").get("/").text
    for words in (
        reference,
        "Today",
        "Possible warning sign",
        "A reason.",
        "My calf is hot",
        "1 hour 35 minutes",
        "Not given",
    ):
        assert words in page


def test_the_number_to_call_is_not_in_the_queue(desk: Desk) -> None:
    desk.case(contact=ContactDetails("Ana", "+44 20 7946 0000", None, None, None, "1"))
    page = desk.browser("reviewer").get("/").text
    assert "Phone" in page
    assert "7946" not in page


def test_most_urgent_first(desk: Desk, clock: Clock) -> None:
    later = [desk.case(urgency="routine")]
    clock.forward(hours=9)
    later.insert(0, desk.case(urgency="emergency", kind="red_flag"))
    page = desk.browser("reviewer").get("/").text
    assert page.index(later[0]) < page.index(later[1])


@pytest.mark.parametrize(
    "page",
    [
        "-1",
        "0",
        "1000000000",
        "9" * 5000,
        "1.5",
        "x",
        "",
        "\u0661",
        "1' OR '1'='1",
        "%00",
    ],
)
def test_any_page_parameter_gives_a_page(desk: Desk, page: str) -> None:
    desk.case()
    browser = desk.browser("manager")
    assert browser.get("/", query_string={"page": page}).status_code == 200
    assert browser.get("/audit", query_string={"page": page}).status_code == 200


@pytest.mark.parametrize("view", ["", "all", "open'--", "<script>"])
def test_an_unknown_view_is_all_open(desk: Desk, view: str) -> None:
    page = desk.browser("reviewer").get("/", query_string={"view": view})
    assert page.status_code == 200
    assert "(0) All open" in page.text


def test_pages_keep_the_view(desk: Desk) -> None:
    for _ in range(26):
        desk.case()
    browser = desk.browser("reviewer")
    assert "Page 1 of 2" in browser.get("/?view=unassigned").text
    second = browser.get("/?view=unassigned&page=2").text
    assert "Page 2 of 2" in second
    assert second.count('scope="row"') == 1


def test_reloading_can_be_paused(desk: Desk) -> None:
    browser = desk.browser("reviewer")
    assert browser.get("/").headers["Refresh"].startswith("60; url=/?view=open")
    assert "Refresh" not in browser.get("/?refresh=off").headers


def test_the_banner_tells_of_silence(desk: Desk, clock: Clock) -> None:
    reference = desk.case()
    with desk.db.transaction() as s:
        conversation = journal.open_conversation(
            s, token_sha256="0" * 64, sender_id="x", greeting=[], now=clock()
        )
        journal.receive(s, conversation, "id", "Hello?", None, clock())
    browser = desk.browser("reviewer")
    assert 'class="banner"' not in browser.get("/").text
    clock.forward(minutes=16)
    page = browser.get("/").text
    assert "1 message without an answer" in page
    assert "1 case not opened by anybody" in page
    browser.get(f"/cases/{reference}")
    assert "not opened by anybody" not in browser.get("/").text


def test_finding_by_reference(desk: Desk) -> None:
    reference = desk.case()
    browser = desk.browser("reviewer")
    asked = f" {reference[:3].lower()} {reference[3:]} "
    answer = browser.get("/find", query_string={"reference": asked})
    assert answer.location == f"/cases/{reference}"
    for wrong in ("", "x", "../../x", "//evil", "ABCDEFG", "%%%%%%"):
        answer = browser.get("/find", query_string={"reference": wrong})
        assert answer.status_code == 404
