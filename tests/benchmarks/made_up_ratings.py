"""A rater's sheet made up for tests."""

from __future__ import annotations

import yaml

from benchmarks.rating_sheets import INDEX, read_items, read_sheet
from tests.running import PROJECT

ITEMS = read_items(PROJECT / "reports" / "ratings")
GROUPS = {"scar": ["scar.pain", "scar.looks"], "mld": ["mld.what_is"]}
INDEX_ITEMS = [key for key, item in ITEMS.items() if item.scale == INDEX]
PEMAT_ITEMS = [key for key in ITEMS if key not in INDEX_ITEMS]


def answer(change=None):
    """Return an answer that meets every item but for some, each 0 with its note."""
    change = change or {}
    return {
        "index": dict.fromkeys(INDEX_ITEMS, 1) | change,
        "notes": {key: f"saw {key}" for key, said in change.items() if said == 0},
    }


def content(rater="Ann, a nurse", change=None, groups=GROUPS):
    """Return a sheet in which everything is yes, but for some changes.

    Args:
        rater: who it was.
        change: scores by (group, item) or (answer, item).
        groups: the answers in it.
    """
    change = change or {}

    def of(name):
        return {key: said for (where, key), said in change.items() if where == name}

    return {
        "rater": rater,
        "groups": {
            group: {
                **dict.fromkeys(PEMAT_ITEMS, 1),
                **of(group),
                "answers": {name: answer(of(name)) for name in answers},
            }
            for group, answers in groups.items()
        },
    }


def sheet(tmp_path, name="ann", **more):
    """Write a sheet; see `content`."""
    file = tmp_path / f"{name}.yml"
    file.write_text(yaml.safe_dump(content(**more)))
    return file


def read(tmp_path, **more):
    return read_sheet(sheet(tmp_path, **more), ITEMS, GROUPS)
