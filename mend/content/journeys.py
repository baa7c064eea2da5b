"""What visitors read besides the catalogue: questions, refusals, hand-overs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from mend.content.passage import Passage
from mend.content.places import Place

_IN_CATALOGUE = ("utter_faq/", "utter_red_flag/", "utter_check/", "utter_caution/")


def journey_passages(data_dir: Path, places: Mapping[str, Place]) -> Iterator[Passage]:
    """Yield the texts of all responses that the catalogue does not hold.

    Args:
        data_dir: the project's ``data`` folder.
        places: where the responses stand.
    """
    for file in sorted(data_dir.rglob("*.yml")):
        content = yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader)
        responses = content.get("responses") if isinstance(content, dict) else None
        for name, variants in (responses or {}).items():
            if not name.startswith(_IN_CATALOGUE):
                yield from _passages(name, variants, places)


def _passages(
    name: str, variants: list[dict[str, Any]], places: Mapping[str, Place]
) -> Iterator[Passage]:
    for variant in variants:
        custom = variant.get("custom")
        custom = custom if isinstance(custom, dict) else {}
        if variant.get("text"):
            yield Passage(
                id=f"journey/{name.removeprefix('utter_')}",
                name=name,
                text=variant["text"],
                facts=tuple(custom.get("facts") or ()),
                sources=tuple(custom.get("sources") or ()),
                places=places,
            )
