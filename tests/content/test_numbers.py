import pytest

from mend.content.facts import Quantity
from mend.content.numbers import check_contradictions, check_numbers, mentions
from tests.content.made_up import facts, passage, said

SETTLING = Quantity("scar settling", (12.0, 18.0, 24.0), "months")
SPRAIN = Quantity("sprain feels better", (2.0,), "weeks")


@pytest.mark.parametrize(
    ("text", "values", "unit"),
    [
        ("It takes 2 to 4 weeks or more.", (2, 4), "weeks"),
        ("a review of 46 trials found", (46,), "trials"),
        ("In 7 heel pain trials, pain fell.", (7,), "trials"),
        ("a trial of 1,708 patients", (1708,), "people"),
        ("about 80% of normal", (80,), "%"),
        ("about 2 to 4 in 10 people", (2, 4), "in 10"),
        ("a 45-minute visit", (45,), "minutes"),
        ("Wait twelve weeks.", (12,), "weeks"),
        ("after a day or two", (1, 2), "days"),
        ("It began around 1994.", (1994,), ""),
        ("3 or 4 visits", (3, 4), "sessions"),
    ],
)
def test_numbers_are_read_with_their_units(text, values, unit):
    (found,) = mentions(text)
    assert (found.values, found.unit) == (values, unit)


@pytest.mark.parametrize(
    "text",
    ["It has three stages.", "Call {clinic.phone}.", "One review.", "Wait a few days."],
)
def test_what_states_no_number_is_left(text):
    assert list(mentions(text)) == []


def test_a_number_without_a_fact_is_found_at_its_line():
    text = passage("Rest.\n\nIt takes 3 weeks.", facts=("H3",))
    (found,) = check_numbers(text, facts(SPRAIN))
    assert found.where.startswith("data/faq/made_up.yml:14 ")
    assert found.what == "'3 weeks' stands in none of its facts"


def test_a_number_of_another_unit_or_of_another_fact_is_found():
    months = passage("It takes 2 months.", facts=("H3",))
    assert len(said(check_numbers(months, facts(SPRAIN)))) == 1
    other = passage("It takes 2 weeks.", facts=("C2",))
    assert len(said(check_numbers(other, facts(SPRAIN, C2=False)))) == 1


def test_a_number_of_its_fact_or_source_is_fine():
    text = passage("It takes 2 weeks, or 14 days.", facts=("H3",))
    assert said(check_numbers(text, facts(SPRAIN))) == []
    sourced = passage("It takes 2 weeks.", sources=("leaflet",))
    of_sources = {"leaflet": (SPRAIN,)}
    assert said(check_numbers(sourced, facts(of_sources=of_sources))) == []


def test_a_number_whose_source_is_not_named_is_found():
    sourced = Quantity("sprain feels better", (2.0,), "weeks", "leaflet")
    text = passage("It takes 2 weeks.", facts=("H3",), sources=("review",))
    assert said(check_numbers(text, facts(sourced))) == [
        "'2 weeks' comes from leaflet, which it does not name"
    ]
    named = passage("It takes 2 weeks.", facts=("H3",), sources=("leaflet",))
    assert said(check_numbers(named, facts(sourced))) == []


def test_a_question_may_name_a_scale_and_an_advice_may_not_make_up_a_time():
    scale = passage("From 0 to 10?", "journey/ask_score")
    assert said(check_numbers(scale, facts())) == []
    advice = passage("Wait 3 weeks.", "journey/self_care", facts=("H3",))
    assert len(said(check_numbers(advice, facts(SPRAIN)))) == 1


def test_the_clinic_states_its_own_numbers():
    text = passage("It takes 45 minutes.", "clinic.length", from_clinic=True)
    assert said(check_numbers(text, facts())) == []


def test_two_answers_that_disagree_are_found_with_both_places():
    one = passage("Scars settle over 1 to 2 years.", "scar.looks", facts=("H3",))
    two = passage("They soften in 12 to 18 months.", "scar.pain", facts=("H3",))
    (found,) = check_contradictions([one, two], facts(SETTLING))
    assert found.where == "data/faq/made_up.yml:12 utter_faq/scar.pain"
    assert found.what == (
        "scar settling: says '12 to 18 months', but data/faq/made_up.yml:12 "
        "utter_faq/scar.looks says '1 to 2 years'"
    )


def test_two_answers_that_agree_in_other_units_are_fine():
    one = passage("Scars settle over 1 to 2 years.", "scar.looks", facts=("H3",))
    two = passage("They soften in 12 to 24 months.", "scar.pain", facts=("H3",))
    assert said(check_contradictions([one, two], facts(SETTLING))) == []


@pytest.mark.parametrize(
    ("text", "found"), [("up to 2 years", 0), ("up to 18 months", 1), ("2 years", 1)]
)
def test_the_upper_end_alone_agrees_with_the_range(text, found):
    one = passage("Scars settle over 1 to 2 years.", "scar.looks", facts=("H3",))
    two = passage(f"They soften for {text}.", "scar.pain", facts=("H3",))
    assert len(said(check_contradictions([one, two], facts(SETTLING)))) == found


def test_one_text_may_speak_of_the_ends_of_its_range():
    one = passage("1 to 2 years. For some 2 years.", "scar.looks", facts=("H3",))
    assert said(check_contradictions([one], facts(SETTLING))) == []


def test_what_may_mean_either_of_two_things_is_no_contradiction():
    worn = Quantity("scar wearing", (12.0, 24.0), "months")
    one = passage("It takes 1 to 2 years.", "scar.looks", facts=("H3",))
    two = passage("It takes 12 to 18 months.", "scar.pain", facts=("H3",))
    assert said(check_contradictions([one, two], facts(SETTLING, worn))) == []
