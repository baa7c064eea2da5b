"""One entry of a data file, and the checks of its fields.

What is wrong is collected, so that an author is told of everything at once.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

_BRACES = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Entry:
    """A mapping of a data file.

    Each method reads a field and, where it is wrong, says so and returns something
    empty.

    Attributes:
        where: file and key, as problems name them.
        fields: what stands in it.
        problems: to which problems are added, of all entries.
    """

    where: str
    fields: Mapping[str, Any]
    problems: list[str]

    def say(self, problem: str) -> None:
        """Add a problem of this entry."""
        self.problems.append(f"{self.where}: {problem}")

    def has_keys(
        self, required: Set[str], optional: Set[str] = frozenset(), under: str = ""
    ) -> None:
        """Check that all keys are there that must be, and no others.

        Args:
            required: must be there.
            optional: may be there.
            under: what stands before a key in a problem, such as ``custom.``.
        """
        there = {str(key) for key in self.fields}
        for key in sorted(required - there):
            self.say(f"{under}{key} is missing")
        for key in sorted(there - required - optional):
            self.say(f"{under}{key} is not known")

    def text(self, key: str) -> str:
        """Return a text; it must be there and hold more than blanks."""
        value = self.fields.get(key)
        if isinstance(value, str) and value.strip():
            return value
        self.say(f"{key} must be text")
        return ""

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; without the key there are none."""
        value = self.fields.get(key)
        if value is None:
            return ()
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self.say(f"{key} must be a list of names")
        return ()

    def words(self, key: str, placeholders: Set[str]) -> str:
        """Return a text under ``custom`` that visitors read.

        Args:
            key: must be there.
            placeholders: which may stand in it.
        """
        if key not in self.fields:
            self.say(f"custom.{key} is missing")
            return ""
        text = self.text(key)
        named = Entry(f"{self.where}, custom.{key}", self.fields, self.problems)
        named.has_only(placeholders, text)
        return text

    def has_only(self, placeholders: Set[str], text: str) -> None:
        """Check the placeholders and braces of a text."""
        for placeholder in _BRACES.findall(text):
            if placeholder not in placeholders:
                self.say(f"unknown placeholder {{{placeholder}}}")
        if set("{}") & set(_BRACES.sub("", text)):
            self.say("has a brace that belongs to no placeholder")

    def is_short(self, key: str, text: str, most: int) -> None:
        """Check that a text has no more characters than it may."""
        if len(text) > most:
            self.say(f"{key} has {len(text)} characters, {most} at most")

    def one_of(self, key: str, allowed: Sequence[str]) -> None:
        """Check that a value, where there is one, is allowed."""
        value = self.fields.get(key)
        if value is not None and value not in allowed:
            self.say(f"{key} {value!r} is not one of {', '.join(allowed)}")

    def date(self, key: str) -> str:
        """Return an ISO date; without the key there is none."""
        value = self.fields.get(key)
        if isinstance(value, str):
            try:
                return dt.date.fromisoformat(value).isoformat()
            except ValueError:
                pass
        if key in self.fields:
            # A bare date would be a date object to Rasa, which cannot be sent as JSON.
            self.say(f'{key} must be a quoted date "2026-11-23", not {value}')
        return ""


def only_response(
    where: str, variants: object, placeholders: Set[str], problems: list[str]
) -> tuple[str, Entry] | None:
    """Return the text of a response that has no variants, and what is under ``custom``.

    Args:
        where: file and name, as problems name them.
        variants: what stands under the name.
        placeholders: which may stand in the text.
        problems: to which problems are added; None is returned if the shape is wrong.
    """
    if not isinstance(variants, list) or len(variants) != 1:
        problems.append(f"{where}: must have exactly one response")
        return None
    response = variants[0]
    if not isinstance(response, dict) or not isinstance(response.get("custom"), dict):
        problems.append(f"{where}: must have text and custom")
        return None
    entry = Entry(where, response, problems)
    text = entry.text("text")
    entry.has_only(placeholders, text)
    return text, Entry(where, response["custom"], problems)
