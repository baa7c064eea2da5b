"""Sheets are read whole, or it is said what is wrong with them."""

from __future__ import annotations

import pytest
import yaml

from benchmarks.rating_sheets import (
    SCALES,
    RatingsError,
    core_groups,
    empty_sheet,
    read_sheet,
)
from tests.benchmarks.made_up_ratings import GROUPS, ITEMS, read
from tests.running import PROJECT


def test_the_items_are_those_of_the_instruments():
    scales = [item.scale for item in ITEMS.values()]
    assert [scales.count(scale) for scale in SCALES] == [17, 7, 20]
    always = [i.key for i in ITEMS.values() if i.scale == "index" and not i.may_be_na]
    assert always == [str(number) for number in range(1, 12)]


def test_the_core_groups_are_those_of_the_ids():
    assert core_groups(PROJECT / "data") == [
        *("healing", "injury", "scar", "fascia", "iastm", "mld", "surgery")
    ]


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
