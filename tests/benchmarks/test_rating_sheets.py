"""Sheets are read whole, or it is said what is wrong with them."""

from __future__ import annotations

import pytest
import yaml

from benchmarks.rating_sheets import (
    SCALES,
    Note,
    RatingsError,
    core_groups,
    empty_sheet,
    read_sheet,
)
from tests.benchmarks.made_up_ratings import (
    GROUPS,
    INDEX_ITEMS,
    ITEMS,
    PEMAT_ITEMS,
    content,
    read,
    sheet,
)
from tests.running import PROJECT


def test_the_items_are_those_of_the_instruments():
    scales = [item.scale for item in ITEMS.values()]
    assert [scales.count(scale) for scale in SCALES] == [17, 7, 20]
    always = [i.key for i in ITEMS.values() if i.scale == "index" and not i.may_be_na]
    assert always == [str(number) for number in range(1, 12)]


def test_the_core_groups_are_those_of_the_ids():
    groups = core_groups(PROJECT / "data")
    assert list(groups) == [
        *("healing", "injury", "scar", "fascia", "iastm", "mld", "surgery")
    ]
    assert groups["fascia"] == ["fascia.what_is"]
    assert all(
        answer.startswith(f"{group}.")
        for group, answers in groups.items()
        for answer in answers
    )


def test_scores_and_notes_are_read(tmp_path):
    change = {("scar", "U19"): "na", ("scar.pain", "4"): 0, ("scar.pain", "15"): "na"}
    written = content(change=change)
    note = {"item": "U5", "answer": "scar.looks", "saw": "passive voice"}
    written["groups"]["scar"]["notes"] = [note]
    file = tmp_path / "ann.yml"
    file.write_text(yaml.safe_dump(written))
    ann = read_sheet(file, ITEMS, GROUPS)
    assert (ann.name, ann.rater) == ("ann", "Ann, a nurse")
    assert set(ann.groups["scar"]) == set(PEMAT_ITEMS)
    assert ann.groups["scar"]["U19"] is None
    assert set(ann.answers) == {"scar.pain", "scar.looks", "mld.what_is"}
    assert set(ann.answers["scar.pain"]) == set(INDEX_ITEMS)
    assert ann.answers["scar.pain"]["4"] is False
    assert ann.answers["scar.pain"]["15"] is None
    assert ann.answers["scar.looks"]["4"] is True
    assert ann.notes == (
        Note("scar", "U5", "scar.looks", "passive voice"),
        Note("scar", "4", "scar.pain", "saw 4"),
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({("scar", "U1"): "?"}, "scar, U1: must be 1, 0 or na, not '?'"),
        ({("scar", "U1"): 2}, "scar, U1: must be 1, 0 or na"),
        ({("scar", "U1"): "na"}, "scar, U1: always applies"),
        ({("scar", "U99"): 1}, "scar: there is no item U99"),
        (
            {("scar", "11"): 1, ("scar", "12"): 0},
            "scar, 11, 12: scored for each answer, under answers",
        ),
        ({("scar", "U1"): None, ("scar", "U3"): "_"}, "scar: U1, U3 not scored"),
        ({("scar.pain", "1"): 0}, "scar.pain, 2: is 0 where item 1 is 0"),
        ({("scar.pain", "11"): "na"}, "scar.pain, 11: always applies"),
        ({("scar.pain", "15"): 3}, "scar.pain, 15: must be 1, 0 or na, not 3"),
        ({("scar.pain", "15"): [1]}, "scar.pain, 15: must be 1, 0 or na, not [1]"),
        ({("scar.pain", "21"): 1}, "scar.pain: there is no item 21"),
        ({("scar.pain", "U1"): 1}, "scar.pain: there is no item U1"),
        ({("scar.pain", "4"): "_", ("scar.pain", "9"): None}, "scar.pain: 4, 9 not"),
    ],
)
def test_a_bad_score_is_named(tmp_path, change, says):
    with pytest.raises(RatingsError) as raised:
        read(tmp_path, change=change)
    assert f"ann.yml: {says}" in raised.value.message


def bad(tmp_path, change, **more):
    """Return what is said of a sheet that was changed."""
    written = content(**more)
    change(written["groups"])
    file = tmp_path / "ann.yml"
    file.write_text(yaml.safe_dump(written))
    with pytest.raises(RatingsError) as raised:
        read_sheet(file, ITEMS, GROUPS)
    return raised.value.message


@pytest.mark.parametrize(
    ("where", "value", "says"),
    [
        ("shoulder", {}, "no core group shoulder"),
        ("scar", [1], "scar: must be names with values, not [1]"),
        ("scar.answers", {}, "scar.looks is missing"),
        ("scar.answers", 1, "scar, answers: must be names with values"),
        ("scar.answers.scar.pian", {}, "scar: no core answer scar.pian"),
        ("scar.answers.mld.what_is", {}, "scar: no core answer mld.what_is"),
        ("scar.answers.scar.pain", 1, "scar.pain: must be names with values"),
        ("scar.answers.scar.pain", {"index": "1"}, "scar.pain, index: must be names"),
        ("scar.answers.scar.pain", {"4": 1}, "scar.pain: has index and notes, not 4"),
        ("scar.notes", "words", "scar, notes: must be a list"),
        ("scar.notes", ["words"], "scar, note 1: must be names with values"),
        ("scar.notes", [{"item": "4", "saw": "x"}], "scar, note 1: its item is one"),
        ("scar.notes", [{"item": "U5", "saw": ""}], "scar, note 1: saw is empty"),
        (
            "scar.notes",
            [{"item": "U5", "answer": "mld.what_is", "saw": "x"}],
            "scar, note 1: no core answer mld.what_is in scar",
        ),
    ],
)
def test_a_bad_shape_is_named(tmp_path, where, value, says):
    def change(groups):
        group, _, rest = where.partition(".")
        part, _, name = rest.partition(".")
        if not part:
            groups[group] = value
        elif not name:
            groups[group][part] = value
        else:
            groups[group][part][name] = value

    assert f"ann.yml: {says}" in bad(tmp_path, change)


