"""The page of tables that `compare_understanding` writes. Pure."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from benchmarks.comparison import Row
from benchmarks.hint3 import BOTS, PUBLISHED, Figures
from benchmarks.intervals import interval, percent
from benchmarks.scores import hits, kept, oos_auc

ABOUT = """\
# Understanding, compared

Made by `make bench-understanding`; do not edit.

* {day}; {machine}
* command: `{command}`
* {examples} examples of {intents} intents ({cap}), the same for all systems; each \
trained and asked in a process of its own, one thread on one core
* asked: {questions}; {inside} questions with an answer, {outside} without; left \
out are lines for which both an answer and a refusal are right, and {seen} that occur, \
word for word, among our examples
* Rasa 3.6.21 (TensorFlow 2.12) with its own settings{epochs}, not tuned; Mend's \
settings were tuned on the "tuned" half of these lines and its examples. Each answer \
is an intent of its own; EntitySynonymMapper and ResponseSelector are left out, for \
there are no entities and no answers to select
* these questions were written by this project, apart from the examples
"""

RANKING = """\
## The likeliest intent

Right without any threshold, with 95 % interval; how well confidence tells messages \
with an answer from those without (area under the ROC curve); and the share right \
when the threshold is so high that 80 % of those without are refused. Out of scope is \
one of the intents; confidence is that of the best other one.
"""

DECISIONS = """\
## What each would have said, by its own thresholds

Mend: `config.yml`, with its screening for red flags and its ear for pain. Rasa: \
FallbackClassifier, 0.3 and 0.1, as `rasa init` has it. A \
"Did you mean" shows three answers; in brackets those with a right one. Wrong: another \
answer than a right one, or any answer where there is none, of all messages.
"""

COSTS = """\
## What it costs

CPU time, so that other work on the machine does not count. Training is without \
imports; a start is imports and loading; memory is that of the process after all \
questions, TensorFlow included where a system needs it.
"""

HINT3 = """\
## HINT3: real visitors of three shops

Training and test sets of hellohaptik/HINT3, first version, full training sets. Our \
threshold comes from the training set alone: five folds, each with another fifth of \
the intents hidden as out of scope, highest MCC. The figures of others are computed \
from the predictions that were published with the data, "best MCC" with the threshold \
that is best on the test set; ours has that column too, for comparison only. When this \
kind of model was first chosen, variants were compared on these test sets, so ours is \
too good by an amount that was not measured.
"""

NO_HINT3 = """\
## HINT3

