"""Measure whole conversations over HTTP: are follow-up questions understood?

``make eval-dialogues`` starts a Mend of its own on free ports; ``URL=http://...``
talks to one that runs (with MEND_LIMITS=none). The conversations were written apart
from the examples, so by default nothing that is printed shows a message.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import yaml

from benchmarks.intervals import counted_line
from mend.conversation import Conversation
from mend.errors import OperatorError
from mend.judgement import first_answer

DIALOGUES = Path("tests/understanding/dialogues.yml")
_WANTED = ("expect", "several", "outcome")

Say = Callable[[str], Mapping[str, Any]]


@dataclass(frozen=True)
class Line:
    """One message of a dialogue and what is right after it.

    Attributes:
        say: the message.
        wanted: which of ``expect``, ``several`` and ``outcome`` it is judged by.
        values: answer ids or outcomes.
    """

    say: str
    wanted: str
    values: tuple[str, ...]

    def is_right(self, turn: Mapping[str, Any]) -> bool:
        """Tell whether a turn is what was wanted."""
        if self.wanted == "several":
            return answer_ids(turn) == self.values
        if self.wanted == "expect":
            return first_answer(turn) in self.values
        return turn["outcome"] in self.values


@dataclass(frozen=True)
class Dialogue:
    """A conversation to hold."""

    name: str
    subject_changes: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Held:
    """One message that was sent, and the turn that came back."""

    dialogue: Dialogue
    number: int
    turn: Mapping[str, Any]

    @property
    def line(self) -> Line:
        """What was sent."""
        return self.dialogue.lines[self.number - 1]

    @property
    def right(self) -> bool:
        """Tell whether the turn is what was wanted."""
        return self.line.is_right(self.turn)


def answer_ids(turn: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the answer ids of a turn, in order."""
    messages = turn.get("messages") or []
    return tuple(str(each["answer"]) for each in messages if each.get("answer"))


def read_dialogues(file: Path) -> list[Dialogue]:
    """Read a file of dialogues; its head says what it holds.

    Raises:
        click.ClickException: one cannot be read; the message names it.
    """
    dialogues = []
    for entry in yaml.safe_load(file.read_text("utf-8"))["dialogues"]:
        try:
            dialogues.append(
                Dialogue(
                    name=entry["name"],
                    subject_changes=bool(entry["subject_changes"]),
                    lines=tuple(_line(each) for each in entry["turns"]),
                )
            )
        except (KeyError, TypeError, ValueError) as error:
            name = entry.get("name") if isinstance(entry, Mapping) else entry
            raise click.ClickException(f"{file}, {name}: {error!r}") from None
    return dialogues


def _line(entry: Mapping[str, Any]) -> Line:
    named = [key for key in _WANTED if key in entry]
    if len(named) != 1:
        raise ValueError(f"a turn needs one of {', '.join(_WANTED)}")
    values = entry[named[0]]
    values = [values] if isinstance(values, str) else values
    return Line(entry["say"], named[0], tuple(values))


def hold(dialogue: Dialogue, say: Say) -> list[Held]:
    """Send the messages of a dialogue, in order, whatever comes back."""
    return [
        Held(dialogue, number, say(line.say))
        for number, line in enumerate(dialogue.lines, start=1)
    ]


def report(held: Sequence[Held], *, texts: bool) -> list[str]:
    """Return what is printed.

    Args:
        held: all messages of all dialogues.
        texts: whether to show the messages of wrong turns.
    """
    changing = [one for one in held if one.dialogue.subject_changes]
    staying = [one for one in held if not one.dialogue.subject_changes]
    follow_ups = [one for one in held if one.number > 1]
    lines = [
        _counted("turns right", held),
        _counted("  later turns", follow_ups),
        _counted("  subject changes", changing),
        _counted("  subject stays", staying),
    ]
    names = {one.dialogue.name for one in held}
    failed = {one.dialogue.name for one in held if not one.right}
    lines.append(counted_line("dialogues all right", len(names - failed), len(names)))
    lines += ["", "wrong: dialogue, turn: wanted -> got"]
    return lines + [_wrong_line(one, texts) for one in held if not one.right]


def _counted(name: str, held: Sequence[Held]) -> str:
    return counted_line(name, sum(one.right for one in held), len(held))


def _wrong_line(one: Held, texts: bool) -> str:
    wanted = (" + " if one.line.wanted == "several" else " or ").join(one.line.values)
    got = " + ".join(answer_ids(one.turn)) or str(one.turn["outcome"])
    said = f": {one.line.say}" if texts else ""
    return f"  {one.dialogue.name}, {one.number}: {wanted} -> {got}{said}"


@contextlib.contextmanager
def _address(url: str | None) -> Iterator[str]:
    """Give the address of a Mend, started here unless one is named."""
    if url:
        yield url.rstrip("/")
        return
    from tests.running import running_mend

    click.echo("Starting Mend", err=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_mend(Path(folder) / "var") as mend,
    ):
        yield mend.url


@click.command(help=__doc__)
@click.option("--url", help="Address of a running chat; default: start one.")
@click.option("--lines", is_flag=True, help="Show the messages of wrong turns.")
@click.option(
    "--dialogues",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=DIALOGUES,
    show_default=True,
    help="A file of dialogues.",
)
def main(url: str | None, lines: bool, file: Path) -> None:
    """Hold all dialogues and print."""
    dialogues = read_dialogues(file)
    held: list[Held] = []
    try:
        with (
            _address(url) as address,
            click.progressbar(dialogues, label="Talking", file=sys.stderr) as progress,
        ):
            for dialogue in progress:
                held += hold(dialogue, Conversation.open(address).say)
    except OperatorError as error:
        raise click.ClickException(str(error)) from error
    click.echo("\n".join(report(held, texts=lines)))


if __name__ == "__main__":
    main()
