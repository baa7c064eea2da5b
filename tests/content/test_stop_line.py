import pytest

from mend.content.stop_line import GROUPS, check_stop_line
from tests.content.made_up import passage, said


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
    ],
)
def test_a_stop_line_or_another_subject_is_fine(text, id):
    assert said(check_stop_line(passage(text, id))) == []
