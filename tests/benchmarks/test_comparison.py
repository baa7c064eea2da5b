from pathlib import Path

import pytest

from benchmarks import comparison_page
from benchmarks.comparison import (
    Costs,
    Decided,
    Row,
    decided_turn,
    in_scope,
    judge_all,
    plain,
    read_ranking,
    score,
    unseen,
)
from benchmarks.hint3 import Figures
from benchmarks.scores import AtThreshold, Scored
from benchmarks.systems import ours, rasa_init
from mend.judgement import Question
from tests.benchmarks.made_up import OUTCOMES, parsed

HEALING = Question("q", "education", ("healing.time",))
NOTHING = Question("q", "out_of_scope", ("OOS",))


@pytest.mark.parametrize(
    ("expect", "scope"),
    [
        (("healing.time",), True),
        (("OOS",), False),
        (("OOS", "healing.time"), None),
        ((), None),
    ],
)
def test_scope(expect, scope):
    assert in_scope(Question("q", "education", expect)) is scope


def test_a_question_among_the_examples_is_left_out():
    asked = [Question("What's IASTM?"), Question("what is it")]
    left = unseen(asked, {"faq/a": ["what's  iastm"], "b": ["what is that"]})
    assert left == asked[1:]
    assert plain(" A,  b! ") == "a b"


def test_out_of_scope_is_no_confidence_in_an_answer():
    ranking = [("out_of_scope", 0.9), ("faq/healing.time", 0.05)]
    assert score(NOTHING, ranking, OUTCOMES) == Scored(False, True, 0.05)
    assert score(HEALING, ranking, OUTCOMES) == Scored(True, False, 0.05)
    assert score(HEALING, [], OUTCOMES) == Scored(True, False, 0.0)


def test_the_likeliest_answer_is_judged():
    ranking = [("faq/healing.time", 0.6), ("out_of_scope", 0.3)]
    assert score(HEALING, ranking, OUTCOMES) == Scored(True, True, 0.6)


def stock(intent, *ranking):
    return {
        "intent": {"name": intent},
        "intent_ranking": [{"name": n, "confidence": c} for n, c in ranking],
        "understanding": None,
    }


def test_what_the_fallback_hides_is_still_ranked():
    found = stock("nlu_fallback", ("nlu_fallback", 0.3), ("faq__healing.time", 0.2))
    assert read_ranking(rasa_init(), found) == [("faq/healing.time", 0.2)]
    turn = decided_turn(rasa_init(), found, OUTCOMES)
    assert turn["outcome"] == "out_of_scope"


def test_stock_decisions_are_judged_by_full_names():
    found = [stock("faq__healing.time"), stock("faq__healing.time")]
    inside, outside = judge_all(rasa_init(), [HEALING, NOTHING], found, OUTCOMES)
    assert inside.verdicts == ("right",)
    assert outside.verdicts == ("wrong",)


def test_our_decisions_count_what_is_offered():
    near = {"suggestions": ["faq/healing.phases", "faq/healing.time"]}
    found = [parsed("clarify", **near), parsed("clarify", **near)]
    inside, outside = judge_all(ours(Path()), [HEALING, NOTHING], found, OUTCOMES)
    assert inside == Decided(("clarified",), 1)
    assert outside.count("clarified") == 1


def row(title, day="2026-01-02"):
    return Row(
        title=title,
        examples=40,
        scored=(Scored(True, True, 0.9), Scored(False, False, 0.1)),
        inside=Decided(("right",)),
        outside=Decided(("wrong",)),
        costs=Costs(1.0, 2.0, 3.0, 4.0, 5.0, 600.0),
        day=day,
    )


def page(**changes):
    fields = {
        "day": "2026-01-02",
        "rows": (row("Mend"), row("Stock")),
        "as_it_runs": row("Mend"),
        "intents": 3,
        "per_intent": 20,
        "epochs": 100,
        "questions": "some.jsonl",
        "half": "reported",
        "seen": 7,
        "figures": (),
    }
    return comparison_page.Page(**{**fields, **changes})


def test_the_page_names_what_was_compared():
    text = comparison_page.render(page())
    assert "2026-01-02" in text
    assert "at most 20 of each" in text
    assert "| Mend, all examples | 100.0%" in text
    assert "50.0% |" in text  # wrong, of all
    assert "Not measured in this run" in text
    assert "{" not in text


def test_rows_are_as_long_as_heads():
    at = AtThreshold(0.2, 0.7, 0.9, 0.6)
    text = comparison_page.render(page(figures=(Figures("b", 0.8, 0.9, 0.7, at, at),)))
    tables = [
        [line.count("|") for line in part.splitlines() if line.startswith("|")]
        for part in text.split("##")
    ]
    assert len([table for table in tables if table]) == 4
    assert all(len(set(table)) <= 1 for table in tables)


def test_all_examples_need_no_second_row():
    text = comparison_page.render(page(as_it_runs=None, per_intent=0))
    assert "all examples" not in text
    assert "all there are" in text


def test_what_was_measured_before_says_when():
    rows = (row("Mend"), row("Stock", day="2026-01-01"))
    text = comparison_page.render(page(rows=rows))
    assert "Stock: measured on 2026-01-01" in text
    assert "measured on 2026-01-02" not in text
