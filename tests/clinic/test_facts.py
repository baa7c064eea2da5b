"""What is said about the clinic: each fact in words, or whom to ask."""

import datetime as dt
import re
from decimal import Decimal

import pytest

from mend.chat.words import fill
from mend.clinic import FACTS, gaps, load_clinic
from mend.clinic.customs import Customs
from mend.clinic.sections import Section
from mend.content.passage import MAX_GRADE_CLINIC, MAX_WORDS
from mend.content.readability import readability
from mend.understanding.catalogue import REVIEWED
from mend.understanding.catalogue_files import PLACEHOLDERS, load_catalogue
from tests.clinic.test_file import DEMO, clinic

NOW = dt.datetime(2026, 11, 23, 10, tzinfo=dt.timezone.utc)
TEXTS = {
    key: answer.text
    for key, answer in load_catalogue(DEMO.parent / "data").answers.items()
}
ANSWERS = {key: text for key, text in TEXTS.items() if key.startswith("clinic.")}
PHONE = "020 7946 0123"


def said(of, fact):
    return of.facts(NOW)[f"clinic.{fact}"]


def leaves(section, before=""):
    """List the keys of a section, those of its own sections too."""
    for name, value in section:
        if isinstance(value, Section):
            yield from leaves(value, f"{before}{name}.")
        else:
            yield before + name


def test_placeholders_are_the_facts():
    assert set(FACTS) == PLACEHOLDERS - {REVIEWED} == set(clinic().facts(NOW))


def test_every_fact_is_used_or_a_plain_one():
    used = set(re.findall(r"\{(.*?)\}", " ".join(TEXTS.values())))
    assert set(FACTS) - used == {"clinic.name", "clinic.hours_week"}


def test_other_answers_say_what_the_clinic_filled_in():
    facts = clinic(
        services={"conditions": ["sore backs"], "conditions_not_treated": ["strokes"]},
        team={"languages": ["English", "Welsh"]},
    ).facts(NOW)
    for key in ("physio.neuro", "condition.pelvic"):
        text = fill(TEXTS[key], facts)
        assert "We help with sore backs. We do not treat strokes." in text
    assert "We speak English and Welsh." in fill(TEXTS["chat.language"], facts)
    nothing = fill(TEXTS["physio.neuro"], clinic().facts(NOW))
    assert "About the problems we treat and the problems we do not treat" in nothing
    assert PHONE in nothing


def test_every_key_about_the_clinic_is_said_by_some_topic():
    """Whatever clinic.yml asks for reaches visitors, and doctor misses it if absent."""
    working = {"name", "phone", "country", "currency", "timezone", "allowed_sites"}
    working |= {"privacy_version", *(f"numbers.{n}" for n in clinic().numbers.dict())}
    assert {gap.key for gap in gaps(clinic(), NOW)} == set(leaves(clinic())) - working
    assert gaps(load_clinic(DEMO), NOW) == []


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("of", [load_clinic(DEMO), clinic()], ids=["demo", "minimal"])
def test_every_answer_is_whole(of, answer):
    text = fill(ANSWERS[answer], of.facts(NOW))
    assert not re.search(r"[{}]|None|True|False|\(\)|\[\]", text)
    for paragraph in text.split("\n\n"):
        assert re.match(r"[A-Z]", paragraph), paragraph
        assert re.search(r"\w", paragraph)
        assert not re.search(r"\s[.,;]|\.\.|,\.|:\.|  ", paragraph), paragraph
        assert paragraph.endswith(".") or "\n- " in paragraph


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_clinic_that_says_little_is_to_be_asked(answer):
    text = fill(ANSWERS[answer], clinic().facts(NOW))
    assert "please ask us" in text.lower()
    assert PHONE in text
    assert not re.search(r"[£$€]|\d+ (minutes|hours)", text)


@pytest.mark.parametrize("answer", ANSWERS)
def test_the_demo_clinic_is_never_to_be_asked_what_it_has_filled_in(answer):
    text = fill(ANSWERS[answer], load_clinic(DEMO).facts(NOW))
    assert not re.search(r"About [^.]*, please ask us", text)
    measured = readability(text)
    assert measured.words <= MAX_WORDS
    assert measured.grade <= MAX_GRADE_CLINIC


def test_only_what_is_not_known_is_to_be_asked():
    told = said(
        clinic(getting_here={"parking": False}, address="1 Quay St"), "getting_here"
    )
    assert told == (
        "We are at 1 Quay St. We have no parking. About public transport, step-free "
        f"access and the areas we serve, please ask us on {PHONE}."
    )


def test_none_is_not_the_same_as_not_known():
    payment = said(clinic(payment={"insurers": []}), "payment")
    assert payment.startswith(
        "We do not bill insurers. About ways to pay and receipts,"
    )
    free = clinic(country="GB", cancelling={"late_fee": 0, "notice_hours": 0})
    assert said(free, "cancelling") == (
        "You can cancel up to the start of your visit. There is no fee if you cancel "
        "late."
    )


def test_a_rule_is_yes_no_or_own_words():
    says = {
        True: "Yes, you need a letter from a doctor before you can come to us.",
        False: "No, you can come to us without a letter from a doctor.",
        "only for  knees": "Only for knees.",
    }
    for rule, words in says.items():
        assert said(clinic(referral=rule), "referral") == words


def test_prices_with_gaps():
    treatments = [{"name": "Massage", "minutes": 30, "price": 67.5}, {"name": "Class"}]
    told = said(
        clinic(
            country="GB",
            first_visit={"price": 1200},
            prices={"treatments": treatments, "packages": []},
            cancelling={"late_fee": 30, "notice_hours": 1},
        ),
        "prices",
    )
    assert told == (
        "A first visit costs £1,200.\n\n"
        "Other visits:\n- Massage, 30 minutes: £67.50\n- Class: please ask us\n\n"
        "We have no packages. If you cancel less than 1 hour before or do not come, "
        f"the fee is £30. About discounts, please ask us on {PHONE}."
    )


@pytest.mark.parametrize(
    ("country", "currency", "written"),
    [
        ("GB", "GBP", "£1,234.50 £68"),
        ("US", "USD", "$1,234.50 $68"),
        ("IE", "EUR", "€1,234.50 €68"),
        ("DE", "EUR", "1.234,50 € 68 €"),
        ("SG", "SGD", "$1,234.50 $68"),
        ("IN", "INR", "₹1,234.50 ₹68"),
        (None, "CHF", "1,234.50 CHF 68 CHF"),
    ],
)
def test_money_is_written_as_in_the_country(country, currency, written):
    customs = Customs(country, currency)
    both = (customs.money(Decimal("1234.5")), customs.money(Decimal(68)))
    assert " ".join(both) == written


def test_facts_are_taken_as_they_are_now():
    """A change of the file takes effect with the next clinic that is read."""
    assert said(clinic(email="a@b.example"), "contact").startswith(
        "You can write to a@b.example."
    )
    assert "a@b.example" not in said(clinic(), "contact")
