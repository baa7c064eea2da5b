"""`mend learn export`: approved corrections become reviewed training examples.

Nothing is written unless all of it is fit: the texts, the content lint, and what a
trial training says of the questions that were written apart.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mend.content.examples import check_examples, read_examples
from mend.errors import OperatorError
from mend.learning.examples import (
    Addition,
    NoSuchIntent,
    Unfit,
    as_example,
    files_of,
    patched,
    same_words,
)
from mend.learning.scrub import scrub
from mend.learning.trial import Comparison
from mend.records import corrections
from mend.records.corrections import NEW_TOPIC
from mend.records.database import Database
from mend.records.tables import Correction

MARGIN = 0.5
"""Points of a hundred held-out questions that may be right no longer."""

Compare = Callable[[Path, float], Comparison]
"""Compares the project's examples with those in a changed copy of ``data``."""


class Refused(OperatorError):
    """The examples must not go in; nothing was written. The message says why."""


@dataclass(frozen=True)
class Choice:
    """What becomes of the approved corrections.

    Attributes:
        additions: example by correction.
        known: corrections whose words are an example of that intent already.
        refused: reason by correction.
        topics: texts by the short name of a topic that there is no answer to.
    """

    additions: Mapping[int, Addition]
    known: Sequence[int]
    refused: Mapping[int, str]
    topics: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        files: the files that changed.
        choice: what became of each correction.
        comparison: before and after; None when nothing was added.
    """

    files: Sequence[Path]
    choice: Choice
    comparison: Comparison | None


def choose(
    approved: Sequence[Correction],
    examples: Mapping[str, Iterable[str]],
    intents: Iterable[str],
    warns: Callable[[str], bool],
) -> Choice:
    """Sort approved corrections by what becomes of them.

    Args:
        approved: the corrections, oldest first.
        examples: texts of all examples there are, by intent.
        intents: those that have a block of examples.
        warns: tells whether a text has the words of a warning sign.
    """
    known_as = {same_words(text): i for i, texts in examples.items() for text in texts}
    possible = set(intents)
    additions: dict[int, Addition] = {}
    known, refused = [], {}
    topics: dict[str, list[str]] = {}
    for correction in approved:
        intent = correction.corrected
        if intent == NEW_TOPIC:
            topics.setdefault(correction.topic or "", []).append(correction.text)
            continue
        try:
            text = as_example(correction.text)
        except Unfit as error:
            refused[correction.id] = str(error)
            continue
        if scrub(text) != text:
            refused[correction.id] = "There is a name or a contact detail in it."
        elif warns(text):
            refused[correction.id] = "It has the words of a warning sign."
        elif intent not in possible or intent.startswith("red_flag"):
            refused[correction.id] = f"There is no answer {intent} (any more)."
        elif (taken := known_as.get(same_words(text))) == intent:
            known.append(correction.id)
        elif taken is not None:
            refused[correction.id] = f"The same words are an example of {taken}."
        else:
            additions[correction.id] = Addition(intent, text)
            known_as[same_words(text)] = intent
    return Choice(additions, known, refused, topics)


def export(
    database: Database,
    data_dir: Path,
    *,
    out: Path,
    now: datetime,
    warns: Callable[[str], bool],
    compare: Compare,
    margin: float = MARGIN,
) -> Exported:
    """Write approved corrections as examples and mark them as exported.

    Args:
        database: the clinic's records.
        data_dir: the project's ``data`` folder.
        out: where changed files go, by their path below ``data``; `data_dir` itself
            changes them in place.
        now: when.
        warns: see `choose`.
        compare: trains and measures.
        margin: see `Comparison.margin`.

    Raises:
        Refused: the lint finds something, or the questions are answered worse.
    """
    with database.reading() as s:
        approved = corrections.to_export(s)
    examples = read_examples(data_dir)
    texts = {intent: [text for text, _ in rows] for intent, rows in examples.items()}
    choice = choose(approved, texts, files_of(data_dir), warns)
    comparison, written = None, []
    if choice.additions:
        try:
            changed = patched(data_dir, list(choice.additions.values()))
        except NoSuchIntent as error:
            raise Refused(f"No file has examples of {error}.") from error
        with tempfile.TemporaryDirectory() as folder:
            trial = Path(folder) / data_dir.name
            shutil.copytree(data_dir, trial)
            _write(changed, trial)
            _lint(examples, trial)
            comparison = compare(trial, margin)
        if comparison.problems:
            raise Refused(
                "\n".join(
                    [comparison.table(), "", *comparison.problems, "Nothing written."]
                )
            )
        written = _write(changed, out)
    done = [*choice.additions, *choice.known]
    if done:
        with database.transaction() as s:
            corrections.mark_exported(s, done, now)
    return Exported(written, choice, comparison)


def _write(texts: Mapping[Path, str], folder: Path) -> list[Path]:
    """Write files whole or not at all; return where they are."""
    written = []
    for inside, text in texts.items():
        file = folder / inside
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        part.write_text(text, "utf-8")
        part.replace(file)
        written.append(file)
    return written


def _lint(before: Mapping[str, list[tuple[str, str]]], trial: Path) -> None:
    """Refuse what the content lint finds in the changed copy and did not before."""
    # Without its numbers: "has 9 examples" is nothing new where there were eight.
    known = {re.sub(r"\d+", "", finding.what) for finding in check_examples(before)}
    found = [
        finding
        for finding in check_examples(read_examples(trial))
        if re.sub(r"\d+", "", finding.what) not in known
    ]
    if found:
        raise Refused("\n".join([*map(str, found), "Nothing written."]))
