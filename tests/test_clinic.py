"""The clinic's facts: hours in words, numbers by country, errors by key."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from mend.clinic import NEUTRAL, NUMBERS, Clinic, ClinicError, load_clinic

LONDON = ZoneInfo("Europe/London")
DEMO = Path(__file__).parent.parent / "clinic.yml"


def clinic(**facts):
    return Clinic(**{"name": "A", "phone": "020 7946 0123", **facts})


def at(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=LONDON)


def written(tmp_path, content):
    file = tmp_path / "clinic.yml"
    file.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    return file


def test_demo_clinic_loads_and_fills_every_placeholder():
    facts = load_clinic(DEMO).facts(at("2026-11-23T10:00"))
    assert facts["emergency"] == "999"
    assert all(facts.values())


@pytest.mark.parametrize(
    ("when", "says"),
    [
        ("2026-11-23T07:00", "we open today at 08:00"),
        ("2026-11-23T08:00", "we are open today until 18:00"),
        ("2026-11-23T18:00", "we are closed now and open tomorrow at 08:00"),
        ("2026-11-28T14:00", "we are closed now and open on Monday at 08:00"),
        # Christmas Day 2026 is a Friday that the demo clinic lists as closed.
        ("2026-12-25T10:00", "we are closed now and open on Monday at 08:00"),
    ],
)
def test_hours_today_in_words(when, says):
    assert load_clinic(DEMO).hours_today(at(when)) == says


def test_hours_use_the_clinics_own_time_zone():
    singapore = clinic(timezone="Asia/Singapore", hours={"monday": "09:00-17:00"})
    utc = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.timezone.utc)
    assert singapore.is_open(utc)
    assert not singapore.is_open(utc + dt.timedelta(hours=7))


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


def test_what_is_left_out_points_to_the_phone():
    facts = clinic().facts(at("2026-11-23T10:00"))
    assert facts["clinic.address"] == "please ask us on 020 7946 0123"


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"phone": ""}, "phone"),
        ({"country": "GB", "phone": "12"}, "phone"),
        ({"country": "Britain"}, "country"),
        ({"timezone": "London"}, "timezone"),
        ({"hours": {"mon": "08:00-18:00"}}, "'mon' is not a day"),
        ({"hours": {"monday": "8-18"}}, "monday"),
        ({"hours": {"monday": "18:00-08:00"}}, "before it opens"),
        ({"hours": {"monday": "25:00-26:00"}}, "monday"),
        ({"allowed_sites": ["clinic.example/page"]}, "allowed_sites"),
        ({"opening_hours": {}}, "opening_hours"),
        ({"email": "nobody"}, "email"),
    ],
)
def test_bad_fact_is_refused_with_its_key(tmp_path, change, names):
    content = {"name": "A", "phone": "020 7946 0123", **change}
    with pytest.raises(ClinicError, match=names):
        load_clinic(written(tmp_path, content))


@pytest.mark.parametrize("content", ["- a\n", "name: [", "", "1: x\nname: A"])
def test_a_file_that_is_no_clinic_is_refused(tmp_path, content):
    with pytest.raises(ClinicError):
        load_clinic(written(tmp_path, content))


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(ClinicError, match="missing"):
        load_clinic(tmp_path / "none.yml")
