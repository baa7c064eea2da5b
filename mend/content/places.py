"""Where in the files a text stands, so that a finding names file and line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Place:
    """Where one entry stands in a file.

    Attributes:
        file: as people call it, such as ``data/faq/scar.yml``.
        line: number of its first line, from 1.
        lines: the lines of the entry.
    """

    file: str
    line: int
    lines: tuple[str, ...]

    def at(self, words: str = "") -> str:
        """Return ``file:line`` of the words, or of the entry if they are not found.

        Words may be broken over two lines in the file, so fewer and fewer of their
        first words are looked for.
        """
        wanted = _plain(words).split()
        for length in range(len(wanted), 0, -1):
            start = " ".join(wanted[:length])
            for offset, line in enumerate(self.lines):
                if start in _plain(line):
                    return f"{self.file}:{self.line + offset}"
        return f"{self.file}:{self.line}"


def read_places(data_dir: Path, key: str = "responses") -> dict[str, Place]:
    """Return the place of every entry below a key, in all files of a folder.

    Args:
        data_dir: the project's ``data`` folder.
        key: top-level key of the files, such as ``responses`` or ``sources``.

    Files that cannot be read are left out: the reader of the catalogue reports them.
    """
    found: dict[str, Place] = {}
    for file in sorted(data_dir.rglob("*.yml")):
        text = file.read_text("utf-8")
        if re.search(rf"^{key}:", text, re.MULTILINE):
            name = f"{data_dir.name}/{file.relative_to(data_dir).as_posix()}"
            found |= dict(_entries(name, text, key))
    return found


def place_of(places: Mapping[str, Place], name: str, words: str = "") -> str:
    """Return ``file:line name`` where the place is known, otherwise the name."""
    place = places.get(name)
    return f"{place.at(words)} {name}" if place else name


def _entries(file: str, text: str, key: str) -> Iterator[tuple[str, Place]]:
    try:
        # compose() builds no objects, so it is safe with any loader.
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return
    if not isinstance(root, yaml.MappingNode):
        return
    lines = text.splitlines()
    for top, below in root.value:
        if top.value == key and isinstance(below, yaml.MappingNode):
            for name, entry in below.value:
                first, last = name.start_mark.line, entry.end_mark.line
                yield (
                    str(name.value),
                    Place(file, first + 1, tuple(lines[first : last + 1])),
                )


def _plain(words: str) -> str:
    return " ".join(re.findall(r"[\w'\u2019{}%]+", words.casefold()))
