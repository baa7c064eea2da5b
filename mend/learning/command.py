"""What `mend learn export` does with the project's own model code and files."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import click

from mend import judgement
from mend.errors import OperatorError
from mend.learning import trial
from mend.learning.export import Choice, Exported, Refused, export
from mend.learning.trial import Comparison, Score
from mend.records.database import Database
from mend.settings import Settings
from mend.understanding.catalogue_files import load_catalogue
from mend.understanding.encoder import EncoderUnavailable, SentenceEncoder
from mend.understanding.red_flags import Screener

HELD_OUT = Path("tests/understanding/held_out.jsonl")


def export_examples(
    settings: Settings, project: Path, out: Path | None, margin: float
) -> None:
    """Write approved corrections into the example files, and say what it does.

    Args:
        settings: where the records are.
        project: folder with config.yml, data/ and tests/.
        out: folder for changed files; None changes data/ itself.
        margin: see `Comparison.margin`.

    Raises:
        OperatorError: nothing was written; the message says why.
    """
    data = project / "data"
    screener = Screener.load(data / "lexicon")

    def compare(changed: Path, margin: float) -> Comparison:
        return _compare(settings, project, changed, screener, margin)

    with Database.open(settings.database_url) as database:
        done = export(
            database,
            data,
            out=out or data,
            now=dt.datetime.now(dt.timezone.utc),
            warns=lambda text: screener.screen(text).flag is not None,
            compare=compare,
            margin=margin,
        )
    click.echo(_said(done))


def _compare(
    settings: Settings,
    project: Path,
    changed: Path,
    screener: Screener,
    margin: float,
) -> Comparison:
    """Train without and with the new examples; ask the held-out questions."""
    file = project / HELD_OUT
    if not file.is_file():
        raise Refused(f"{HELD_OUT} is not here: nothing to measure by.")
    questions = judgement.read_questions(file)
    encoder = _encoder(settings)
    answers = load_catalogue(project / "data").answers
    outcomes = {key: answer.outcome for key, answer in answers.items()}

    def measured(title: str, data_dir: Path) -> Score:
        click.echo(f"Training {title} new examples ...", err=True)
        understand = trial.trained(project, data_dir, encoder, screener)
        with click.progressbar(
            length=len(questions), label="Asking", file=sys.stderr
        ) as bar:
            return trial.score(questions, understand, outcomes, lambda: bar.update(1))

    return Comparison(
        before=measured("without", project / "data"),
        after=measured("with the", changed),
        margin=margin,
    )


def _encoder(settings: Settings) -> SentenceEncoder:
    try:
        return SentenceEncoder.load(settings.encoder_threads)
    except EncoderUnavailable as error:
        raise OperatorError(
            f"The sentence encoder is needed to measure: {error}. See `make setup`."
        ) from error


def _said(done: Exported) -> str:
    """Return what was done, in words."""
    choice = done.choice
    lines = [] if done.comparison is None else [done.comparison.table(), ""]
    lines.append(
        f"{len(choice.additions)} new examples, {len(choice.known)} were there already."
    )
    lines += [f"Changed: {file}" for file in done.files]
    lines += _left(choice)
    if done.files:
        lines.append("Read the difference, then `mend train`.")
    return "\n".join(lines)


def _left(choice: Choice) -> list[str]:
    lines = [
        f"Not taught, correction {number}: {reason}"
        for number, reason in choice.refused.items()
    ]
    lines += [
        f"New topic without an answer: {topic} ({len(texts)} examples)"
        for topic, texts in choice.topics.items()
    ]
    return lines
