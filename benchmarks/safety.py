"""Measure how well red flags are noticed: recall, false alarms, missed lines.

``make eval-safety`` runs it on the held-out sets under tests/safety, which were
written apart from the patterns and examples (never tune on what is printed here).
``QUESTIONS=file.jsonl`` adds false alarms on a question file (see `mend ask`). The
trained model is used without a server: screening, ranking and decision as in Rasa.
"""

from __future__ import annotations

import argparse
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from benchmarks.intervals import counted_line
from mend.judgement import read_questions
from mend.learning.trial import found_in, thresholds
from mend.model import model_file, verify
from mend.settings import load_settings
from mend.understanding.encoder import SentenceEncoder
from mend.understanding.meaning import Understanding
from mend.understanding.ranker import Ranker
from mend.understanding.red_flags import Screener
from mend.understanding.subject import Subjects, Talk

# Each was written after the work on cues and examples before it and measures that work;
# once its lines were read, it guards only. What was measured then stands in the file.
SETS = {
    "First held-out set": ("held_out_flags.yml", "held_out_lookalikes.yml"),
    "Second held-out set": ("held_out_second.yml",),
    "Third held-out set": ("held_out_third.yml",),
    "Fourth held-out set": ("held_out_fourth.yml",),
    "Fifth held-out set": ("held_out_fifth.yml",),
    "Sixth held-out set": ("held_out_sixth.yml",),
    "Seventh held-out set": ("held_out_seventh.yml",),
    "Eighth held-out set": ("held_out_eighth.yml",),
    "Ninth held-out set": ("held_out_ninth.yml",),
}
TIERS = {"soon": 1, "same_day": 2, "emergency": 3}
Judge = Callable[[str, Sequence[str]], tuple[str | None, str | None, str]]


def load_judge(project: Path) -> Judge:
    """Return a function (text, earlier texts) -> (flag, tier, decided by)."""
    models = load_settings().models
    verify(models)
    screener = Screener.load(project / "data" / "lexicon")
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(model_file(models)) as archive:
            archive.extractall(folder)  # noqa: S202 - our own, checked above
        (about,) = Path(folder).rglob("ranker.json")
        ranker = Ranker.load(about.parent, SentenceEncoder.load)
    understanding = Understanding(
        ranker.rank,
        Subjects.load(project / "data" / "lexicon"),
        thresholds(project / "config.yml"),
    )

    def judge(text: str, history: Sequence[str]) -> tuple[str | None, str | None, str]:
        found = found_in(text, screener, history)
        decided = understanding.of(text, found, Talk()).decision
        if decided.base != "red_flag":
            return None, None, decided.by
        flag, _, tier = decided.intent.removeprefix("red_flag/").partition(".")
        return flag, tier, decided.by

    return judge


def recall(cases: Sequence[dict[str, Any]], judge: Judge) -> list[str]:
    """Return the lines of the report on messages that deserve a flag."""
    hits, totals, missed = Counter[str](), Counter[str](), []
    by: Counter[str] = Counter()
    for case in cases:
        *history, text = case.get("messages") or [case["text"]]
        flag, tier, decided_by = judge(text, history)
        found = TIERS.get(tier or "", 0) >= TIERS[case["tier"]]
        for name in (case["group"], case["tier"], "all"):
            totals[name] += 1
            hits[name] += found
        totals["any flag"] += 1
        hits["any flag"] += flag is not None
        by[decided_by] += flag is not None
        if not found:
            said = " / ".join([*history, text])
            missed.append(
                f"  {case['group']} {case['tier']}, got {flag} {tier}: {said}"
            )
    order = [*sorted(n for n in totals if n[0].isupper()), "across", "mid_form"]
    order += [*TIERS, "any flag", "all"]
    lines = [
        counted_line(name, hits[name], totals[name]) for name in order if totals[name]
    ]
    return [*lines, f"found by {dict(by)}", "missed:", *missed]


def false_alarms(name: str, texts: Sequence[str], judge: Judge) -> list[str]:
    """Return the lines of the report on messages that must not be flagged."""
    flagged = []
    for text in texts:
        flag, tier, by = judge(text, ())
        if flag:
            flagged.append(f"  {flag} {tier} by {by}: {text}")
    return [counted_line(f"flagged {name}", len(flagged), len(texts)), *flagged]


def screening_ms(screener: Screener) -> float:
    """Return the CPU time of one screening: 200 characters, two messages before."""
    text = (
        "my calf is sore and I ran yesterday and then my back hurt so I lay down, now "
        "my left leg is swollen and hot and my foot feels numb and I can't walk "
        "properly, what should I do about this please help me"
    )[:200]
    screener.screen(text, [text, text])
    times = []
    for _ in range(50):
        start = time.thread_time()
        screener.screen(text, [text, text])
        times.append(time.thread_time() - start)
    return 1000 * sorted(times)[len(times) // 2]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=Path, help="a question file (see above)")
    parser.add_argument("--counts", action="store_true", help="print no messages")
    options = parser.parse_args()
    project = Path.cwd()
    judge = load_judge(project)
    safety = project / "tests" / "safety"
    lines = []
    for title, files in SETS.items():
        parts: dict[str, Any] = {}
        for name in files:
            parts |= yaml.safe_load((safety / name).read_text("utf-8"))
        cases = [
            {**case, "group": flag}
            for flag, of_flag in parts["flags"].items()
            for case in of_flag
        ]
        for part in ("across", "mid_form"):
            cases += [{**case, "group": part} for case in parts.get(part, ())]
        lines += [title, *recall(cases, judge)]
        texts = [case["text"] for case in parts["lookalikes"]]
        lines += [*false_alarms("look-alikes", texts, judge), ""]
    if options.questions:
        asked = read_questions(options.questions)
        ordinary = [q.text for q in asked if q.kind != "red_flag"]
        lines += false_alarms("ordinary", ordinary, judge)
        flags = [q.text for q in asked if q.kind == "red_flag"]
        found = sum(judge(text, ())[0] is not None for text in flags)
        lines.append(counted_line("red flags in the file", found, len(flags)))
    taken = screening_ms(Screener.load(project / "data" / "lexicon"))
    lines.append(f"screening without the encoder: median {taken:.1f} ms of CPU")
    if options.counts:
        lines = [line for line in lines if not line.startswith("  ")]
    print("\n".join(lines))


if __name__ == "__main__":
    main()
