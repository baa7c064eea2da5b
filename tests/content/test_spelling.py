import pytest

from mend.content.spelling import BRITISH, check_spelling
from tests.content.made_up import passage, said


@pytest.mark.parametrize("word", sorted(BRITISH))
def test_every_american_word_is_found(word):
    assert said(check_spelling(passage(f"Then {word} it is."))) == [
        f"{word!r} is {BRITISH[word]!r} in British English"
    ]


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("We organize it.", "organise"),
        ("Soft tissue mobilization.", "mobilisation"),
        ("They analyzed it.", "analysed"),
    ],
)
def test_a_z_is_found(text, ours):
    (found,) = said(check_spelling(passage(text)))
    assert f"is {ours!r}" in found


@pytest.mark.parametrize(
    "text",
    [
        "The size of the prize.",
        "A seizure, and a computer program.",
        "Physiotherapy, or physical therapy, may help.",
        "The centre of the tumour has the colour of haematoma.",
    ],
)
def test_british_english_is_fine(text):
    assert said(check_spelling(passage(text))) == []
