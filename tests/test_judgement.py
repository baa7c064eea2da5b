"""How replies are judged: right, clarified, refused, wrong."""

import click
import pytest

from mend.judgement import Asked, Question, judge, read_questions, table


def turn(outcome, answer=None):
    return {"outcome": outcome, "messages": [{"text": "", "answer": answer}]}


@pytest.mark.parametrize(
    ("question", "reply", "verdict"),
    [
        ({"kind": "education", "expect": ("a.b",)}, turn("answered", "a.b"), "right"),
        ({"kind": "education", "expect": ("a.b",)}, turn("answered", "c.d"), "wrong"),
        ({"kind": "education", "expect": ("a.b",)}, turn("clarify"), "clarified"),
        ({"kind": "education", "expect": ("a.b",)}, turn("out_of_scope"), "refused"),
        ({"kind": "education", "expect": ("a.b",)}, turn("red_flag"), "wrong"),
        ({"kind": "out_of_scope", "expect": ("OOS",)}, turn("out_of_scope"), "right"),
        ({"kind": "out_of_scope", "expect": ("OOS",)}, turn("answered", "x"), "wrong"),
        ({"kind": "out_of_scope", "expect": ("OOS",)}, turn("clarify"), "clarified"),
        ({"kind": "smalltalk", "expect": ("chat.human",)}, turn("handoff"), "right"),
        ({"kind": "smalltalk", "expect": ("chat.bye",)}, turn("handoff"), "wrong"),
        ({"kind": "smalltalk", "expect": ("chat.bye",)}, turn("small_talk"), "right"),
        ({"kind": "red_flag"}, turn("red_flag"), "right"),
        ({"kind": "red_flag"}, turn("out_of_scope"), "refused"),
        (
            {"kind": "education", "expect": ("OOS",), "lookalike": True},
            turn("red_flag"),
            "wrong",
        ),
        (
            {"kind": "pain_report", "limits_daily_tasks": True},
            turn("suggest_consultation"),
            "right",
        ),
        ({"kind": "pain_report", "limits_daily_tasks": True}, turn("assess"), "wrong"),
        ({"kind": "pain_report", "limits_daily_tasks": False}, turn("assess"), "right"),
        (
            {"kind": "pain_report", "limits_daily_tasks": False},
            turn("suggest_consultation"),
            "wrong",
        ),
        (
            {"kind": "pain_report", "limits_daily_tasks": None},
            turn("suggest_consultation"),
            "right",
        ),
    ],
)
def test_verdict(question, reply, verdict):
    assert judge(Question(text="x", **question), reply) == verdict


def test_table_counts_per_kind():
    right = Asked(Question("q", "education", ("a.b",)), turn("answered", "a.b"))
    wrong = Asked(Question("q", "red_flag"), turn("answered", "a.b"))
    rows = table([right, right, wrong]).splitlines()
    assert rows[1].split()[:3] == ["education", "2", "2"]
    assert rows[2].split()[:3] == ["red_flag", "1", "0"]
    assert rows[-1].split()[:2] == ["all", "3"]


def test_table_without_kinds_counts_outcomes():
    assert table([Asked(Question("q"), turn("clarify"))]).split() == ["1", "clarify"]


@pytest.mark.parametrize("line", ["{", "[]", '{"kind": "x"}', "null"])
def test_unreadable_line_is_named(tmp_path, line):
    file = tmp_path / "q.jsonl"
    file.write_text('{"text": "fine"}\n\n' + line + "\n")
    with pytest.raises(click.ClickException, match="line 3"):
        read_questions(file)
