from __future__ import annotations

import random
import re
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import phonenumbers
import pytest

from mend.demo.dialogues import ACTIONS, Dialogue, draw_visits, load_script

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=timezone.utc)
SCRIPT = load_script()


@pytest.mark.parametrize("dialogue", SCRIPT.dialogues, ids=lambda d: d.name)
def test_each_step_does_one_thing(dialogue: Dialogue) -> None:
    assert dialogue.weight > 0
    assert "say" in dialogue.steps[0]
    for step in dialogue.steps:
        assert len(set(step) & set(ACTIONS)) == 1, step
        assert set(step) <= {*ACTIONS, "maybe", "after", "comment", "note"}, step
        assert step.get("thumb", "up") in ("up", "down")


def test_numbers_are_those_kept_for_drama() -> None:
    """Ofcom keeps them free: nobody is rung by accident."""
    for person in SCRIPT.people:
        number = phonenumbers.parse(person["phone"], None)
        national = str(number.national_number)
        assert number.country_code == 44
        assert re.fullmatch(r"207946 ?0\d{3}|1\d\d496 ?0\d{3}", national), national
        assert phonenumbers.is_possible_number(number)


def test_people_of_the_staff_are_made_up() -> None:
    assert [person["role"] for person in SCRIPT.staff] == ["reviewer", "manager"]
    assert all(person["email"].endswith(".example") for person in SCRIPT.staff)


def chance() -> random.Random:
    return random.Random(1)  # noqa: S311 - no secret


def test_visits_are_spread_over_the_days_oldest_first() -> None:
    zone = ZoneInfo("Europe/London")
    visits = draw_visits(SCRIPT, 200, 29, NOW, zone, chance())
    moments = [visit.at for visit in visits]
    assert len(visits) == 200
    assert moments == sorted(moments)
    assert NOW - timedelta(days=30) < moments[0]
    assert moments[-1] < NOW
    assert len({moment.date() for moment in moments}) > 20
    assert len({visit.dialogue.name for visit in visits}) > 25
    assert visits[-1].dialogue.name == "chest pain"
    again = draw_visits(SCRIPT, 200, 29, NOW, zone, chance())
    assert again == visits
