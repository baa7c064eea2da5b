import pytest

from mend.content.jargon import check_jargon
from tests.content.made_up import passage, said


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("The fascia may hurt.", "fascia"),
        ("We offer IASTM. It uses a tool.", "IASTM"),
        ("Petechiae can follow.", "Petechiae"),
        ("Look out for DVT and cellulitis there.", "cellulitis"),
    ],
)
def test_jargon_without_explanation_is_found(text, term):
    assert f"does not explain {term!r}" in said(check_jargon(passage(text)))


@pytest.mark.parametrize(
    "text",
    [
        "Fascia is a sheet around your muscles. The fascia may hurt.",
        "Small red dots (petechiae) can follow.",
        "IASTM (treatment with a smooth tool) may help.",
        "It is a sore bursa, a small pad of fluid.",
        'This is called "tendinopathy".',
        "Rest the sore spot.",
    ],
)
def test_explained_jargon_is_fine(text):
    assert said(check_jargon(passage(text))) == []


def test_the_clinic_may_name_its_services():
    text = passage("We offer MLD.", "clinic.services", from_clinic=True)
    assert said(check_jargon(text)) == []
