from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta

import pytest

from mend.desk import answers, insight
from mend.records import day_counts
from mend.records.feedback import record_feedback
from tests.records import making

from .conftest import Clock, Desk


def told(desk: Desk, text: str, outcome: str, **more: object) -> None:
    result = replace(making.refused(), outcome=outcome)
    making.turn(desk.db, text, result, now=desk.clock(), **more)  # type: ignore[arg-type]


def fill(desk: Desk) -> None:
    chat = making.new_conversation(desk.db)
    making.turn(
        desk.db, "how long", making.answered(), conversation=chat, now=desk.clock()
    )
    with desk.db.transaction() as s:
        record_feedback(s, chat, 3, True, None, desk.clock())
    told(desk, "do you sell shoes", "out_of_scope")
    told(desk, "Do you sell shoes?", "out_of_scope")
    told(desk, "the scraping", "clarify")
    pain = making.new_conversation(desk.db)
    told(desk, "my knee hurts", "assess", conversation=pain)
    told(desk, "I cannot climb stairs", "suggest_consultation", conversation=pain)
    case = making.ask(desk.db, pain)
    making.change(desk.db, case, "in_review", desk.people["reviewer"])
    desk.case("chest pain", "red_flag", "emergency")


def test_nothing_yet(desk: Desk) -> None:
    page = desk.browser("manager").get("/insight")
    assert page.status_code == 200
    for words in ("No answers in these days", "no thumbs yet", "No case was looked at"):
        assert words in page.text


def test_each_chart_has_its_numbers_as_a_table(desk: Desk) -> None:
    fill(desk)
    page = desk.browser("manager").get("/insight").text
    assert page.count("<svg") >= 5
    assert "<strong>6</strong> conversations" in page
    assert "<strong>7</strong> messages" in page
    assert '<th scope="row">23 Nov</th><td>6</td>' in page
    # answered, pain, asked back, refused, staff of that day
    assert "<td>1</td><td>2</td><td>1</td><td>2</td><td>1</td>" in page
    assert answers.titles()["healing.time"] in page
    assert "<strong>100 %</strong> of thumbs up" in page
    assert "Do you sell shoes?" in page
    funnel = (
        "Told of pain",
        "A consultation was suggested",
        "Asked for a consultation",
    )
    assert all(words in page for words in funnel)
    assert "Routine" in page


def test_no_style_stands_in_the_page(desk: Desk) -> None:
    """The content security policy refuses it."""
    fill(desk)
    browser = desk.browser("manager")
    for path in ("/insight", "/insight/unanswered"):
        page = browser.get(path).text
        assert "style=" not in page
        assert "<style" not in page
        assert "<script" not in page


def test_the_days_are_in_the_address(desk: Desk, clock: Clock) -> None:
    fill(desk)
    clock.forward(days=10)
    browser = desk.browser("manager")
    assert "<strong>0</strong> conversations" in browser.get("/insight?last=7").text
    day = "/insight?from=2026-11-23&to=2026-11-23"
    assert "<strong>6</strong> conversations" in browser.get(day).text
    page = browser.get("/insight?last=90").text
    assert "<strong>6</strong> conversations" in page
    assert "week of 23 Nov" in page
    assert "last=7" in page


@pytest.mark.parametrize(
    "query",
    ["last=-1", "from=x&to=y", "from=0001-01-01&to=9999-12-31", "last=' OR 1=1--"],
)
def test_nonsense_in_the_address(desk: Desk, query: str) -> None:
    """A42: nonsense in parameters."""
    assert desk.browser("manager").get(f"/insight?{query}").status_code == 200


def test_looking_keeps_the_days_that_are_over(desk: Desk, clock: Clock) -> None:
    fill(desk)
    clock.forward(days=1)
    desk.browser("manager").get("/insight")
    with desk.db.reading() as s:
        kept = s.execute(
            day_counts.select(day_counts.func.count()).select_from(day_counts.DayCount)
        ).scalar_one()
    assert kept > 5


def test_what_was_typed_stays_text_and_names_go(desk: Desk) -> None:
    """A28: stored script."""
    told(desk, "<script>x</script> {{7*7}} shoes", "out_of_scope")
    told(desk, "my name is Zebedee, do you sell shoes", "out_of_scope")
    browser = desk.browser("manager")
    for path in ("/insight", "/insight/unanswered"):
        page = browser.get(path).text
        assert "<script>x" not in page
        assert "49 shoes" not in page
        assert "Zebedee" not in page


class TestUnanswered:
    def test_like_messages_stand_together(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told(desk, "do you sell running shoes", "out_of_scope")
        told(desk, "can I buy running shoes from you", "out_of_scope")
        told(desk, "cream for eczema on the eyelid", "out_of_scope")
        browser = desk.browser("manager")
        page = browser.get("/insight/unanswered").text
        if insight._encoder() is None:
            pytest.skip("no sentence encoder here")
        assert "1 more" in page
        monkeypatch.setattr(insight, "_encoder", lambda: None)
        page = browser.get("/insight/unanswered").text
        assert "encoder is not installed" in page
        assert "1 more" not in page

    def test_nothing(self, desk: Desk) -> None:
        page = desk.browser("manager").get("/insight/unanswered")
        assert "Nothing in these days" in page.text


class TestExport:
    def test_a_file_that_is_written_down(self, desk: Desk) -> None:
        fill(desk)
        told(desk, "=HYPERLINK(1) shoes", "out_of_scope")
        answer = desk.browser("manager").post("/insight/export?last=7")
        assert answer.status_code == 200
        assert (
            "insight-2026-11-17-2026-11-23.csv" in answer.headers["Content-Disposition"]
        )
        rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
        assert rows[0] == ["part", "name", "detail", "count"]
        assert ["per day", "23 Nov", "Conversations", "7"] in rows
        assert ["from pain to consultation", "Told of pain", "", "1"] in rows
        assert ["not answered", "'=HYPERLINK(1) shoes", "", "1"] in rows  # A29
        assert ("staff:2", "insight.exported", "insight") in desk.audit()

    def test_not_without_the_form(self, desk: Desk) -> None:
        answer = desk.browser("manager").client.post("/insight/export")
        assert answer.status_code == 400


def test_weeks_add_up_their_days(desk: Desk, clock: Clock) -> None:
    told(desk, "shoes", "out_of_scope")
    clock.forward(days=1)
    told(desk, "shoes", "out_of_scope")
    clock.now += timedelta(days=20)
    page = desk.browser("manager").get("/insight?last=90").text
    assert '<th scope="row">week of 23 Nov</th><td>2</td>' in page
