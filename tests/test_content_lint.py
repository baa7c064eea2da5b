"""The content lint finds what it says it finds, and passes our own content."""

import pytest

from mend.content_lint import (
    MAX_WORDS,
    check_examples,
    check_text,
    lint,
    read_examples,
    readability,
)
from mend.understanding.catalogue import load_catalogue
from tests.running import PROJECT


def problems(text):
    return [p.what for p in check_text("x", text, MAX_WORDS, readability(text))]


def examples(**intents):
    lines = {name: [(text, "f:1") for text in texts] for name, texts in intents.items()}
    return [problem.what for problem in check_examples(lines)]


def test_our_content_is_clean():
    data = PROJECT / "data"
    rows, found = lint(data, load_catalogue(data))
    assert found == []
    assert len(rows) > 60


@pytest.mark.parametrize(
    "text",
    [
        "Scraping breaks up scar tissue.",
        "It flushes toxins from your body.",
        "This cures heel pain.",
        "It is safe for everyone.",
    ],
)
def test_a_claim_beyond_the_evidence_is_found(text):
    assert any("claims" in problem for problem in problems(text))


@pytest.mark.parametrize(
    "text",
    ["It does not break up scar tissue.", "Nobody can promise a cure. No toxins go."],
)
def test_a_denied_claim_is_fine(text):
    assert problems(text) == []


def test_length_and_grade_are_found():
    hard = (
        "Instrumented mobilisation facilitates physiological remodelling of "
        "collagenous architecture throughout proliferative rehabilitation phases."
    )
    assert any("grade" in problem for problem in problems(hard))
    assert any("words" in problem for problem in problems("go on. " * 50))
    long = "you walk and " * 10 + "stop."
    assert any("sentence" in problem for problem in problems(long))


def test_bullets_end_sentences():
    measured = readability("Do this:\n- rest a bit\n- move a bit\n- eat well")
    assert measured.longest_sentence == 3


def test_placeholders_count_as_one_short_word():
    assert readability("Call {clinic.phone} now.").words == 3


def test_overlap_contact_and_markup_in_examples_are_found():
    found = examples(
        a=["Is it  sore?", "mail me at a@b.example", "/restart"],
        b=["is it sore", "my [calf](part)", "ring 020 7946 0123"],
    )
    assert len(found) == 5


def test_too_few_examples_are_found():
    assert "faq/scar.pain has 1 examples, 15 at least" in examples(
        **{"faq/scar.pain": ["why"]}
    )


def test_examples_are_read_with_their_lines(tmp_path):
    (tmp_path / "a.yml").write_text(
        'version: "3.1"\nnlu:\n- intent: x\n  examples: |\n    - one\n    - two\n'
    )
    where = f"{tmp_path.name}/a.yml"
    assert read_examples(tmp_path) == {
        "x": [("one", f"{where}:5"), ("two", f"{where}:6")]
    }
