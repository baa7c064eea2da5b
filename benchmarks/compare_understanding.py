"""Compare how well messages are understood: Mend and two pipelines of stock Rasa.

``make bench-understanding`` trains all on the same examples and asks all the same
held-out questions, each in a process of its own, and writes what came of it to
``benchmarks/understanding.md``. Stock Rasa needs TensorFlow and has an environment of
its own (``requirements/bench.in``); what it took and found is kept in ``var/bench`` and
used again while examples, questions and packages are the same. With ``HINT3=path`` our
ranker is measured on a public benchmark too. Nothing that is printed shows a message.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click
import yaml

from benchmarks import comparison_page, hint3, rasa_worker
from benchmarks.comparison import (
    Costs,
    Row,
    in_scope,
    judge_all,
    read_ranking,
    score,
    unseen,
)
from benchmarks.intervals import percentile
from benchmarks.measures import HALVES, half_of
from benchmarks.systems import (
    DIET_EPOCHS,
    Examples,
    System,
    capped,
    ours,
    rasa_init,
    rasa_logistic_regression,
)
from mend.content.examples import read_examples
from mend.errors import OperatorError
from mend.judgement import Question, read_questions
from mend.understanding.catalogue_files import load_catalogue
from mend.understanding.embedding_cache import EmbeddingCache
from mend.understanding.encoder import EncoderUnavailable, SentenceEncoder
from mend.understanding.ranker import Ranker

HELD_OUT = Path("tests/understanding/held_out.jsonl")
REPORT = Path("benchmarks/understanding.md")
FULL_RASA = Path("var/bench-venv/bin/python")
KEPT = Path("var/bench")
PACKAGES = Path("requirements/bench.txt")
PER_INTENT = 20


@dataclass(frozen=True)
class Place:
    """Where things are.

    Attributes:
        full_rasa: Python of the environment with the whole of Rasa.
        kept: folder with what was measured before.
    """

    full_rasa: Path
    kept: Path


def run(
    system: System, examples: Examples, texts: Sequence[str], place: Place
) -> dict[str, Any]:
    """Train a system and ask it, each in a process of its own.

    Returns:
        What `benchmarks.rasa_worker` wrote, of both, and the ``day``.

    Raises:
        click.ClickException: one of the two failed.
    """
    given = {
        "config.yml": _yaml(system.config()),
        "nlu.yml": _yaml(system.nlu(examples)),
        "texts.json": json.dumps(list(texts)),
    }
    # Our own code changes more often than a key could tell.
    kept = None if system.ours else place.kept / f"{_key(given)}.json"
    if kept and kept.exists():
        click.echo(f"  as measured before ({kept})")
        before: dict[str, Any] = json.loads(kept.read_text("utf-8"))
        return before
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, content in given.items():
            (folder / file).write_text(content, "utf-8")
        python = Path(sys.executable) if system.ours else place.full_rasa
        trained = _work("train", folder, system, python)
        asked = _work("ask", folder, system, python)
    done = {**trained, **asked, "day": date.today().isoformat()}
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(done), "utf-8")
    return done


def _yaml(content: Mapping[str, Any]) -> str:
    written: str = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    return written


def _key(given: Mapping[str, str]) -> str:
    packages = PACKAGES.read_text("utf-8")
    code = Path(rasa_worker.__file__).read_text("utf-8")
    everything = json.dumps([packages, code, given])
    return hashlib.sha256(everything.encode("utf-8")).hexdigest()[:16]


def _costs(done: Mapping[str, Any]) -> Costs:
    times = [one["cpu_ms"] for one in done["found"]]
    return Costs(
        train_cpu_s=done["train_cpu_s"],
        import_cpu_s=done["import_cpu_s"],
        load_cpu_s=done["load_cpu_s"],
        p50=percentile(times, 0.5),
        p95=percentile(times, 0.95),
        resident_mb=done["resident_mb"],
    )


def _work(what: str, folder: Path, system: System, python: Path) -> dict[str, Any]:
    command = [str(python), "-m", "benchmarks.rasa_worker", what, str(folder)]
    if system.ours:
        command.append("--without-tensorflow")
    # The thread counts must be there before anything is imported.
    environment = {**os.environ, **rasa_worker.ONE_THREAD}
    done = subprocess.run(command, env=environment, check=False)  # noqa: S603
    if done.returncode:
        raise click.ClickException(
            f"{system.title}: {what} ended with {done.returncode}; see above."
        )
    result: dict[str, Any] = json.loads((folder / f"{what}.json").read_text("utf-8"))
    return result


def compare(
    system: System,
    examples: Examples,
    questions: Sequence[Question],
    outcomes: Mapping[str, str],
    place: Place,
) -> Row:
    """Train, ask and judge one system."""
    total = sum(len(texts) for texts in examples.values())
    click.echo(f"{system.title}: training on {total} examples, then asking ...")
    done = run(system, examples, [q.text for q in questions], place)
    found = done["found"]
    inside, outside = judge_all(system, questions, found, outcomes)
    scored = tuple(
        score(question, read_ranking(system, one), outcomes)
        for question, one in zip(questions, found, strict=True)
    )
    row = Row(
        title=system.title,
        examples=total,
        scored=scored,
        inside=inside,
        outside=outside,
        costs=_costs(done),
        day=done["day"],
    )
    click.echo(f"  {comparison_page.in_short(row)}")
    return row


def measure_hint3(folder: Path) -> list[hint3.Figures]:
    """Measure our ranker on the three bots.

    Raises:
        Hint3Missing: a file is not there.
        EncoderUnavailable: the sentence encoder is not installed.
    """
    bots = hint3.read_bots(folder)
    encoder = SentenceEncoder.load()
    figures = []
    with tempfile.TemporaryDirectory() as name:
        cache = EmbeddingCache(Path(name))

        def fit(texts: Sequence[str], labels: Sequence[str]) -> hint3.Guess:
            ranker = Ranker.fit(texts, labels, encoder, cache)

            def guess(text: str) -> tuple[str, float]:
                best = ranker.rank(text)[0]
                return best.name, best.confidence

            return guess

        for bot in bots:
            click.echo(f"HINT3 {bot.name}: threshold from training data, then test ...")
            figures.append(hint3.measure(bot, fit))
    return figures


@click.command(help=__doc__)
@click.option(
    "--per-intent",
    type=click.IntRange(min=0),
    default=PER_INTENT,
    show_default=True,
    help="Examples of an intent that all systems are trained on; 0 for all.",
)
@click.option(
    "--half",
    type=click.Choice([*HALVES, "all"]),
    default="reported",
    show_default=True,
    help="Which lines of the questions.",
)
@click.option(
    "--hint3",
    "hint3_folder",
    type=click.Path(path_type=Path),
    help="Folder with a copy of hellohaptik/HINT3.",
)
@click.option("--epochs", default=DIET_EPOCHS, show_default=True, help="Of DIET.")
@click.option(
    "--full-rasa",
    type=click.Path(path_type=Path),
    default=FULL_RASA,
    show_default=True,
    help="Python of the environment with the whole of Rasa.",
)
@click.option(
    "--kept",
    type=click.Path(path_type=Path),
    default=KEPT,
    show_default=True,
    help="Folder with what was measured of stock Rasa before.",
)
@click.option(
    "--questions",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=HELD_OUT,
    show_default=True,
    help="A file of questions.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=REPORT,
    show_default=True,
    help="Where to write the tables.",
)
def main(
    per_intent: int,
    half: str,
    hint3_folder: Path | None,
    epochs: int,
    full_rasa: Path,
    kept: Path,
    file: Path,
    out: Path,
) -> None:
    """Compare, print, and write the page."""
    if not full_rasa.exists():
        raise click.ClickException(
            f"{full_rasa} is missing; `make bench-understanding` makes it."
        )
    if hint3_folder:
        try:
            hint3.read_bots(hint3_folder)  # say at once, not after an hour
        except hint3.Hint3Missing as error:
            raise click.ClickException(str(error)) from error
    project = Path.cwd()
    try:
        answers = load_catalogue(project / "data").answers
    except OperatorError as error:
        raise click.ClickException(str(error)) from error
    outcomes = {key: answer.outcome for key, answer in answers.items()}
    everything = {
        name: [text for text, _ in pairs]
        for name, pairs in read_examples(project / "data").items()
    }
    examples = capped(everything, per_intent)
    asked = [
        question
        for question in read_questions(file)
        if in_scope(question) is not None
        and (half == "all" or half_of(question.text) == half)
    ]
    questions = unseen(asked, everything)
    place = Place(full_rasa, kept)
    rows = [compare(ours(project), examples, questions, outcomes, place)]
    as_it_runs = None
    if per_intent:
        as_it_runs = compare(
            ours(project), capped(everything, 0), questions, outcomes, place
        )
    rows += [
        compare(rasa_init(epochs), examples, questions, outcomes, place),
        compare(rasa_logistic_regression(), examples, questions, outcomes, place),
    ]
    figures: list[hint3.Figures] = []
    if hint3_folder is None:
        click.echo(
            "HINT3 is skipped: it is not part of this project. Get the public "
            "repository hellohaptik/HINT3 (ODbL) and give its folder: "
            "make bench-understanding HINT3=path"
        )
    else:
        try:
            figures = measure_hint3(hint3_folder)
        except EncoderUnavailable as error:
            raise click.ClickException(str(error)) from error
    page = comparison_page.render(
        comparison_page.Page(
            day=date.today().isoformat(),
            rows=tuple(rows),
            as_it_runs=as_it_runs,
            intents=len(examples),
            per_intent=per_intent,
            epochs=epochs,
            questions=f"{file.name}, {_lines(half)}",
            half=half,
            seen=len(asked) - len(questions),
            figures=tuple(figures),
        )
    )
    out.write_text(page, "utf-8")
    click.echo(f"\n{page}\nWritten to {out}")


def _lines(half: str) -> str:
    return "all lines" if half == "all" else f"the {half} half"


if __name__ == "__main__":
    main()
