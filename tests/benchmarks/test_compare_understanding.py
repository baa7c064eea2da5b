import json
import sys

import click
import pytest
from click.testing import CliRunner

from benchmarks import compare_understanding, rasa_worker
from benchmarks.compare_understanding import Place, main, run
from benchmarks.systems import ours, rasa_init

EXAMPLES = {"faq/a": ["one", "two"], "b": ["three"]}


@pytest.fixture
def worked(monkeypatch):
    """What was asked of workers, which do nothing."""
    calls = []

    def work(what, folder, _, python):
        texts = json.loads((folder / "texts.json").read_text("utf-8"))
        calls.append((what, str(python)))
        return {"found": [{"cpu_ms": 1.0} for _ in texts]} if what == "ask" else {}

    monkeypatch.setattr(compare_understanding, "_work", work)
    return calls


def test_stock_rasa_is_measured_once_for_the_same_data(tmp_path, worked):
    place = Place(tmp_path / "python", tmp_path / "kept")
    first = run(rasa_init(), EXAMPLES, ["q"], place)
    assert worked == [("train", str(place.full_rasa)), ("ask", str(place.full_rasa))]
    assert run(rasa_init(), EXAMPLES, ["q"], place) == first
    assert len(worked) == 2
    run(rasa_init(epochs=1), EXAMPLES, ["q"], place)
    run(rasa_init(), EXAMPLES, ["other"], place)
    assert len(worked) == 6


def test_ours_is_measured_each_time_in_this_environment(tmp_path, worked):
    place = Place(tmp_path / "python", tmp_path / "kept")
    for _ in range(2):
        run(ours(compare_understanding.Path()), EXAMPLES, ["q"], place)
    assert worked == [("train", sys.executable), ("ask", sys.executable)] * 2


def test_a_worker_that_fails_is_named(tmp_path):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexit 3\n", "utf-8")
    python.chmod(0o755)
    with pytest.raises(click.ClickException, match="train ended with 3"):
        run(rasa_init(), EXAMPLES, ["q"], Place(python, tmp_path / "kept"))
    assert not (tmp_path / "kept").exists()


def test_a_missing_environment_says_what_makes_it(tmp_path):
    done = CliRunner().invoke(main, ["--full-rasa", str(tmp_path / "none")])
    assert done.exit_code == 1
    assert "make bench-understanding" in done.output


def test_missing_hint3_is_said_before_anything_is_trained(tmp_path):
    arguments = ["--full-rasa", sys.executable, "--hint3", str(tmp_path)]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 1
    assert "hellohaptik/HINT3" in done.output


def test_memory_of_this_process_is_plausible():
    assert 10 < rasa_worker.resident_mb() < 10_000
