import asyncio
import json

import click
import pytest
import structlog
from click.testing import CliRunner

from benchmarks import understanding
from benchmarks.measures import half_of
from benchmarks.understanding import (
    chosen,
    hush_logs,
    measure_all,
    not_right,
    slips_table,
)
from mend.errors import OperatorError
from mend.judgement import Question
from mend.model import ModelRecord
from tests.benchmarks.made_up import OUTCOMES, measured, parsed

SECRET = "a sentence that nobody may read"


def questions(*texts, kind="education"):
    return [Question(text, kind, ("healing.time",)) for text in texts]


def test_halves_share_nothing_and_miss_nothing():
    asked = questions(*map(str, range(50)))
    tuned, reported = chosen(asked, "tuned"), chosen(asked, "reported")
    assert {half_of(q.text) for q in tuned} == {"tuned"}
    assert len(tuned) + len(reported) == len(chosen(asked, "all")) == 50


def test_without_questions_there_is_nothing_to_measure():
    with pytest.raises(click.ClickException, match="no questions"):
        chosen([], "all")


def test_question_without_a_kind_is_refused():
    with pytest.raises(click.ClickException, match="1 lines"):
        chosen([*questions("a"), *questions("b", kind=None)], "all")


def test_each_question_is_asked_and_judged():
    understood = {
        "hello": parsed("faq/chat.greet"),
        "one": parsed("faq/healing.time"),
        "two": parsed("out_of_scope"),
    }
    asked, ticks = [], []

    async def parse(text):
        asked.append(text)
        return understood[text]

    found = asyncio.run(
        measure_all(questions("one", "two"), parse, OUTCOMES, ticks.append)
    )
    assert asked == [understanding.WARM_UP, "one", "two"]
    assert [one.verdict for one in found] == ["right", "refused"]
    assert all(one.cpu_ms >= 0 for one in found)
    assert ticks == [1, 1]


def test_lines_that_were_not_right():
    lines = not_right(
        [
            measured("healing.time", "faq/healing.time", text="fine"),
            measured("healing.time", "faq/clinic.prices", text="bad"),
            measured("healing.time", "clarify", text="near", suggestions=["faq/a.b"]),
        ]
    )
    assert lines == [
        "clarified healing.time -> a.b: near",
        "wrong     healing.time -> clinic.prices: bad",
    ]


def test_slips_are_counted_in_points_lost():
    right = measured("healing.time", "faq/healing.time", text="a")
    wrong = measured("healing.time", "faq/clinic.prices", text="b")
    lines = slips_table([right] * 4, {"missing space": [right] * 3 + [wrong]})
    assert lines[1].split() == ["none", "100.0%", "-"]
    assert lines[2].split() == ["missing", "space", "75.0%", "25.0"]


@pytest.fixture
def structlog_config():
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.mark.usefixtures("structlog_config")
def test_rasa_prints_no_message_while_it_is_measured(capsys):
    structlog.reset_defaults()
    structlog.get_logger().debug("processor.message.parse", parse_data_text=SECRET)
    assert SECRET in capsys.readouterr().out
    hush_logs()
    structlog.get_logger().debug("processor.message.parse", parse_data_text=SECRET)
    assert SECRET not in capsys.readouterr().out


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the command on one wrong question, with a stand-in for the model."""

    async def parse(_):
        return parsed("faq/clinic.prices", ("faq/clinic.prices", 0.7))

    file = tmp_path / "q.jsonl"
    line = {"text": SECRET, "kind": "education", "expect": ["healing.time"]}
    file.write_text(json.dumps(line) + "\n")
    record = ModelRecord("0123456789abcdef", "", "2026-01-01")
    monkeypatch.setattr(understanding, "load_parse", lambda _: parse)
    monkeypatch.setattr(understanding.model, "verify", lambda _: record)
    monkeypatch.setattr(understanding.model, "is_current", lambda *_: True)
    page = tmp_path / "new" / "page.html"

    def run(*options):
        options = ["--questions", str(file), "--out", str(page), *options]
        return CliRunner().invoke(understanding.main, options), page

    return run


def test_command_prints_and_writes_no_message(run):
    result, page = run()
    assert result.exit_code == 0, result.output
    assert "q.jsonl, all lines: 1 questions" in result.output
    assert "healing.time -> clinic.prices" in result.output
    assert SECRET not in result.output
    assert SECRET not in page.read_text()


def test_command_lists_lines_when_asked(run):
    result, page = run("--lines")
    assert SECRET in result.output
    assert SECRET not in page.read_text()


def test_old_model_is_told(run, monkeypatch):
    monkeypatch.setattr(understanding.model, "is_current", lambda *_: False)
    assert "mend train" in run()[0].output


def test_missing_model_is_a_plain_message(run, monkeypatch):
    def fail(_):
        raise OperatorError("There is no trained model")

    monkeypatch.setattr(understanding, "load_parse", fail)
    result, _ = run()
    assert result.exit_code == 1
    assert "Error: There is no trained model" in result.output
