"""Training examples as they stand in the YAML files, and how one more gets in.

An example is one line of a literal block, so that YAML takes every character for what
it is; what Rasa would take for more than text (a command, an annotation, a second
example) is refused. Files are changed as text: what authors wrote stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

SHORTEST, LONGEST = 3, 300
LEXICON_FOLDER = "lexicon"


class Unfit(ValueError):
    """The text cannot be a training example; the message says why."""


class NoSuchIntent(LookupError):
    """No file has examples of the intent."""


@dataclass(frozen=True)
class Addition:
    """One more example of an intent."""

    intent: str
    text: str


def same_words(text: str) -> str:
    """Return what is equal for examples that the content lint takes for the same."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def as_example(text: str) -> str:
    """Return the text as it can stand in a file: on one line, plain characters.

    Raises:
        Unfit: it is empty, too short or long, has no words, or Rasa would read
            something else in it than text.
    """
    # Slow to import, and the desk only needs it here.
    from mend.understanding.features import has_words, tidy

    line = tidy(text)
    if len(line) < SHORTEST or not has_words(line):
        raise Unfit("There are no words in it that the assistant could learn.")
    if len(line) > LONGEST:
        raise Unfit(f"It is too long: up to {LONGEST} characters.")
    if line.startswith("/"):
        raise Unfit("It begins with a slash, which the assistant takes for a command.")
    if line.startswith(("-", "*", "#", "|", ">")):
        raise Unfit(f"It begins with “{line[0]}”, which means something in the files.")
    if re.search(r"\]\s*[({]", line):
        raise Unfit("It has brackets like [this](that), which mark words in the files.")
    if re.search(r"\b(intent|examples)\s*:", line, re.IGNORECASE):
        raise Unfit("It looks like a part of the training files.")
    if re.search(r"[<>{}]|javascript:", line, re.IGNORECASE):
        raise Unfit("It has program text in it: < > { } are not allowed.")
    return line


def files_of(data_dir: Path) -> dict[str, Path]:
    """Return the file that holds the examples of each intent."""
    found: dict[str, Path] = {}
    for file in sorted(data_dir.rglob("*.yml")):
        if file.relative_to(data_dir).parts[0] == LEXICON_FOLDER:
            continue
        for intent in _intents(file.read_text("utf-8")):
            found.setdefault(intent, file)
    return found


def patched(data_dir: Path, additions: Sequence[Addition]) -> dict[Path, str]:
    """Return the new text of each file that changes, by its path below `data_dir`.

    Args:
        data_dir: the project's ``data`` folder; nothing is written.
        additions: what to add; each text comes from `as_example`.

    Raises:
        NoSuchIntent: an intent has no examples anywhere.
    """
    files = files_of(data_dir)
    by_intent: dict[str, list[str]] = {}
    for addition in additions:
        by_intent.setdefault(addition.intent, []).append(addition.text)
    texts: dict[Path, str] = {}
    for intent, lines in by_intent.items():
        if intent not in files:
            raise NoSuchIntent(intent)
        file = files[intent]
        inside = file.relative_to(data_dir)
        before = texts.get(inside) or file.read_text("utf-8")
        texts[inside] = with_examples(before, intent, lines)
    return texts


def with_examples(content: str, intent: str, lines: Sequence[str]) -> str:
    """Return a file's text with lines added at the end of an intent's examples.

    Args:
        content: text of the file.
        intent: full name, such as ``faq/healing.time``.
        lines: from `as_example`.

    Raises:
        NoSuchIntent: the file has no block of examples of the intent.
    """
    rows = content.split("\n")
    at = _end_of_block(rows, intent)
    indent = rows[at - 1][: len(rows[at - 1]) - len(rows[at - 1].lstrip())]
    rows[at:at] = [f"{indent}- {line}" for line in lines]
    changed = "\n".join(rows)
    _check(content, changed, intent, lines)
    return changed


def _end_of_block(rows: Sequence[str], intent: str) -> int:
    """Return the number of the row after the last example of an intent."""
    start = next(
        (
            number
            for number, row in enumerate(rows)
            if re.fullmatch(rf"\s*- intent:\s*{re.escape(intent)}\s*", row)
        ),
        None,
    )
    if start is None or not re.fullmatch(r"\s*examples:\s*\|-?\s*", rows[start + 1]):
        raise NoSuchIntent(intent)
    depth = len(rows[start + 1]) - len(rows[start + 1].lstrip())
    last = start + 1
    for number in range(start + 2, len(rows)):
        row = rows[number]
        if row.strip() and len(row) - len(row.lstrip()) <= depth:
            break
        if row.strip():
            last = number
    if last == start + 1:
        raise NoSuchIntent(intent)
    return last + 1


def _check(before: str, after: str, intent: str, lines: Sequence[str]) -> None:
    """Make sure that nothing but the new lines is different to a reader of YAML."""
    old, new = _read(before), _read(after)
    expected = [*old[intent], *(f"- {line}" for line in lines)]
    if new != {**old, intent: expected}:
        raise AssertionError(f"examples of {intent} would change more than they should")


def _read(content: str) -> dict[str, Any]:
    """Return a file's content, with the lines of examples by intent."""
    loaded = yaml.load(content, Loader=yaml.CSafeLoader)
    rest: dict[str, Any] = {f"key {key}": value for key, value in loaded.items()}
    items = rest.pop("key nlu")
    return rest | {
        str(item["intent"]): str(item["examples"]).rstrip("\n").split("\n")
        for item in items
    }


def _intents(content: str) -> list[str]:
    return re.findall(r"^\s*- intent:\s*(\S+)\s*\n\s*examples:", content, re.MULTILINE)
