"""The thirteen claims of the evidence notes' section 0, and what denies them."""

import pytest

from mend.content.claims import check_claims, check_doses_and_prices
from tests.content.made_up import passage, said


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("IASTM restarts healing.", "restarts healing"),
        ("The tool starts the reabsorption of scars.", "reabsorption"),
        ("Scraping breaks up scar tissue.", "breaks up"),
        ("It dissolves adhesions.", "dissolves"),
        ("It removes scar tissue.", "removes scar"),
        ("New cells make excessive scar tissue.", "excessive"),
        ("Tools locate injuries with ease.", "locate injuries"),
        ("You can expect a faster recovery.", "faster recovery"),
        ("It speeds up your healing.", "speeds up your healing"),
        ("You get better results.", "better results"),
        ("It flushes toxins from your body.", "flushes"),
        ("MLD is a detox.", "detox"),
        ("This cures heel pain.", "cures"),
        ("It is proven.", "proven"),
        ("It is safe for everyone.", "safe for everyone"),
        ("It has no side effects.", "no side effects"),
        ("No pain, no gain.", "No pain, no gain"),
        ("We offer the best care.", "the best"),
        ("You have adhesions.", "You have adhesions"),
        ("It is 100% natural.", "100%"),
        ("It cures pain, no doubt.", "cures"),
    ],
)
def test_a_claim_beyond_the_evidence_is_found(text, claim):
    (found, *_) = said(check_claims(passage(f"Go on. {text}")))
    assert found == f"claims {claim!r}: {text!r}"


@pytest.mark.parametrize(
    "text",
    [
        "It does not break up scar tissue.",
        "Nobody can promise a cure. No toxins go.",
        "Be wary of any pill that claims to cure pain.",
        "There is little sign that ice makes you heal faster.",
        "Break the task down. Take a break.",
        "Ask what is best for you.",
        "If you lose weight, see a doctor.",
        "Scar tissue cannot be removed by tools.",
    ],
)
def test_a_denied_claim_and_plain_words_are_fine(text):
    assert said(check_claims(passage(text))) == []


@pytest.mark.parametrize("text", ["Take 400 mg.", "It costs £60.", "Take 2 tablets."])
def test_doses_and_prices_are_found_unless_the_clinic_gave_them(text):
    (found,) = said(check_doses_and_prices(passage(text)))
    assert "dose or price" in found
    filled = passage(text, "clinic.prices", from_clinic=True)
    assert said(check_doses_and_prices(filled)) == []


def test_other_numbers_are_no_doses():
    assert said(check_doses_and_prices(passage("It takes 2 weeks."))) == []
