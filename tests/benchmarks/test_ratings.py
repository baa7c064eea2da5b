"""Scores and agreement of two raters, on made-up sheets."""

from __future__ import annotations

import pytest
import yaml
from click.testing import CliRunner

from benchmarks import ratings
from benchmarks.ratings import (
    RatingsError,
    agreement,
    core_groups,
    empty_sheet,
    read_items,
    read_sheet,
    report,
    score,
    score_of,
    settled,
)
from tests.running import PROJECT

ITEMS = read_items(PROJECT / "reports" / "ratings")
GROUPS = ["scar", "mld"]


def sheet(tmp_path, name="ann", rater="Ann, a nurse", change=None, groups=GROUPS):
    """Write a sheet in which everything is yes, but for some changes."""
    scores = {group: dict.fromkeys(ITEMS, 1) for group in groups}
    for group, key in change or {}:
        scores.setdefault(group, {})[key] = change[group, key]
    file = tmp_path / f"{name}.yml"
    file.write_text(yaml.safe_dump({"rater": rater, "groups": scores}))
    return file


def read(tmp_path, **more):
    return read_sheet(sheet(tmp_path, **more), ITEMS, GROUPS)


def test_the_items_are_those_of_the_instruments():
    scales = [item.scale for item in ITEMS.values()]
    assert [scales.count(scale) for scale in ratings.SCALES] == [17, 7, 20]
    always = [i.key for i in ITEMS.values() if i.scale == "index" and not i.may_be_na]
    assert always == [str(number) for number in range(1, 12)]


def test_the_core_groups_are_those_of_the_ids():
    assert core_groups(PROJECT / "data") == [
        *("healing", "injury", "scar", "fascia", "iastm", "mld", "surgery")
    ]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([True, True, False, True], 75.0),
        ([True, None, False], 50.0),
        ([None, None], None),
        ([], None),
    ],
)
def test_points_of_what_applies(said, expected):
    assert score(said) == expected


def test_each_scale_counts_its_own_items(tmp_path):
    change = {("scar", "A20"): 0, ("scar", "U19"): "na", ("scar", "U1"): 0}
    scores = read(tmp_path, change=change).groups["scar"]
    assert score_of(scores, ITEMS, "actionability") == pytest.approx(100 * 6 / 7)
    assert score_of(scores, ITEMS, "understandability") == pytest.approx(100 * 15 / 16)
    assert score_of(scores, ITEMS, "index") == 100.0


def test_agreement_follows_cohen():
    # 20 yes and 15 no alike, 5 and 10 crosswise: the textbook's kappa of 0.4.
    one = [True] * 25 + [False] * 25
    other = [True] * 20 + [False] * 5 + [True] * 10 + [False] * 15
    found = agreement(one, other)
    assert (found.items, found.same) == (50, 35)
    assert found.kappa == pytest.approx(0.4)


def test_agreement_counts_what_does_not_apply():
    found = agreement([True, None, False], [True, None, None])
    assert found.same == 2
    assert found.kappa == pytest.approx(0.5)


def test_no_kappa_where_one_word_was_said_throughout():
    assert agreement([True, True], [True, True]).kappa is None
    assert agreement([], []).kappa is None
    with pytest.raises(ValueError, match="shorter"):
        agreement([True], [])


def test_what_counts_in_the_end():
    one = {"U1": True, "U2": True, "U3": False, "U6": None}
    other = {"U1": True, "U2": False, "U3": True, "U6": True}
    assert settled(one, other, {"U2": True}) == {
        "U1": True,
        "U2": True,
        "U3": False,
        "U6": False,
    }


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({("scar", "U1"): "?"}, "scar, U1: must be 1, 0 or na, not '?'"),
        ({("scar", "U1"): 2}, "scar, U1: must be 1, 0 or na"),
        ({("scar", "U1"): "na"}, "scar, U1: always applies"),
        ({("scar", "U99"): 1}, "scar: there is no item U99"),
        ({("shoulder", "U1"): 1}, "no core group shoulder"),
        ({("scar", "1"): 0}, "scar, 2: is 0 where item 1 is 0"),
    ],
)
def test_a_bad_sheet_is_named(tmp_path, change, says):
    with pytest.raises(RatingsError) as raised:
        read(tmp_path, change=change)
    assert f"ann.yml: {says}" in raised.value.message


def test_a_sheet_with_gaps_is_named(tmp_path):
    with pytest.raises(RatingsError, match="mld is missing"):
        read(tmp_path, groups=["scar"])
    file = tmp_path / "bob.yml"
    for content, says in (
        ({"rater": "Bob"}, "no groups"),
        ({"rater": " ", "groups": {}}, "who or what"),
        ({"rater": "Bob", "groups": {"scar": {"U1": 1}, "mld": {}}}, "U2, U3"),
    ):
        file.write_text(yaml.safe_dump(content))
        with pytest.raises(RatingsError, match=says):
            read_sheet(file, ITEMS, GROUPS)
    file.write_text("rater: [")
    with pytest.raises(RatingsError, match=r"bob\.yml"):
        read_sheet(file, ITEMS, GROUPS)


def test_an_empty_sheet_names_every_item_and_is_not_yet_one(tmp_path):
    file = tmp_path / "ann.yml"
    file.write_text(empty_sheet(ITEMS, GROUPS, "Ann"))
    written = yaml.safe_load(file.read_text())
    assert set(written["groups"]["scar"]) == {*ITEMS, "notes"}
    with pytest.raises(RatingsError, match="must be 1, 0 or na"):
        read_sheet(file, ITEMS, GROUPS)
    file.write_text(file.read_text().replace('"?"', "1"))
    assert read_sheet(file, ITEMS, GROUPS).groups["mld"]["U1"] is True


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
