"""A rater's sheet made up for tests."""

from __future__ import annotations

import yaml

from benchmarks.rating_sheets import read_items, read_sheet
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