Not measured in this run (`make bench-understanding HINT3=path` with a copy of the \
public repository hellohaptik/HINT3).
"""


@dataclass(frozen=True)
class Page:
    """What is on the page.

    Attributes:
        day: of the run, ISO.
        rows: the systems on the same examples.
        as_it_runs: ours on all examples; None if the others had all of them too.
        intents: how many there are.
        per_intent: most examples of one; 0 for all.
        epochs: of DIET.
        questions: which questions these are.
        half: of the questions.
        seen: how many were left out because they are among the examples.
        figures: of HINT3; empty if it was skipped.
    """

    day: str
    rows: tuple[Row, ...]
    as_it_runs: Row | None
    intents: int
    per_intent: int
    epochs: int
    questions: str
    half: str
    seen: int
    figures: tuple[Figures, ...]


def render(page: Page) -> str:
    """Return the page as Markdown."""
    everyone = [*page.rows, *([page.as_it_runs] if page.as_it_runs else [])]
    titles = [row.title for row in page.rows]
    if page.as_it_runs:
        titles.append(f"{page.as_it_runs.title}, all examples")
    parts = [_about(page)]
    for text, columns in (
        (RANKING, _RANKING),
        (DECISIONS, _DECISIONS),
        (COSTS, _COSTS),
    ):
        body = [
            [title, *(cell(row) for _, cell in columns)]
            for title, row in zip(titles, everyone, strict=True)
        ]
        parts += [text, _table(["", *(name for name, _ in columns)], body)]
    if page.as_it_runs:
        parts.append(
            f"The last row of each table is what runs: {page.as_it_runs.examples} "
            "examples. It is not part of the comparison.\n"
        )
    parts += [HINT3, _hint3(page.figures)] if page.figures else [NO_HINT3]
    return "\n".join(parts)


def in_short(row: Row) -> str:
    """Return one line for the terminal."""
    return (
        f"{percent(*hits(row.scored))} right, AUC {oos_auc(row.scored):.3f}, "
        f"training {row.costs.train_cpu_s:.0f} s CPU, "
        f"{row.costs.p50:.1f} ms per message, {row.costs.resident_mb:.0f} MB"
    )


def machine() -> str:
    """Return what is said of the machine."""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}"


def _about(page: Page) -> str:
    row = page.rows[0]
    reused = "".join(
        f"* {each.title}: measured on {each.day}, and used again because examples, "
        "questions and packages were the same\n"
        for each in page.rows
        if each.day != page.day
    )
    command = f"make bench-understanding PER_INTENT={page.per_intent} HALF={page.half}"
    about = ABOUT.format(
        day=page.day,
        machine=machine(),
        command=command + (" HINT3=path" if page.figures else ""),
        examples=row.examples,
        intents=page.intents,
        cap=f"at most {page.per_intent} of each"
        if page.per_intent
        else "all there are",
        questions=page.questions,
        seen=page.seen,
        inside=len(row.inside.verdicts),
        outside=len(row.outside.verdicts),
        epochs=f" (DIET: {page.epochs} epochs)",
    )
    return about + reused


def _in_scope(row: Row, verdict: str) -> str:
    return percent(row.inside.count(verdict), len(row.inside.verdicts))


def _out_of_scope(row: Row, verdict: str) -> str:
    return percent(row.outside.count(verdict), len(row.outside.verdicts))


def _wrong(row: Row) -> str:
    wrong = row.inside.count("wrong") + row.outside.count("wrong")
    return percent(wrong, len(row.inside.verdicts) + len(row.outside.verdicts))


def _asked_back(row: Row) -> str:
    offered = percent(row.inside.offered, len(row.inside.verdicts))
    return f"{_in_scope(row, 'clarified')} ({offered})"


_Columns = tuple[tuple[str, Callable[[Row], str]], ...]

_RANKING: _Columns = (
    ("right", lambda row: percent(*hits(row.scored))),
    ("95 % interval", lambda row: interval(*hits(row.scored))),
    ("AUC, out of scope", lambda row: f"{oos_auc(row.scored):.3f}"),
    ("right at 80 % refused", lambda row: f"{kept(row.scored):.1%}"),
)
_DECISIONS: _Columns = (
    ("with an answer: right", lambda row: _in_scope(row, "right")),
    ("did you mean", _asked_back),
    ("refused", lambda row: _in_scope(row, "refused")),
    ("wrong", lambda row: _in_scope(row, "wrong")),
    ("without: refused", lambda row: _out_of_scope(row, "right")),
    ("did you mean", lambda row: _out_of_scope(row, "clarified")),
    ("answered", lambda row: _out_of_scope(row, "wrong")),
    ("wrong, of all", _wrong),
)
_COSTS: _Columns = (
    ("training, s", lambda row: f"{row.costs.train_cpu_s:.1f}"),
    ("imports, s", lambda row: f"{row.costs.import_cpu_s:.1f}"),
    ("loading, s", lambda row: f"{row.costs.load_cpu_s:.1f}"),
    ("message, ms (median)", lambda row: f"{row.costs.p50:.1f}"),
    ("message, ms (95 %)", lambda row: f"{row.costs.p95:.1f}"),
    ("memory, MB", lambda row: f"{row.costs.resident_mb:.0f}"),
)


def _hint3(figures: Sequence[Figures]) -> str:
    head = ["", "right", "AUC", "best MCC", "threshold", "right above it"]
    head += ["out of scope refused", "MCC", "right at 80 % refused"]
    rows = [
        [
            f"Mend, {one.bot}",
            f"{one.top1:.3f}",
            f"{one.oos_auc:.3f}",
            f"{one.oracle.mcc:.3f}",
            f"{one.chosen.threshold:.3f}",
            f"{one.chosen.in_scope:.3f}",
            f"{one.chosen.oos_recall:.3f}",
            f"{one.chosen.mcc:.3f}",
            f"{one.kept:.3f}",
        ]
        for one in figures
    ]
    means: list[float] = [
        fmean(one.top1 for one in figures),
        fmean(one.oos_auc for one in figures),
        fmean(one.oracle.mcc for one in figures),
        fmean(one.chosen.threshold for one in figures),
        fmean(one.chosen.in_scope for one in figures),
        fmean(one.chosen.oos_recall for one in figures),
        fmean(one.chosen.mcc for one in figures),
        fmean(one.kept for one in figures),
    ]
    rows.append(["**Mend, mean**", *(f"**{mean:.3f}**" for mean in means)])
    for known in PUBLISHED:
        cells = [f"{value:.3f}" for value in (known.top1, known.auc, known.mcc)]
        cells += ["-"] * 4 + [f"{known.kept:.3f}"]
        rows.append([f"{known.name} (published), mean", *cells])
    note = f"\nMeans are over the bots {', '.join(BOTS)}.\n"
    return _table(head, rows) + note


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "".join("| " + " | ".join(cells) + " |\n" for cells in lines)
