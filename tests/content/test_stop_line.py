from pathlib import Path

import pytest

from mend.content.completeness import read_ids
from mend.content.stop_line import BEFORE_ANY_CARE, GROUPS, check_stop_line
from tests.content.made_up import passage, said

DATA = Path(__file__).parents[2] / "data"


@pytest.mark.parametrize("group", GROUPS)
def test_a_hands_on_answer_without_a_stop_line_is_found(group):
    assert said(check_stop_line(passage("It may ache.", f"{group}.hurts"))) == [
        'has no "stop and get help if" line'
    ]


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("It may ache. Stop and get help if you feel numb.", "iastm.hurts"),
        ("See a doctor if it weeps.", "scar.pain"),
        ("Call {emergency} if you cannot breathe.", "mld.hurts"),
        ("It takes time.", "healing.time"),
        ("More on it.", "scar.pain, custom.deeper"),
        ("Ask how they trained.", "iastm.who_provides"),
    ],
)
def test_a_stop_line_or_another_subject_is_fine(text, id):
    assert said(check_stop_line(passage(text, id))) == []


def test_the_answers_that_need_none_exist():
    assert read_ids(DATA).keys() >= BEFORE_ANY_CARE


@pytest.mark.parametrize(
    "id", ["iastm.aftercare", "iastm.hurts", "iastm.side_effects", "iastm.at_home"]
)
def test_answers_on_symptoms_and_self_care_are_never_let_off(id):
    assert id not in BEFORE_ANY_CARE
