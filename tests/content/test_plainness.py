import pytest

from mend.content.plainness import (
    check_grade,
    check_length,
    check_mean_grade,
    check_tone,
)
from tests.content.made_up import HARD, passage, said

FINE = "Rest it. Then move a bit, day by day. You can call {clinic.phone}."


def test_plain_words_are_fine():
    for rule in (check_length, check_grade, check_tone):
        assert said(rule(passage(FINE))) == []
    assert said(check_mean_grade([3.0, 8.5])) == []
    assert said(check_mean_grade([])) == []


def test_too_many_words_are_found():
    assert said(check_length(passage("go on. " * 45))) == []
    assert said(check_length(passage("go on. " * 46))) == ["92 words, 90 at most"]
    short = passage("go on. " * 20, max_words=35)
    assert said(check_length(short)) == ["40 words, 35 at most"]


def test_a_long_sentence_is_found_at_its_line():
    (found,) = check_length(passage("Go on.\n\n" + "you walk and " * 9 + "stop."))
    assert found.where.startswith("data/faq/made_up.yml:14 ")
    assert found.what == "a sentence of 28 words, 25 at most"


def test_too_many_bullets_are_found():
    assert said(check_length(passage("- go on\n" * 8))) == ["8 bullets, 7 at most"]


def test_hard_words_are_found_with_both_grades():
    (what,) = said(check_grade(passage(HARD)))
    assert what.startswith("reading grade 47.7 (47.7")
    assert what.endswith(" raw), 8.0 at most")


def test_a_limit_of_its_own_holds():
    text = passage("A therapist examines your injured shoulder carefully.")
    assert 8.0 < text.measured.grade < 20.0
    easier = passage(text.text, max_grade=20.0)
    assert said(check_grade(text))
    assert not said(check_grade(easier))


def test_a_high_mean_grade_is_found():
    assert said(check_mean_grade([6.0, 6.2])) == [
        "mean reading grade 6.10, 6.0 at most"
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [("Call now!", "has an exclamation mark"), ("All good \U0001f600", "has an emoji")],
)
def test_excitement_is_found(text, what):
    (found,) = said(check_tone(passage(text)))
    assert found.startswith(what)
