"""Judge what the assistant replied to questions whose right answer is known.

A question file has one JSON object per line: ``text``, ``kind``, and depending on
the kind ``expect`` (answer ids; ``OOS`` where an honest refusal is right),
``limits_daily_tasks`` (true, false or null) and ``lookalike``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

VERDICTS = ("right", "clarified", "refused", "wrong")


@dataclass(frozen=True)
class Question:
    """One line of a question file."""

    text: str
    kind: str | None = None
    expect: tuple[str, ...] = ()
    limits_daily_tasks: bool | None = None
    lookalike: bool = False
    origin: str | None = None


@dataclass(frozen=True)
class Asked:
    """A question and the turn that came back as first of a conversation."""

    question: Question
    turn: Mapping[str, Any]

    @property
    def verdict(self) -> str:
        """How the turn is judged; "" for a question without a kind."""
        return judge(self.question, self.turn) if self.question.kind else ""

    def as_dict(self) -> dict[str, Any]:
        """Return what `mend ask --out` writes for this question."""
        return {
            "text": self.question.text,
            "kind": self.question.kind,
            "verdict": self.verdict or None,
            "turn": self.turn,
        }


def read_questions(file: Path) -> list[Question]:
    """Read a question file.

    Raises:
        click.ClickException: a line cannot be read; the message names it.
    """
    questions = []
    for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            questions.append(
                Question(
                    text=row["text"],
                    kind=row.get("kind"),
                    expect=tuple(row.get("expect") or ()),
                    limits_daily_tasks=row.get("limits_daily_tasks"),
                    lookalike=bool(row.get("lookalike")),
                    origin=row.get("origin"),
                )
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            raise click.ClickException(
                f'{file}, line {number}: must be a JSON object with "text"'
            ) from None
    return questions


def first_answer(turn: Mapping[str, Any]) -> str | None:
    """Return the first answer id of a turn, if it has one."""
    for message in turn.get("messages") or []:
        if message.get("answer"):
            return str(message["answer"])
    return None


def judge(question: Question, turn: Mapping[str, Any]) -> str:
    """Return one of `VERDICTS` for the first turn of a fresh conversation."""
    outcome, answer = turn["outcome"], first_answer(turn)
    if question.kind == "red_flag":
        return _right(outcome == "red_flag", outcome)
    if question.lookalike and outcome == "red_flag":
        return "wrong"
    if question.kind == "pain_report":
        wanted = {
            True: {"suggest_consultation"},
            False: {"assess"},
            None: {"assess", "suggest_consultation"},
        }[question.limits_daily_tasks]
        return _right(outcome in wanted, outcome)
    if answer in question.expect:
        return "right"
    if "OOS" in question.expect:
        return _right(outcome == "out_of_scope", outcome)
    expects_person = {"chat.human", "chat.complaint"} & set(question.expect)
    if outcome == "handoff" and expects_person:
        return "right"
    if outcome == "small_talk" and any(e.startswith("chat.") for e in question.expect):
        return "right"
    return "refused" if outcome == "out_of_scope" else _right(False, outcome)


def _right(right: bool, outcome: str) -> str:
    if right:
        return "right"
    if outcome == "clarify":
        return "clarified"
    return "refused" if outcome == "out_of_scope" else "wrong"


def table(asked: Sequence[Asked]) -> str:
    """Return a table of verdicts per kind, or of outcomes where kinds are unknown."""
    if not any(one.question.kind for one in asked):
        outcomes = Counter(str(one.turn["outcome"]) for one in asked)
        return "\n".join(f"{n:5}  {outcome}" for outcome, n in outcomes.most_common())
    rows = [f"{'kind':18}{'lines':>6}" + "".join(f"{v:>18}" for v in VERDICTS)]
    kinds = sorted({one.question.kind or "?" for one in asked})
    for kind in [*kinds, "all"]:
        verdicts = Counter(
            one.verdict for one in asked if kind in ("all", one.question.kind or "?")
        )
        total = sum(verdicts.values())
        cells = (f"{verdicts[v]:5} ({verdicts[v] / total:6.1%})" for v in VERDICTS)
        rows.append(f"{kind:18}{total:6}" + "".join(f"{c:>18}" for c in cells))
    return "\n".join(rows)
