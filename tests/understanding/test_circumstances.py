"""What a person tells of themselves, how it is taken back, and the caution it needs."""

from pathlib import Path

import pytest

from mend.understanding.catalogue_files import load_catalogue
from mend.understanding.circumstances import (
    CAUTIONS,
    SLOTS,
    Due,
    circumstances,
    due,
    first_that_needs,
)
from mend.understanding.context import Context
from mend.understanding.lexicon import Lexicon


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.load(Path("data/lexicon"))


def heard(lexicon: Lexicon, text: str) -> dict[str, str]:
    reading = lexicon.read(text)
    found = circumstances(reading, Context(reading))
    assert [one.name for one in found] == [n for n in SLOTS if n in dict_of(found)]
    for one in found:
        assert 0 <= one.start < one.end <= len(text)
    return dict_of(found)


def dict_of(found):
    return {one.name: one.value for one in found}


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("I take warfarin, does IASTM hurt?", "self"),
        ("i'm on blood thinners", "self"),
        ("can I have scraping while on eliquis?", "self"),
        ("should I stop my apixaban before a session", "self"),
        ("I take a daily aspirin", "self"),
        ("is massage safe on blood thinners", "self"),
        ("my mum takes warfarin", "other"),
        ("my husband is on rivaroxaban, could he have it", "other"),
        ("I'm not on blood thinners", "no"),
        ("no blood thinners", "no"),
        ("I don't take any blood thinners", "no"),
        ("i came off apixaban last month", "no"),
        ("I used to take warfarin", "no"),
        ("I stopped taking warfarin", "no"),
        ("what are blood thinners", None),
        ("can people on blood thinners have IASTM?", None),
        ("in 2012 I was on warfarin", None),
        ("does it hurt", None),
        ("", None),
    ],
)
def test_blood_thinners(lexicon: Lexicon, text: str, who: str | None) -> None:
    assert heard(lexicon, text).get("blood_thinners") == who


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("I'm 20 weeks pregnant", "self"),
        ("I might be pregnant", "self"),
        ("could I have IASTM in my second trimester", "self"),
        ("we are expecting a baby", "self"),
        ("my wife is pregnant, so I carry everything", "other"),
        ("I'm not pregnant", "no"),
        ("not pregnant any more", "no"),
        ("I had the baby last week", "no"),
        ("can pregnant women have massage", None),
        ("I got pregnant 5 years ago", None),
        ("my back has been bad since my pregnancy", None),
        ("I did a pregnancy test", None),
    ],
)
def test_pregnancy(lexicon: Lexicon, text: str, who: str | None) -> None:
    assert heard(lexicon, text).get("pregnant") == who


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("I had knee surgery 3 weeks ago", "3 weeks ago"),
        ("i am 6 weeks post op", "6 weeks ago"),
        ("I had my knee replaced two months ago", "two months ago"),
        ("my daughter had surgery last week", "last week"),
        ("Had a c-section. It was 8 weeks ago.", "8 weeks ago"),
        ("after my hip replacement can I have massage", "some time"),
        ("I had an ACL op 10 years ago", None),
        ("do I need surgery?", None),
        ("can it heal without surgery", None),
        ("I'm having surgery next week", None),
        ("I haven't had surgery", "no"),
        ("I never had an operation", "no"),
    ],
)
def test_an_operation(lexicon: Lexicon, text: str, since: str | None) -> None:
    assert heard(lexicon, text).get("operation") == since


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("my 8 year old hurt his ankle", "child"),
        ("is iastm ok for my child", "child"),
        ("I'm 14 and my knee hurts", "child"),
        ("my son is 7", "child"),
        ("I'm 72", "older"),
        ("I am 70 years old, is IASTM safe?", "older"),
        ("and for my mum, she is 80", "older"),
        ("I'm over 65", "older"),
        ("would it suit my elderly neighbour", "older"),
        ("can my grandma have a massage", "older"),
        ("I'm 40", "adult"),
        ("no, I'm not elderly", "adult"),
        ("I'm 40 and my mum is 81", "older"),
        ("I'm 30 weeks pregnant", None),
        ("I'm 72 kg", None),
        ("I am 7", None),
        ("as a kid I broke my arm", None),
        ("my back hurts from lifting my toddler", None),
        ("I have a 10 year old injury", None),
        ("over 40 minutes of running", None),
        ("my nan said massage helps", None),
    ],
)
def test_an_age(lexicon: Lexicon, text: str, group: str | None) -> None:
    assert heard(lexicon, text).get("age_group") == group


def test_several_in_one_message(lexicon: Lexicon) -> None:
    text = "I'm 68 and on warfarin, had a knee replacement 3 weeks ago"

    assert heard(lexicon, text) == {
        "blood_thinners": "self",
        "operation": "3 weeks ago",
        "age_group": "older",
    }


def test_what_is_due() -> None:
    assert due({}) == ()
    assert due({"pregnant": "no", "age_group": "adult", "operation": "no"}) == ()
    assert due({"blood_thinners": "other", "pain_score": "7"}) == (
        Due("blood_thinners", other=True),
    )
    said = {"pregnant": "self", "operation": "3 weeks ago", "age_group": "child"}
    assert due(said) == (
        Due("pregnant"),
        Due("operation", since="3 weeks ago"),
        Due("child"),
    )
    assert due({"operation": "some time"}) == (Due("operation"),)


def test_of_several_answers_the_first_that_it_belongs_to_gets_the_line() -> None:
    asked = ["clinic.prices", "iastm.hurts", "iastm.session"]

    assert first_that_needs(asked, ["iastm.session", "iastm.hurts"]) == "iastm.hurts"
    assert first_that_needs(asked, ["mld.hurts"]) is None


def test_every_caution_is_written_and_belongs_somewhere() -> None:
    cautions = load_catalogue(Path("data")).cautions

    assert set(cautions) == set(CAUTIONS)
    for caution in cautions.values():
        assert caution.answers
        assert caution.facts
        assert caution.sources
    # The answer that is about it says it already.
    assert "iastm.blood_thinners" not in cautions["blood_thinners"].answers
    assert "iastm.pregnancy" not in cautions["pregnant"].answers
    assert "iastm.age" not in cautions["child"].answers + cautions["older"].answers
