"""YAML in which no key may stand twice.

YAML itself forbids it; PyYAML lets the second replace the first in silence, and an
author loses what was written first.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import yaml


class _Loader(yaml.CSafeLoader):
    """Plain values only, and quick."""

    def construct_mapping(
        self, node: yaml.MappingNode, deep: bool = False
    ) -> dict[Hashable, Any]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = key_node.value
            if isinstance(key, str) and key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key} is there twice", key_node.start_mark
                )
            if isinstance(key, str):
                seen.add(key)
        return super().construct_mapping(node, deep)


def load(text: str) -> Any:
    """Return what YAML text says.

    Raises:
        yaml.YAMLError: it is not YAML, or a key stands in a mapping twice.
    """
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - a CSafeLoader
