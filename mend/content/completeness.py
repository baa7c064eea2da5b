"""Completeness: every id is answered, and no answer is without its tier."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import yaml

from mend.content.finding import Finding
from mend.content.places import Place, place_of

IDS_FILE = "ids.yml"


def read_ids(data_dir: Path) -> dict[str, str]:
    """Return the tier (core, near, clinic, chat) of every id there must be."""
    content = yaml.safe_load((data_dir / IDS_FILE).read_text("utf-8"))
    return {str(key): str(tier) for tier, keys in content.items() for key in keys}


def check_ids(
    ids: Mapping[str, str], answers: Collection[str], places: Mapping[str, Place]
) -> Iterator[Finding]:
    """Yield ids without an answer, and answers whose id has no tier.

    Args:
        ids: tier by id.
        answers: ids that have an answer.
        places: where the responses stand.
    """
    for key in ids:
        if key not in answers:
            yield Finding(f"data/{IDS_FILE}", f"{key} has no answer")
    for key in answers:
        if key not in ids:
            yield Finding(
                place_of(places, f"utter_faq/{key}"), f"is not named in {IDS_FILE}"
            )
