"""The content lint finds what it says it finds, and passes our own content."""

import datetime as dt
from dataclasses import replace

import pytest

from mend.clinic import load_clinic
from mend.content_lint import (
    MAX_WORDS,
    check_examples,
    check_text,
    lint,
    read_examples,
    readability,
)
from mend.understanding.catalogue import (
    Advice,
    Answer,
    Catalogue,
    Check,
    load_catalogue,
)
from tests.running import PROJECT

NOW = dt.datetime(2026, 11, 23, 10, tzinfo=dt.timezone.utc)


def problems(text):
    return [p.what for p in check_text("x", text, MAX_WORDS, readability(text))]


def examples(**intents):
    lines = {name: [(text, "f:1") for text in texts] for name, texts in intents.items()}
    return [problem.what for problem in check_examples(lines)]


def test_our_content_is_clean():
    data = PROJECT / "data"
    facts = load_clinic(PROJECT / "clinic.yml").facts(NOW)
    rows, found = lint(data, load_catalogue(data), facts)
    assert found == []
    assert len(rows) > 60


ADVICE = Advice(
    id="RF03.same_day",
    flag="RF03",
    tier="same_day",
    title="",
    text="Get it checked today.",
    them="Get them checked today.",
)
CHECK = Check(id="RF03.same_day", text="Is it hot? If so, call.", yes="Yes, hot")


def linted(tmp_path, advice=ADVICE, check=CHECK):
    """Lint one advice and its check question; nothing else is there."""
    checks = {check.id: check} if check else {}
    catalogue = Catalogue({}, {advice.id: advice}, {}, checks)
    rows, found = lint(tmp_path, catalogue)
    return rows, [str(problem) for problem in found]


def test_advice_its_words_for_somebody_else_and_its_check_are_measured(tmp_path):
    rows, found = linted(tmp_path)
    assert found == []
    assert [row.split("  ")[0] for row in rows[1:-1]] == [
        "RF03.same_day",
        "RF03.same_day, them",
        "RF03.same_day, check",
    ]


HARD = "Physiological rehabilitation necessitates multidisciplinary collaboration."


@pytest.mark.parametrize(
    ("them", "problem"),
    [
        ("They go on. " * 21, "63 words, 60 at most"),
        (HARD, "reading grade"),
        ("A doctor cures them.", "claims 'cures'"),
        ("Call now!", "has an exclamation mark"),
    ],
)
def test_bad_words_for_somebody_else_are_found(tmp_path, them, problem):
    _, (found,) = linted(tmp_path, replace(ADVICE, them=them))
    assert found.startswith(f"utter_red_flag/RF03.same_day, custom.them: {problem}")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Is it hot? " * 12, "36 words, 35 at most"),
        (HARD, "reading grade"),
        ("Is it hot? A doctor cures it.", "claims 'cures'"),
    ],
)
def test_a_bad_check_question_is_found(tmp_path, text, problem):
    _, (found,) = linted(tmp_path, check=replace(CHECK, text=text))
    assert found.startswith(f"utter_check/RF03.same_day: {problem}")


def test_as_many_words_as_are_allowed_are_fine(tmp_path):
    advice = replace(ADVICE, them="They go on. " * 20)
    check = replace(CHECK, text="Is it hot at all? " * 7)
    assert linted(tmp_path, advice, check)[1] == []


def test_advice_without_a_check_question_is_found(tmp_path):
    assert linted(tmp_path, check=None)[1] == [
        "utter_red_flag/RF03.same_day: has no check question utter_check/RF03.same_day"
    ]


def test_answers_about_the_clinic_are_measured_filled(tmp_path):
    answer = Answer(
        id="clinic.team",
        title="Who will treat me?",
        text="{clinic.team}",
        outcome="answered",
        facts=(),
        sources=(),
        reviewed="2026-11-23",
        reviewer="",
        followups=("clinic.book",),
    )
    catalogue = Catalogue({answer.id: answer}, {}, {}, {})
    where = "utter_faq/clinic.team, filled from clinic.yml: "
    for team, problem in (
        ("We are many. " * 31, "93 words, 90 at most"),
        ("Our certified therapists are registered here.", "reading grade"),
        ("We cure you.", "claims 'cure"),
    ):
        _, found = lint(tmp_path, catalogue, {"clinic.team": team})
        assert [str(it)[: len(where + problem)] for it in found] == [where + problem]
    assert lint(tmp_path, catalogue, {"clinic.team": "We are four."})[1] == []


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
