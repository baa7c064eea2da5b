"""Parse data and measured questions, made up."""

from __future__ import annotations

from benchmarks.turns import measure
from mend.judgement import Question

OUTCOMES = {
    "healing.time": "answered",
    "healing.phases": "answered",
    "clinic.prices": "answered",
    "chat.greet": "small_talk",
    "chat.human": "handoff",
}


def parsed(intent, *ranking, by="score", **found):
    """Return parse data as the pipeline writes it."""
    return {
        "intent": {"name": intent.partition("/")[0]},
        "intent_ranking": [{"name": n, "confidence": c} for n, c in ranking],
        "understanding": {"intent": intent, "by": by, **found},
    }


def measured(
    expect, intent, *ranking, kind="education", text="q", ms=1.0, by="score", **found
):
    """Return a question, expecting one id, and what was made of it."""
    question = Question(
        text, kind, (expect,) if expect else (), origin=found.pop("origin", None)
    )
    return measure(question, parsed(intent, *ranking, by=by, **found), OUTCOMES, ms)
