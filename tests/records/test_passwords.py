import pytest

from mend.records import passwords

from .making import GOOD


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("short", "at least 12"),
        ("x" * 11, "at least 12"),
        ("ab cd" * 41, "at most 200"),
        ("kim.jensen@clinic.example", "your name"),
        ("Kim Jensen Smith", "your name"),
        ("Kim Jensen Smith 2026!", "your name"),
        ("Riverside Physiotherapy", "your name"),
        ("password1234", "first that anybody"),
        ("Pass Word 1234", "first that anybody"),
        ("ababababababab", "first that anybody"),
    ],
)
def test_passwords_that_cannot_be_used(password: str, says: str) -> None:
    problem = passwords.password_problem(
        password,
        email="kim.jensen@clinic.example",
        name="Kim Jensen Smith",
        clinic_name="Riverside Physiotherapy",
    )
    assert problem is not None
    assert says in problem


@pytest.mark.parametrize(
    "password", [GOOD, "зелёная лампа стоит", "x7!kQ" * 40, "Kim likes long walks"]
)
def test_passwords_that_can_be_used(password: str) -> None:
    assert (
        passwords.password_problem(
            password, email="kim@clinic.example", name="Kim", clinic_name="Riverside"
        )
        is None
    )
