import pytest

from mend.content.readability import readability, sentences_of
from tests.content.made_up import HARD


def test_bullets_end_sentences():
    measured = readability("Do this:\n- rest a bit\n- move a bit\n- eat well")
    assert measured.longest_sentence == 3
    assert measured.sentences == 4


def test_placeholders_count_as_one_short_word():
    assert readability("Call {clinic.phone} now.").words == 3


def test_the_grade_follows_the_formula():
    # 8 words in 2 sentences, 8 syllables: 0.39 * 4 + 11.8 * 1 - 15.59
    assert readability("The cat sat down. The dog ran off.").raw_grade == pytest.approx(
        -2.23, abs=0.06
    )
    assert readability(HARD).grade > 20


def test_words_of_the_glossary_count_as_short_only_in_the_grade():
    measured = readability("See a physiotherapist. It is no emergency.")
    assert measured.grade < measured.raw_grade
    plain = readability("Rest a bit. Then walk.")
    assert plain.grade == plain.raw_grade


def test_sentences():
    assert sentences_of("One. Two?\n\nThree: four") == [
        "One.",
        "Two?",
        "Three:",
        "four",
    ]
    assert sentences_of(" \n") == []
