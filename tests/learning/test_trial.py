"""A whole small training, without the encoder, on examples of a temporary folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from mend.judgement import Question
from mend.learning.examples import Addition, patched
from mend.learning.trial import Comparison, Score, found_in, score, thresholds, trained
from mend.understanding.red_flags import Screener

SMALL = """\
version: "3.1"
nlu:
- intent: faq/healing.time
  examples: |
    - How long does healing take?
    - how many weeks until it is healed
    - when is my injury healed
- intent: faq/scar.what_is
  examples: |
    - What is scar tissue?
    - what are scars made of
    - tell me what a scar is
- intent: out_of_scope
  examples: |
    - do you sell shoes
    - who won the match
    - which phone is best
"""


@pytest.fixture(scope="module")
def screener() -> Screener:
    return Screener.load(Path("data/lexicon"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copy("config.yml", tmp_path)
    data = tmp_path / "data"
    (data / "faq").mkdir(parents=True)
    (data / "faq" / "all.yml").write_text(SMALL, "utf-8")
    (data / "lexicon").symlink_to(Path("data/lexicon").resolve())
    return tmp_path


def test_what_is_taught_is_understood_after(project: Path, screener: Screener) -> None:
    questions = [
        Question("zumba keloid granny", "faq", ("scar.what_is",)),
        Question("how many weeks until it is healed", "faq", ("healing.time",)),
        Question("I cannot feel when I wipe", "red_flag"),
    ]
    outcomes = {"scar.what_is": "answered", "healing.time": "answered"}
    data = project / "data"
    before = score(questions, trained(project, data, None, screener), outcomes)
    assert before.count("right", "faq") == 1
    assert before.count("right", "red_flag") == 1
    for inside, text in patched(
        data,
        [Addition("faq/scar.what_is", "zumba keloid granny")],
    ).items():
        (data / inside).write_text(text, "utf-8")
    after = score(questions, trained(project, data, None, screener), outcomes)
    assert after.count("right") == 3
    comparison = Comparison(before, after, margin=0)
    assert comparison.problems == []
    assert "1 →     2" in comparison.table()
    assert "zumba" not in comparison.table()


def test_words_that_are_found_first(screener: Screener) -> None:
    found = found_in("my knee hurts, I cannot feel when I wipe", screener)
    assert found.screening
    assert found.heard
    assert found.heard["pain"]


def test_what_was_said_before_counts(screener: Screener) -> None:
    said = "I had a baby 3 days ago", "my calf is swollen", "and red"
    alone = found_in("it is hot too", screener)
    assert not alone.screening
    assert alone.earlier == ()
    after = found_in("it is hot too", screener, said)
    assert after.screening
    assert after.earlier == said[-2:]


def test_thresholds_are_those_of_the_project() -> None:
    written = yaml.safe_load(Path("config.yml").read_text("utf-8"))["pipeline"][1]
    assert thresholds(Path("config.yml")).answer == written["answer"]


def made(right: int, wrong: int, flags: int = 5) -> Score:
    return Score(
        {("faq", "right"): right, ("faq", "wrong"): wrong, ("red_flag", "right"): flags}
    )


@pytest.mark.parametrize(
    ("after", "problem"),
    [
        (made(94, 1), None),
        (made(95, 0), None),
        (made(93, 2), None),
        (made(92, 3), "2.00 points"),
        (made(96, 0, flags=4), "1 warning signs fewer"),
    ],
)
def test_worse_by_more_than_the_margin_is_refused(
    after: Score, problem: str | None
) -> None:
    comparison = Comparison(made(94, 1), after, margin=1.0)
    assert [p for p in comparison.problems if problem and problem in p] == (
        comparison.problems
    )
    assert bool(comparison.problems) == bool(problem)
