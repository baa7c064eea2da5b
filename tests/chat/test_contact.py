from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mend.chat.contact import MAX_LENGTH, Checked, NotValid, check

GOOD = {"name": "Ann Lee", "phone": "020 7946 0999", "consent": True}


def errors(country: str | None = "GB", **form: Any) -> list[str]:
    """Return the fields that are wrong."""
    try:
        check({**GOOD, **form}, country)
    except NotValid as error:
        found = error.errors
    else:
        found = []
    assert all(e.text.endswith(".") for e in found)
    return [e.field for e in found]


def test_good() -> None:
    found = check({**GOOD, "note": " two\nlines ", "email": ""}, "GB")
    assert found == Checked("Ann Lee", "+44 20 7946 0999", None, None, "two\nlines")


@pytest.mark.parametrize(
    "phone",
    [
        "020 7946 0999",
        "+44 20 7946 0999",
        "07700 900123",
        "+1 202 555 0143",
        "+91 98765 43210",
    ],
)
def test_numbers_that_people_have(phone: str) -> None:
    assert errors(phone=phone) == []


@pytest.mark.parametrize(
    "phone",
    [
        "999",
        "12",
        "0906 123 4567",
        "hello",
        "+",
        "1" * 39,
        "javascript:alert(1)",
        "<b>",
    ],
)
def test_numbers_that_we_cannot_call(phone: str) -> None:
    assert errors(phone=phone) == ["phone"]


@pytest.mark.parametrize("country", [None, "EU", "XX"])
def test_without_a_country(country: str | None) -> None:
    assert errors(country, phone="030 1234567") == []
    assert errors(country, phone="call me") == ["phone"]
    assert errors(country, phone="+44 20 7946 0999") == []


@pytest.mark.parametrize(
    "email", ["ann@example.com", "a.b+c@clinic.co.uk", "jürgen@example.com"]
)
def test_addresses(email: str) -> None:
    assert errors(phone="", email=email) == []


@pytest.mark.parametrize(
    "email",
    [
        "x",
        "x@",
        "@x.com",
        "a@b",
        '"a b"@example.com',
        "a@[127.0.0.1]",
        "javascript:alert(1)@x.com",
        "a@x.com\r\nBcc: b@x.com",
        "a@x.com, b@x.com",
        "Ann <a@x.com>",
    ],
)
def test_not_addresses(email: str) -> None:
    assert errors(email=email) == ["email"]


@pytest.mark.parametrize("name", ["", "  ", "\u200b", None, 5, ["a"], "x" * 101])
def test_bad_names(name: Any) -> None:
    assert errors(name=name) == ["name"]


@pytest.mark.parametrize("line", ["Ann\r\nBcc: x@y.z", "Ann\nLee", "A\u2028B", "A\tB"])
def test_one_line_only(line: str) -> None:
    """A24: what could become a header of a notice."""
    assert errors(name=line) == ["name"]
    assert errors(preferred_time=line) == ["preferred_time"]
    assert errors(note=line) == []


@pytest.mark.parametrize("consent", [False, None, "true", 1, "yes", []])
def test_consent_is_said(consent: Any) -> None:
    assert errors(consent=consent) == ["consent"]


def test_no_way_to_reach() -> None:
    assert errors(phone="", email="") == ["phone"]
    assert errors(phone="", email="x") == ["email"]


def test_all_at_once_in_the_order_of_the_form() -> None:
    found = errors(name="", phone="1", email="x", note=5, consent=False)
    assert found == ["name", "phone", "email", "note", "consent"]


@given(
    st.dictionaries(st.sampled_from([*MAX_LENGTH, "consent"]), st.text() | st.none())
)
def test_nothing_breaks_it(form: dict[str, Any]) -> None:
    try:
        found = check({**form, "consent": True}, "GB")
    except NotValid:
        return
    assert found.phone or found.email
    assert "\n" not in found.name


def test_long_strange_input_is_checked() -> None:
    """A23: a pattern that backtracks would never come back from these."""
    long = errors(name="a" * 100, phone="(" * 40, email="a@" + "a." * 126)
    assert {"phone", "email"} <= set(long)
    assert "email" in errors(email="a" * 125 + "@" + "-" * 128, note="(a+)+" * 200)
