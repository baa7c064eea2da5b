"""``clinic.yml`` is read and checked; errors name the key and say what to write."""

from pathlib import Path

import pytest
import yaml

from mend.clinic import NEUTRAL, NUMBERS, Clinic, ClinicError, load_clinic

DEMO = Path(__file__).parents[2] / "clinic.yml"


def clinic(**facts):
    return Clinic(**{"name": "A", "phone": "020 7946 0123", **facts})


def written(tmp_path, content):
    file = tmp_path / "clinic.yml"
    file.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    return file


def test_unknown_country_gets_neutral_words_never_a_number():
    for country in (None, "ZZ"):
        numbers = clinic(country=country, phone="12345678").numbers_to_call()
        assert numbers == NEUTRAL
        assert not any(char.isdigit() for char in "".join(numbers))


@pytest.mark.parametrize("country", sorted(NUMBERS))
def test_every_preset_has_an_emergency_number(country):
    assert any(char.isdigit() for char in NUMBERS[country].emergency)


def test_clinic_may_set_its_own_numbers():
    numbers = clinic(country="GB", numbers={"urgent_line": "our out-of-hours line"})
    assert numbers.numbers_to_call().urgent_line == "our out-of-hours line"
    assert numbers.numbers_to_call().emergency == "999"


def test_a_key_with_nothing_after_it_is_left_out(tmp_path):
    text = "name: A\nphone: '020 7946 0123'\nteam:\n  # roles: []\nreferral:\nhours:\n"
    assert load_clinic(written(tmp_path, text)) == clinic()


def test_prices_in_the_countrys_money_or_the_clinics_own():
    first = {"price": 68}
    assert clinic(country="IE", first_visit=first).currency == "EUR"
    assert clinic(currency="CHF", first_visit=first).currency == "CHF"
    assert clinic().currency is None


def treatment(**about):
    return {"prices": {"treatments": [{"name": "Massage", **about}]}, "country": "GB"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"phone": ""}, "phone: must not be empty"),
        ({"name": None}, "name: is missing"),
        ({"country": "GB", "phone": "12"}, "phone: '12' is not a phone number in GB"),
        ({"country": "Britain"}, "country: must be a two-letter code such as GB"),
        ({"currency": "POUND"}, "currency: must be a three-letter code such as GBP"),
        ({"timezone": "London"}, "timezone: 'London' is not a time zone; write one"),
        ({"hours": {"mon": "08:00-18:00"}}, "hours: 'mon' is not a day; use monday"),
        ({"hours": {"monday": "8-18"}}, "hours: monday: '8-18' must look like 08:00"),
        ({"hours": {"monday": "18:00-08:00"}}, "hours: monday: closes at 08:00, bef"),
        ({"hours": {"monday": "25:00-26:00"}}, "hours: monday: '25:00-26:00' must"),
        (
            {"hours": {"monday": "08:00-12:00, 11:00-18:00"}},
            "hours: monday: opens again at 11:00, before it closes",
        ),
        ({"hours": {"monday": None}}, "hours.monday: must not be empty"),
        ({"closed_on": ["Christmas"]}, "closed_on, entry 1: must be a date, such as"),
        ({"closed_on": [12]}, "closed_on, entry 1: must be a date, such as"),
        ({"closed_on": "2026-12-25"}, "closed_on: must be a list"),
        ({"allowed_sites": ["clinic.example/page"]}, "allowed_sites, entry 1: 'clini"),
        ({"email": "nobody"}, "email: "),
        ({"records": {"notice": "see below"}}, "records.notice: 'see below' must look"),
        # words, rules, numbers, lists
        ({"referral": ["no"]}, "referral: must be true, false, or a sentence"),
        ({"referral": "See {phone}"}, "referral: must not hold '{'; write plain words"),
        ({"referral": "so " * 99}, "referral: is too long; 250 characters at most"),
        ({"getting_here": {"transport": True}}, "getting_here.transport: must be wor"),
        ({"getting_here": "By bus."}, "getting_here: must have keys of its own"),
        ({"team": {"languages": "English"}}, "team.languages: must be a list: [one,"),
        ({"team": {"languages": [False]}}, "team.languages, entry 1: must be words"),
        ({"first_visit": {"minutes": "45 min"}}, "first_visit.minutes: must be a who"),
        ({"first_visit": {"minutes": True}}, "first_visit.minutes: must be a whole"),
        ({"first_visit": {"minutes": 0}}, "first_visit.minutes: must be 1 or more"),
        ({"cancelling": {"notice_hours": -1}}, "cancelling.notice_hours: must be 0 o"),
        (treatment(price=-5), "prices.treatments, entry 1, price: must be 0 or more"),
        (treatment(price="£5"), "entry 1, price: must be a number, such as 68 or 67"),
        (treatment(price=True), "entry 1, price: must be a number"),
        (treatment(price=float("nan")), "entry 1, price: must be a number"),
        (treatment(price=6.755), "entry 1, price: must have two decimals at most"),
        ({"cancelling": {"late_fee": 5}}, "currency: is needed for cancelling.late_f"),
        # unknown keys
        (
            {"opening_hours": {}},
            "opening_hours: is not a known key; did you mean hours",
        ),
        (
            {"parking": True},
            "parking: is not a known key; did you mean getting_here.pa",
        ),
        (
            {"team": {"langages": []}},
            "team.langages: is not a known key; did you mean l",
        ),
        (treatment(prise=5), "entry 1, prise: is not a known key; did you mean price?"),
        ({"payment": {"zzz": 1}}, "zzz: is not a known key; known here: insurers, met"),
    ],
)
def test_bad_fact_is_refused_with_its_key(tmp_path, change, says):
    content = {"name": "A", "phone": "020 7946 0123", **change}
    with pytest.raises(ClinicError) as caught:
        load_clinic(written(tmp_path, content))
    (line,) = str(caught.value).splitlines()
    assert line.startswith("clinic.yml: ")
    assert says in line


def test_every_bad_key_is_told_at_once(tmp_path):
    content = {"name": "A", "phone": "", "referral": 3, "fax": "1"}
    with pytest.raises(ClinicError) as caught:
        load_clinic(written(tmp_path, content))
    keys = [line.split(": ")[1] for line in str(caught.value).splitlines()]
    assert sorted(keys) == ["fax", "phone", "referral"]


@pytest.mark.parametrize("content", ["- a\n", "name: [", "", "1: x\nname: A"])
def test_a_file_that_is_no_clinic_is_refused(tmp_path, content):
    with pytest.raises(ClinicError):
        load_clinic(written(tmp_path, content))


def test_text_in_another_encoding_is_refused(tmp_path):
    file = tmp_path / "clinic.yml"
    file.write_bytes("name: Café".encode("latin-1"))
    with pytest.raises(ClinicError, match="UTF-8"):
        load_clinic(file)


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(ClinicError, match="missing"):
        load_clinic(tmp_path / "none.yml")
