"""Measure how well messages are understood, on the trained model.

``make eval`` runs it on the held-out questions, which were written apart from the
examples; ``QUESTIONS=file.jsonl`` on any other file of questions (see `mend ask`). The
model is asked through Rasa's own pipeline in this process, so that what is measured is
what runs. By default nothing that is printed shows a message: who writes examples must
not read the questions they are measured by.
"""

from __future__ import annotations

import asyncio
import sys
import time
import warnings
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from logging import ERROR
from pathlib import Path
from typing import Any

import click
import structlog

from benchmarks import page
from benchmarks.measures import HALVES, half_of
from benchmarks.summary import printed, summarise
from benchmarks.turns import Measured, measure
from benchmarks.typos import SLIPS, with_slips
from mend import model, rasa_without_tensorflow
from mend.errors import OperatorError
from mend.judgement import Question, read_questions
from mend.settings import load_settings
from mend.understanding.catalogue_files import load_catalogue

HELD_OUT = Path("tests/understanding/held_out.jsonl")
REPORT = Path("reports/understanding.html")
WARM_UP = "hello"

Parse = Callable[[str], Awaitable[Mapping[str, Any]]]


def chosen(questions: Sequence[Question], half: str) -> list[Question]:
    """Return the questions of a half, or all.

    Raises:
        click.ClickException: none are left, or one has no kind to judge it by.
    """
    kept = [q for q in questions if half == "all" or half_of(q.text) == half]
    if not kept:
        raise click.ClickException("There are no questions to measure.")
    if unknown := sum(not q.kind for q in kept):
        raise click.ClickException(
            f'{unknown} lines have no "kind", so nothing tells what is right.'
        )
    return kept


def hush_logs() -> None:
    """Let nothing of Rasa's logging through but errors.

    Left to itself it prints each message that it understands.
    """
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(ERROR))


def load_parse(models: Path) -> Parse:
    """Load the model as `mend rasa run` does; return what understands a text.

    Raises:
        OperatorError: there is no model, or it cannot be loaded here.
    """
    model.verify(models)
    hush_logs()
    rasa_without_tensorflow.install()
    # Deprecations of Rasa's pinned dependencies: nobody who measures can act on them.
    with warnings.catch_warnings(record=True):
        # Only now: Rasa cannot be imported before the stand-ins are there.
        from rasa.core.agent import Agent
        from rasa.core.channels.channel import UserMessage
        from rasa.shared.exceptions import RasaException

        try:
            processor = Agent.load(str(model.model_file(models))).processor
        except RasaException as error:
            raise OperatorError(str(error)) from error

    async def parse(text: str) -> Mapping[str, Any]:
        # Without a tracker each message is the first of a conversation.
        parsed: Mapping[str, Any] = await processor.parse_message(UserMessage(text))
        return parsed

    return parse


async def measure_all(
    questions: Sequence[Question],
    parse: Parse,
    outcomes: Mapping[str, str],
    tick: Callable[[int], None] = lambda _: None,
) -> list[Measured]:
    """Ask and judge each question.

    Args:
        questions: what to ask.
        parse: understands a text.
        outcomes: outcome of each answer id.
        tick: called with 1 after each question.
    """
    await parse(WARM_UP)
    measured = []
    for question in questions:
        began = time.process_time()
        parsed = await parse(question.text)
        cpu_ms = (time.process_time() - began) * 1000
        measured.append(measure(question, parsed, outcomes, cpu_ms))
        tick(1)
    return measured


def not_right(measured: Sequence[Measured]) -> list[str]:
    """Return a line for each question that was not right, with its text."""
    lines = []
    for one in measured:
        if one.verdict != "right":
            got = " | ".join(one.offered) if one.offered else one.got
            lines.append(
                f"{one.verdict:9} {one.expected} -> {got}: {one.question.text}"
            )
    return sorted(lines)


def slips_table(
    clean: Sequence[Measured], slipped: Mapping[str, Sequence[Measured]]
) -> list[str]:
    """Return lines that say what each kind of slip costs, in points of right."""
    share = _right(clean)
    lines = [f"{'Slips of the finger':20}{'right':>8}{'points lost':>13}"]
    lines.append(f"{'none':20}{share:8.1%}{'-':>13}")
    for kind, measured in slipped.items():
        lost = 100 * (share - _right(measured))
        lines.append(f"{kind:20}{_right(measured):8.1%}{lost:13.1f}")
    return lines


def _right(measured: Sequence[Measured]) -> float:
    return sum(one.verdict == "right" for one in measured) / max(1, len(measured))


@click.command(help=__doc__)
@click.option(
    "--questions",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=HELD_OUT,
    show_default=True,
    help="A file of questions.",
)
@click.option(
    "--half",
    type=click.Choice([*HALVES, "all"]),
    help="Which lines; default: reported for the held-out file, all for others.",
)
@click.option("--slips", is_flag=True, help="Also measure with typing slips.")
@click.option("--lines", is_flag=True, help="Also list what was not right, with texts.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=REPORT,
    show_default=True,
    help="Where to write the page.",
)
def main(
    questions: Path, half: str | None, slips: bool, lines: bool, out: Path
) -> None:
    """Measure, print, and write the page."""
    is_held_out = questions.resolve() == HELD_OUT.resolve()
    half = half or ("reported" if is_held_out else "all")
    asked = chosen(read_questions(questions), half)
    project, models = Path.cwd(), load_settings().models
    try:
        parse = load_parse(models)
        record = model.verify(models)
        answers = load_catalogue(project / "data").answers
    except OperatorError as error:
        raise click.ClickException(str(error)) from error
    if not model.is_current(project, models):
        click.echo(
            "The model was not trained from what lies here now; `mend train` first "
            "to measure that.",
            err=True,
        )
    outcomes = {key: answer.outcome for key, answer in answers.items()}
    with click.progressbar(
        length=len(asked), label="Asking", file=sys.stderr
    ) as progress:
        measured = asyncio.run(measure_all(asked, parse, outcomes, progress.update))
    which = "all lines" if half == "all" else f"the {half} half"
    summary = summarise(
        measured,
        about=f"{questions.name}, {which}: {len(asked)} questions",
        model=f"{record.sha256[:12]}, trained {record.trained_at}",
    )
    click.echo(printed(summary))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page.render(summary), "utf-8")
    click.echo(f"\nThe same with plots: {out}")
    if slips:
        slipped = {}
        for kind in SLIPS:
            click.echo(f"Asking again with slips: {kind}", err=True)
            typed = [replace(q, text=with_slips(q.text, kind)) for q in asked]
            slipped[kind] = asyncio.run(measure_all(typed, parse, outcomes))
        click.echo("\n".join(["", *slips_table(measured, slipped)]))
    if lines:
        click.echo("\n".join(["", "Not right:", *not_right(measured)]))


if __name__ == "__main__":
    main()
