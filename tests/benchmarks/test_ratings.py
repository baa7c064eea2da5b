"""The report of two raters, from made-up sheets."""

from __future__ import annotations

import yaml
from click.testing import CliRunner

from benchmarks import ratings
from benchmarks.rating_sheets import read_sheet
from benchmarks.ratings import report
from tests.benchmarks.made_up_ratings import GROUPS, ITEMS, read, sheet
from tests.running import PROJECT


def test_the_report_shows_scores_agreement_and_what_differs(tmp_path):
    one = read(tmp_path)
    change = {("scar", key): 0 for key in ("U1", "U2", "A20", "A21", "11")}
    file = sheet(tmp_path, name="bob", rater="Bob", change=change)
    other = read_sheet(file, ITEMS, GROUPS)
    written = tmp_path / "agreed.yml"
    agreed = {"rater": "both", "groups": {"scar": {"U1": 1, "U2": 1, "A20": 1}}}
    written.write_text(yaml.safe_dump(agreed))
    both = read_sheet(written, ITEMS, GROUPS, whole=False)
    text = report(one, other, both, ITEMS, GROUPS)
    assert "| scar | understandability | 100 | 88 | 100 | 90 |  |" in text
    assert "| scar | actionability | 100 | 71 | 86 | 80 |  |" in text
    assert "| scar | index | 100 | 95 | 95 | 90 |  |" in text
    assert "| mld | index | 100 | 100 | 100 | 90 |  |" in text
    assert "| all | 88 | 94 % | 0.00 |" in text
    assert "scar, A21 (it speaks" in text
    assert "A yes, B no; open, counts as no" in text
    open_ended = report(one, other, None, ITEMS, GROUPS)
    assert "| scar | actionability | 100 | 71 | 71 | 80 | below |" in open_ended


def test_notes_are_shown(tmp_path):
    file = sheet(tmp_path)
    content = yaml.safe_load(file.read_text())
    content["groups"]["scar"]["notes"] = [
        {"item": "U5", "answer": "scar.pain", "saw": "passive voice"}
    ]
    file.write_text(yaml.safe_dump(content))
    ann = read_sheet(file, ITEMS, GROUPS)
    text = report(ann, ann, None, ITEMS, GROUPS)
    assert "* A: scar, U5 scar.pain: passive voice" in text
    assert "Nowhere." in text


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
    for name in ("ann", "bob"):
        file = folder / f"{name}.yml"
        filled = file.read_text().replace('"?"', "1").replace('rater: ""', "rater: me")
        file.write_text(filled)
        checked = run(ratings.main, ["check", name])
        assert "index 100" in checked.output
    assert run(ratings.main, ["report"]).exit_code == 0
    assert (
        "| all | 308 | 100 % | not defined |" in (tmp_path / "ratings.md").read_text()
    )
