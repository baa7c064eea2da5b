import pytest

from mend.content.hedges import check_hedges
from tests.content.made_up import passage, said


@pytest.mark.parametrize(
    "text",
    [
        "IASTM eases pain.",
        "Massage improves your sleep.",
        "Exercise helps.",
        "Lymphatic drainage (MLD) reduces swelling.",
        "It quickly relieves pain.",
        "Ice is very effective.",
    ],
)
def test_a_bare_promise_is_found(text):
    (found,) = said(check_hedges(passage(f"Go on. {text}")))
    assert "needs a hedge" in found
    assert repr(text) in found


@pytest.mark.parametrize(
    "text",
    [
        "IASTM may ease pain.",
        "Massage helps some people.",
        "In two trials, exercise reduced pain.",
        "Does massage help?",
        "It also helps you fight infection.",
        "Tool work comes last.",
        "Ease off what hurts.",
    ],
)
def test_a_hedged_or_other_sentence_is_fine(text):
    assert said(check_hedges(passage(text))) == []
