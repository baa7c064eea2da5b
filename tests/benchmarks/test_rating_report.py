"""The report of two raters, from made-up sheets."""

from __future__ import annotations

import yaml

from benchmarks.rating_report import Ratings, report
from benchmarks.rating_sheets import read_sheet
from tests.benchmarks.made_up_ratings import GROUPS, ITEMS, content, read


def test_the_report_shows_scores_agreement_and_what_differs(tmp_path):
    one = read(tmp_path)
    change = {("scar", key): 0 for key in ("U1", "U2", "A20", "A21")}
    change |= {("scar.pain", "11"): 0, ("scar.pain", "13"): 0}
    other = read(tmp_path, name="bob", rater="Bob", change=change)
    written = tmp_path / "agreed.yml"
    rated = {"scar.pain": {"index": {11: 1}}}
    said = {"scar": {"U1": 1, "U2": 1, "A20": 1, "answers": rated}}
    written.write_text(yaml.safe_dump({"rater": "both", "groups": said}))
    both = read_sheet(written, ITEMS, GROUPS, whole=False)
    text = report(Ratings(one, other, both, ITEMS, GROUPS))
    assert "| scar | understandability | 100 | 88 | 100 | 90 |  |" in text
    assert "| scar | actionability | 100 | 71 | 86 | 80 |  |" in text
    assert "| scar | index | 100 | 95 | 98 | 90 |  |" in text
    assert "| scar | index, strict | 100 | 90 | 95 | 90 |  |" in text
    assert "| mld | index, strict | 100 | 100 | 100 | 90 |  |" in text
    assert "| mean of the groups | index | 100 | 98 | 99 | 90 |  |" in text
    assert "| index | 60 | 97 % | 0.00 |" in text
    assert "| index, strict | 40 | 95 % | 0.00 |" in text
    assert "| all but the strict | 108 | 94 % | 0.00 |" in text
    assert "* scar, A21 (it speaks to the reader when it says what to do): A " in text
    assert (
        "* scar.pain, 13 (it says why that matters to the reader): A yes, B no" in text
    )
    assert "A yes, B no; open, counts as no" in text
    assert "* B: scar, 13 scar.pain: saw 13" in text
    open_ended = report(Ratings(one, other, None, ITEMS, GROUPS))
    assert "| scar | actionability | 100 | 71 | 71 | 80 | below |" in open_ended
    assert "| scar | index | 100 | 95 | 95 | 90 |  |" in open_ended


def test_strict_asks_for_every_answer_and_the_mean_does_not(tmp_path):
    change = {("scar.pain", key): 0 for key in ("11", "13", "14")}
    change |= {("scar.looks", "4"): 0, ("scar.looks", "14"): "na"}
    ann = read(tmp_path, change=change)
    text = report(Ratings(ann, ann, None, ITEMS, GROUPS))
    # (17 / 20 + 18 / 19) / 2, and 16 / 20.
    assert "| scar | index | 90 | 90 | 90 | 90 | below |" in text
    assert "| scar | index, strict | 80 | 80 | 80 | 90 | below |" in text
    assert "| scar.pain | 85 | 85 | 85 | 11, 13, 14 |" in text
    assert "| scar.looks |" not in text


def test_the_lowest_answers_of_each_group_come_first_and_are_few(tmp_path):
    names = [f"scar.a{number}" for number in range(7)]
    groups = {"scar": names, "mld": ["mld.what_is"]}
    change = {
        (name, str(item)): 0
        for number, name in enumerate(names)
        for item in range(12, 15 + number)
    } | {("mld.what_is", str(item)): 0 for item in (5, 6, 7)}
    file = tmp_path / "ann.yml"
    file.write_text(yaml.safe_dump(content(change=change, groups=groups)))
    ann = read_sheet(file, ITEMS, groups)
    text = report(Ratings(ann, ann, None, ITEMS, groups))
    lines = [
        line.split()[1]
        for line in text.partition("## Lowest")[2].partition("## What")[0].splitlines()
        if line.startswith(("| scar.", "| mld."))
    ]
    assert lines == [*(f"scar.a{number}" for number in (6, 5, 4, 3, 2)), "mld.what_is"]


def test_each_item_tells_how_many_answers_miss_it(tmp_path):
    change = {("scar.pain", "4"): 0, ("scar.looks", "16"): 0, ("scar.pain", "16"): "na"}
    one = read(tmp_path, change=change)
    other = read(tmp_path, name="bob")
    text = report(Ratings(one, other, None, ITEMS, GROUPS))
    assert "| item | A | B | settled | scar | mld |" in text
    assert "| 4 a picture supports the main message | 33 | 0 | 33 | 50 | 0 |" in text
    assert "| 16 it says what each number means | 50 | 0 | 67 | 100 | 0 |" in text
    no_numbers = {(name, "16"): "na" for answers in GROUPS.values() for name in answers}
    ann = read(tmp_path, change=no_numbers)
    text = report(Ratings(ann, ann, None, ITEMS, GROUPS))
    assert "| 16 it says what each number means | - | - | - | - | - |" in text


def test_notes_are_shown(tmp_path):
    written = content()
    written["groups"]["scar"]["notes"] = [
        {"item": "U5", "answer": "scar.pain", "saw": "passive voice"}
    ]
    file = tmp_path / "ann.yml"
    file.write_text(yaml.safe_dump(written))
    ann = read_sheet(file, ITEMS, GROUPS)
    text = report(Ratings(ann, ann, None, ITEMS, GROUPS))
    assert "* A: scar, U5 scar.pain: passive voice" in text
    assert "Nowhere." in text
    assert "None." in text
