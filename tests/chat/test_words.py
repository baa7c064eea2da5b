from __future__ import annotations

import re
from datetime import datetime, timezone

import pytest
import textstat

from mend.chat import words
from mend.chat.words import Words, fill
from mend.clinic import Clinic
from tests.chat.running import CLINIC

MONDAY_NOON = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
SAYS = [
    *words.GREETING,
    words.APOLOGY,
    words.REQUESTED,
    *words.ADVICE_WITHOUT_CATALOGUE.values(),
]


def test_every_placeholder_is_a_fact() -> None:
    facts = {*CLINIC.facts(MONDAY_NOON), "reference"}
    for text in SAYS:
        assert set(re.findall(r"\{(.*?)\}", text)) <= facts


def test_fill() -> None:
    assert fill("{a} {b.c} {d}", {"a": "1", "b.c": "2"}) == "1 2 {d}"
    assert fill("{a}", {"a": "{b}", "b": "no"}) == "{b}"


def test_apology_tells_whether_somebody_is_there() -> None:
    said = Words(CLINIC, lambda: MONDAY_NOON).apology()
    assert "020 7946 0123" in said
    assert "open today until 18:00" in said


def test_a_clinic_that_says_little() -> None:
    said = Words(Clinic(name="X", phone="1234567"), lambda: MONDAY_NOON)
    for text in (*said.greeting(), said.apology(), said.requested("ABC123")):
        assert "{" not in text
        assert "None" not in text


@pytest.mark.parametrize("text", SAYS)
def test_short_and_plain(text: str) -> None:
    """Short bubbles in words that an 8th-grader reads easily."""
    filled = Words(CLINIC, lambda: MONDAY_NOON).say(text, reference="ABC123")
    assert len(filled.split()) <= 60
    assert textstat.flesch_kincaid_grade(filled) <= 8
