"""The commands, from an empty sheet to the report."""

from __future__ import annotations

from click.testing import CliRunner

from benchmarks import ratings
from tests.running import PROJECT


def test_from_empty_sheets_to_the_report(tmp_path, monkeypatch):
    folder = tmp_path / "ratings"
    folder.mkdir()
    items = (PROJECT / "reports" / "ratings" / "items.yml").read_text()
    (folder / "items.yml").write_text(items)
    monkeypatch.setattr(ratings, "FOLDER", folder)
    monkeypatch.setattr(ratings, "REPORT", tmp_path / "ratings.md")
    monkeypatch.chdir(PROJECT)
    run = CliRunner().invoke
    assert run(ratings.main, ["sheet", "ann"]).exit_code == 0
    again = run(ratings.main, ["sheet", "ann"])
    assert again.exit_code == 1
    assert "is there already" in again.output
    assert "needs the sheets of two raters" in run(ratings.main, ["report"]).output
    assert run(ratings.main, ["sheet", "bob"]).exit_code == 0
    unfilled = run(ratings.main, ["check", "ann"])
    assert unfilled.exit_code == 1
    assert "ann.yml: rater must say who" in unfilled.output
    for name in ("ann", "bob"):
        file = folder / f"{name}.yml"
        filled = (
            file.read_text().replace(": _", ": 1").replace('rater: ""', "rater: me")
        )
        file.write_text(filled)
        checked = run(ratings.main, ["check", name])
        assert "fascia     understandability 100  actionability 100  index 100" in (
            checked.output
        )
    assert run(ratings.main, ["report"]).exit_code == 0
    written = (tmp_path / "ratings.md").read_text()
    assert "| index, strict | 140 | 100 % | not defined |" in written
