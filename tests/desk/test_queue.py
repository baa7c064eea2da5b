from __future__ import annotations

import re

import pytest

from mend.records import journal
from mend.records.escalations import ContactDetails

from .conftest import Browser, Clock, Desk


def test_empty_views_say_so_kindly(desk: Desk) -> None:
    browser = desk.browser("reviewer")
    for view in ("unassigned", "mine", "open", "waiting", "closed"):
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
        pytest.param("9" * 5000, id="very long"),
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


def test_without_the_script_the_page_reloads_itself_until_it_is_paused(
    desk: Desk,
) -> None:
    browser = desk.browser("reviewer")
    page = browser.get("/?view=mine&urgency=soon").text
    again = "/?view=mine&amp;page=1&amp;urgency=soon&amp;auto=1"
    assert f'<noscript><meta http-equiv="refresh" content="60; url={again}">' in page
    assert '<script src="/static/queue.js' in page
    paused = browser.get("/?view=mine&refresh=off").text
    assert "http-equiv" not in paused
    assert "<script" not in paused
    assert "refresh=off" in paused.split('class="tabs"')[1].split("</nav>")[0]


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


def test_the_banner_tells_of_an_assistant_that_is_down(desk: Desk) -> None:
    chat = desk.app.extensions["mend.desk"].health
    browser = desk.browser("reviewer")
    # From here on no page asks by itself: a slow answer would come after ours.
    chat._clock = lambda: 0.0
    chat._asked_at = 0.0
    chat._ask = lambda: {"database": True, "assistant": True}
    chat.renew()
    assert "The assistant does not answer" not in browser.get("/").text
    chat._ask = lambda: {"database": True, "assistant": False}
    chat.renew()
    assert "The assistant does not answer" in browser.get("/").text


class TestViews:
    def test_waiting_has_what_waits_for_the_person_and_what_is_put_off(
        self, desk: Desk, clock: Clock
    ) -> None:
        browser = desk.browser("reviewer")
        waits, sleeps, stays = (desk.case() for _ in range(3))
        take(browser, waits)
        browser.post(f"/cases/{waits}/status", {"version": 2, "to": "waiting"})
        browser.post(f"/cases/{sleeps}/snooze", {"version": 1, "until": "tomorrow"})
        assert listed(browser, "waiting") == {waits, sleeps}
        assert listed(browser, "open") == {stays}
        assert "Put off until" in browser.get("/?view=waiting").text
        # It comes back by itself when the clinic opens.
        clock.forward(days=1)
        browser = desk.browser("reviewer")
        assert listed(browser, "open") == {sleeps, stays}

    def test_counts_stand_at_each_view(self, desk: Desk) -> None:
        browser = desk.browser("reviewer")
        take(browser, desk.case())
        desk.case()
        page = browser.get("/").text
        counts = re.findall(r'([A-Z][a-z ]+) <span class="count">(\d+)<', page)
        assert dict(counts) == {
            "Unassigned": "1",
            "Mine": "1",
            "All open": "2",
            "Waiting": "0",
            "Closed": "0",
        }

    def test_who_waits_longest_is_first_among_equals(
        self, desk: Desk, clock: Clock
    ) -> None:
        first = desk.case(urgency="soon")
        clock.forward(minutes=1)
        second = desk.case(urgency="soon")
        page = desk.browser("reviewer").get("/").text
        assert page.index(first) < page.index(second)


class TestFilters:
    def test_each_filter_is_in_the_address_and_filters(self, desk: Desk) -> None:
        browser = desk.browser("reviewer")
        flag = desk.case("hot calf", "red_flag", "same_day")
        complaint = desk.case("so rude", "complaint", "soon")
        taken = desk.case()
        take(browser, taken)
        tag = {"version": 1, "tag": "insurance", "own": "Ms Ito's"}
        browser.post(f"/cases/{complaint}/tags", tag)
        for asked, found in (
            ("urgency=same_day", {flag}),
            ("kind=complaint", {complaint}),
            (f"assignee={desk.people['reviewer']}", {taken}),
            ("tag=insurance", {complaint}),
            ("tag=ms+ito%27s", {complaint}),
            ("tag=nobody", set()),
            ("urgency=soon&kind=red_flag", set()),
            ("urgency=&kind=&tag=&assignee=", {flag, complaint, taken}),
        ):
            assert listed(browser, "open", asked) == found, asked
        page = browser.get("/?kind=complaint").text
        assert "1 of 3 cases match" in page
        assert '<option value="complaint" selected>' in page
        # The filters stay when one looks at another view.
        assert "/?view=mine&amp;kind=complaint" in page

    @pytest.mark.parametrize(
        "nonsense",
        ["urgency=x'--", "kind=%00", "assignee=1.5", "assignee=" + "9" * 40, "tag=%00"],
    )
    def test_nonsense_filters_nothing_or_all(self, desk: Desk, nonsense: str) -> None:
        desk.case()
        answer = desk.browser("reviewer").get(f"/?view=open&{nonsense}")
        assert answer.status_code == 200

    def test_late_only(self, desk: Desk, clock: Clock) -> None:
        late = desk.case("hot calf", "red_flag", "same_day")
        clock.forward(hours=1)
        in_time = desk.case("hot shin", "red_flag", "same_day")
        reached = desk.case("cold", "red_flag", "emergency")
        browser = desk.browser("reviewer")
        take(browser, reached)
        browser.post(f"/cases/{reached}/status", {"version": 2, "to": "contacted"})
        clock.forward(minutes=70)
        browser = desk.browser("reviewer")
        assert listed(browser, "open", "overdue=1") == {late}
        page = browser.get("/").text
        # In words, with no colour needed.
        assert "10 min late" in page
        assert "due in 50 min" in page
        assert page.count('class="due') == 2
        assert in_time in page


def test_the_page_names_the_newest_urgent_case_for_its_script(
    desk: Desk, clock: Clock
) -> None:
    browser = desk.browser("reviewer")
    assert "data-newest" not in browser.get("/").text
    first = desk.case("chest", "red_flag", "emergency")
    clock.forward(minutes=1)
    second = desk.case("calf", "red_flag", "same_day")
    desk.case()
    page = browser.get("/?view=closed").text  # whatever is looked at
    assert f'data-newest="{second} ' in page
    assert f"New: Today. Possible warning sign, {second}." in page
    take(browser, second)
    browser.post(f"/cases/{second}/status", {"version": 2, "to": "waiting"})
    assert f'data-newest="{first} ' in browser.get("/").text


def test_a_row_says_that_the_visitor_wrote_again(desk: Desk, clock: Clock) -> None:
    reference = desk.case()
    clock.forward(minutes=3)
    desk.writes_again(reference, "Is anybody there?")
    clock.forward(minutes=5)
    browser = desk.browser("reviewer")
    assert "Wrote again 5 minutes ago" in browser.get("/").text
    take(browser, reference, version=2)
    assert "Wrote again" not in browser.get("/").text


def take(browser: Browser, reference: str, version: int = 1) -> None:
    data = {"version": version, "to": "in_review"}
    assert browser.post(f"/cases/{reference}/status", data).status_code == 303


def listed(browser: Browser, view: str, asked: str = "") -> set[str]:
    page = browser.get(f"/?view={view}&{asked}").text
    table = page.split('id="now-list"')[1].split('class="foot"')[0]
    return set(re.findall(r"/cases/([A-Z0-9]{6})\"", table))
