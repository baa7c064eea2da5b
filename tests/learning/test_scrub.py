from __future__ import annotations

import pytest

from mend.learning.scrub import maybe_names, scrub


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("call me on 07700 900123 about scars", "call me on my number about scars"),
        ("my number is +44 (0)20 7946 0000", "my number is my number"),
        ("mail ana.ek@example.org please", "mail my e-mail please"),
        ("write to ana (at) example.org", "write to my e-mail"),
        ("see https://example.org/a?b=c now", "see a website now"),
        ("i am @ana_ek there", "i am my account there"),
        ("born 12/03/1981 and sore", "born a date and sore"),
        ("operated 3rd March 2019", "operated a date"),
        ("I live at 12 High Street near you", "I live at my address near you"),
        ("is SW1A 1AA far from you", "is my postcode far from you"),
        ("my name is ana ek and my knee hurts", "my name is someone and my knee hurts"),
        ("My name's Ana", "My name's someone"),
        ("hello, this is Ana Ek", "hello, this is someone"),
        ("I'm Ana, can scars hurt", "I'm someone, can scars hurt"),
        ("Dr Patel said rest it", "Dr someone said rest it"),
        ("mrs jones told me to ask", "mrs someone told me to ask"),
        ("thanks, Ana", "thanks, someone"),
        ("nhs 943 476 5919 is mine", "nhs my number is mine"),
    ],
)
def test_contact_details_and_names_go(text: str, expected: str) -> None:
    assert scrub(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "I'm sore after 3 weeks",
        "it is 6 weeks since my operation in 2019",
        "does it work 100 % of the time",
        "what is stage 2 of healing",
        "I am 45 and run 10 km, 3 times a week",
        "is IASTM the same as Graston",
        "is 10-15 minutes of ice ok",
        "this is worse than before",
        "pain 7/10 today",
    ],
)
def test_ordinary_words_and_numbers_stay(text: str) -> None:
    assert scrub(text) == text


def test_known_names_go_wherever_they_stand() -> None:
    text = "ana here, ANA EK again, ask Kim"
    assert scrub(text, ["Ana Ek", "Kim Lee"]) == (
        "someone here, someone EK again, ask someone"
    )


def test_twice_is_the_same_as_once() -> None:
    text = "Dr Patel, call ana@example.org or 07700 900123, my name is Ana"
    assert scrub(scrub(text)) == scrub(text)


def test_words_with_a_capital_that_nobody_taught_may_be_names() -> None:
    known = {"graston", "i", "iastm"}
    text = "Does Graston help? Margaret says so. I asked Derek and IASTM people"
    assert maybe_names(text, known) == ["Derek"]