@pytest.mark.parametrize(
    ("change", "notes", "says"),
    [
        ({"4": 0, "13": 0, "14": 0}, {"13": "x"}, "4, 14: 0 without a note"),
        ({"4": 0}, {"4": " "}, "4: its note must be text"),
        ({"4": 0}, {"4": ["x"]}, "4: its note must be text"),
        ({"4": 0}, {"4": "x", "9": "y"}, "9: has a note, but is not 0"),
        ({"15": "na"}, {"15": "y"}, "15: has a note, but is not 0"),
        ({"4": 0}, "x", "notes: must be names with values"),
    ],
)
def test_every_0_has_a_note_and_nothing_else(tmp_path, change, notes, says):
    def annotate(groups):
        entry = groups["scar"]["answers"]["scar.pain"]
        entry["index"].update(change)
        entry["notes"] = notes

    assert f"ann.yml: scar.pain, {says}" in bad(tmp_path, annotate)


def test_without_a_main_message_one_note_is_enough(tmp_path):
    change = {("scar.pain", key): 0 for key in ("1", "2", "3", "4")}
    file = sheet(tmp_path, change=change)
    written = yaml.safe_load(file.read_text())
    written["groups"]["scar"]["answers"]["scar.pain"]["notes"] = {1: "two messages"}
    file.write_text(yaml.safe_dump(written))
    ann = read_sheet(file, ITEMS, GROUPS)
    assert ann.notes == (Note("scar", "1", "scar.pain", "two messages"),)


def test_all_problems_are_told_at_once(tmp_path):
    change = {("scar", "U1"): 2, ("scar.looks", "4"): "_", ("mld.what_is", "9"): 7}
    with pytest.raises(RatingsError) as raised:
        read(tmp_path, change=change)
    assert raised.value.message.splitlines() == [
        "ann.yml: scar, U1: must be 1, 0 or na, not 2",
        "ann.yml: scar.looks: 4 not scored",
        "ann.yml: mld.what_is, 9: must be 1, 0 or na, not 7",
    ]


def test_a_sheet_with_gaps_is_named(tmp_path):
    with pytest.raises(RatingsError, match="mld is missing"):
        read(tmp_path, groups={"scar": GROUPS["scar"]})
    file = tmp_path / "bob.yml"
    for written, says in (
        ({"rater": "Bob"}, "no groups"),
        ({"rater": " ", "groups": {}}, "who or what"),
        ({"rater": "Bob", "groups": {"scar": {"U1": 1}, "mld": {}}}, "U2, U3"),
    ):
        file.write_text(yaml.safe_dump(written))
        with pytest.raises(RatingsError, match=says):
            read_sheet(file, ITEMS, GROUPS)
    for text in ("rater: [", "rater: a\nrater: b"):
        file.write_text(text)
        with pytest.raises(RatingsError, match=r"bob\.yml"):
            read_sheet(file, ITEMS, GROUPS)
    file.write_bytes(b"rater: \xff")
    with pytest.raises(RatingsError, match=r"bob\.yml"):
        read_sheet(file, ITEMS, GROUPS)
    with pytest.raises(RatingsError, match=r"nobody\.yml"):
        read_sheet(tmp_path / "nobody.yml", ITEMS, GROUPS)


def test_what_two_agreed_on_needs_only_the_items_in_dispute(tmp_path):
    file = tmp_path / "agreed.yml"
    said = {"scar": {"U1": 0, "answers": {"scar.pain": {"index": {4: 0}}}}}
    file.write_text(yaml.safe_dump({"rater": "both", "groups": said}))
    agreed = read_sheet(file, ITEMS, GROUPS, whole=False)
    assert agreed.groups == {"scar": {"U1": False}}
    assert agreed.answers == {"scar.pain": {"4": False}}


def test_an_empty_sheet_names_every_item_and_is_not_yet_one(tmp_path):
    file = tmp_path / "ann.yml"
    file.write_text(empty_sheet(ITEMS, GROUPS, "Ann"))
    written = yaml.safe_load(file.read_text())
    assert set(written["groups"]["scar"]) == {*PEMAT_ITEMS, "notes", "answers"}
    rated = written["groups"]["scar"]["answers"]
    assert list(rated) == GROUPS["scar"]
    assert set(map(str, rated["scar.pain"]["index"])) == set(INDEX_ITEMS)
    assert "reports/answers.html#scar.pain" in file.read_text()
    with pytest.raises(RatingsError) as raised:
        read_sheet(file, ITEMS, GROUPS)
    told = raised.value.message.splitlines()
    assert f"ann.yml: scar.pain: {', '.join(INDEX_ITEMS)} not scored" in told
    assert len(told) == 5  # a line for each group and each answer
    file.write_text(file.read_text().replace(": _", ": 1"))
    ann = read_sheet(file, ITEMS, GROUPS)
    assert ann.groups["mld"]["U1"] is True
    assert ann.answers["mld.what_is"]["20"] is True
