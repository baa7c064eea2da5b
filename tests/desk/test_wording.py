from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from mend.desk import wording
from mend.understanding.pain import Heard

NOW = datetime(2026, 3, 29, 0, 59, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        ({"seconds": 59}, "less than a minute"),
        ({"minutes": 1}, "1 minute"),
        ({"minutes": 59}, "59 minutes"),
        ({"minutes": 60}, "1 hour"),
        ({"minutes": 61}, "1 hour 1 minute"),
        ({"hours": 23, "minutes": 59}, "23 hours 59 minutes"),
        ({"days": 2, "hours": 4, "minutes": 30}, "2 days 4 hours"),
        ({"minutes": -90}, "less than a minute"),  # a clock that went back
    ],
)
def test_waiting(ago: dict[str, int], words: str) -> None:
    assert wording.waiting(NOW - timedelta(**ago), NOW) == words


def test_clinic_time_follows_summer_time() -> None:
    london = ZoneInfo("Europe/London")
    assert ">Sun 29 Mar 2026, 00:59<" in wording.clinic_time(NOW, london)
    later = wording.clinic_time(NOW + timedelta(minutes=1), london)
    assert ">Sun 29 Mar 2026, 02:00<" in later
    assert 'title="2026-03-29 01:00:00 UTC"' in later


@pytest.mark.parametrize(
    ("text", "words", "html"),
    [
        ("My Calf", ["calf"], "My <mark>Calf</mark>"),
        (
            "calf, hot calf",
            ["calf", "hot calf"],
            "<mark>calf</mark>, <mark>hot calf</mark>",
        ),
        ("<b>", ["b"], "&lt;<mark>b</mark>&gt;"),
        ("<b>", ["<b>"], "<mark>&lt;b&gt;</mark>"),
        ("a.c abc", ["a.c"], "<mark>a.c</mark> abc"),
        ("text", [], "text"),
        ("text", ["", " ", None, 3], "text"),
    ],
)
def test_highlight(text: str, words: list[object], html: str) -> None:
    assert wording.highlight(text, words) == html


def test_facts_heard_are_those_staff_need_in_reading_order() -> None:
    heard = Heard(
        pain=True,
        limits=("can't lift my son", "can't sleep"),
        body_part="shoulder",
        duration="two months",
        duration_days=60,
        score=0,
    )
    assert wording.facts_heard(heard.as_dict()) == [
        ("Cannot do, or only with pain", "can't lift my son, can't sleep"),
        ("Where", "shoulder"),
        ("How bad, 0 to 10", "0"),
        ("For how long", "two months"),
    ]
    assert ("Who", "other") in wording.facts_heard(Heard(who="other").as_dict())


def test_no_gain_is_a_fact_and_nothing_known_is_none() -> None:
    label = "Getting better"
    assert (label, "no") in wording.facts_heard({"better": False})
    assert (label, "yes") in wording.facts_heard({"better": True})
    assert wording.facts_heard({"better": None, "bad_reaction": False}) == []


def test_our_rule_is_labelled_as_ours_beside_what_it_uses() -> None:
    for used in ({"score": 0}, {"limits": ["can't run"]}, {"duration": "a day"}):
        note = wording.our_rule(used)
        assert "our rule, not a validated score" in note
        assert "4 or more" in note
        assert "over 14 days" in note
    for nothing in (None, {}, "x", {"limits": []}, {"body_part": "knee"}):
        assert wording.our_rule(nothing) == ""


def test_facts_heard_of_any_shape() -> None:
    for nothing in (None, [], "x", 3, {}, {"limits": []}, {"other": 1}):
        assert wording.facts_heard(nothing) == []


def test_links_only_for_plain_numbers_and_addresses() -> None:
    assert wording.phone_link(" +44 (0)20 7946-0321 ") == "tel:+4402079460321"
    assert wording.phone_link("call me") is None
    assert wording.email_link("a.b+c@x.example") == "mailto:a.b+c@x.example"
    assert wording.email_link("a@x.example?cc=b@y.example") is None
