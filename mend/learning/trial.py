"""What new examples do to questions that were written apart from all examples.

A model is trained on the examples as they are and on the examples with the new ones,
in this process and without Rasa, and both are asked the same questions. Only counts
leave this module: who writes examples must not read what they are measured by.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from mend.content.examples import read_examples
from mend.judgement import VERDICTS, Question, judge
from mend.learning.turns import turn_of
from mend.understanding.decision import Thresholds
from mend.understanding.embedding_cache import EmbeddingCache
from mend.understanding.encoder import Encoder
from mend.understanding.meaning import EARLIER_MESSAGES, Found, Understanding
from mend.understanding.pain import hear
from mend.understanding.ranker import Ranker
from mend.understanding.red_flags import Screener
from mend.understanding.subject import Subjects, Talk, named_in

CLASSIFIER = "mend.understanding.classifier.AnswerClassifier"
# Not "about as good": somebody's life may hang on one line of this kind.
NEVER_WORSE = "red_flag"

Understand = Callable[[str], Mapping[str, object]]


@dataclass(frozen=True)
class Score:
    """How questions were judged: how many of each kind got which verdict."""

    verdicts: Mapping[tuple[str, str], int]

    @property
    def lines(self) -> int:
        """Return how many questions were judged."""
        return sum(self.verdicts.values())

    def count(self, verdict: str, kind: str | None = None) -> int:
        """Return how many got a verdict, of one kind or of all."""
        return sum(
            number
            for (of_kind, given), number in self.verdicts.items()
            if given == verdict and kind in (None, of_kind)
        )

    @property
    def kinds(self) -> list[str]:
        """Return the kinds of questions."""
        return sorted({kind for kind, _ in self.verdicts})


@dataclass(frozen=True)
class Comparison:
    """Two scores of the same questions, and how much worse is let pass.

    Attributes:
        before: without the new examples.
        after: with them.
        margin: points of a hundred that may be right no longer.
    """

    before: Score
    after: Score
    margin: float

    @property
    def lost(self) -> float:
        """Return how many points of a hundred are right no longer."""
        lines = max(1, self.before.lines)
        return 100 * (self.before.count("right") - self.after.count("right")) / lines

    @property
    def problems(self) -> list[str]:
        """Return why the examples must not go in; nothing when they may."""
        found = []
        if self.lost > self.margin:
            found.append(
                f"{self.lost:.2f} points of a hundred fewer are right; "
                f"{self.margin} at most."
            )
        flags = [s.count("right", NEVER_WORSE) for s in (self.before, self.after)]
        if flags[1] < flags[0]:
            found.append(
                f"{flags[0] - flags[1]} warning signs fewer are found; none at most."
            )
        return found

    def table(self) -> str:
        """Return the counts of both, by kind, for people."""
        rows = [f"{'':20}" + "".join(f"{verdict:>16}" for verdict in VERDICTS)]
        for kind in [*self.before.kinds, None]:
            cells = [
                f"{self.before.count(v, kind):5} → {self.after.count(v, kind):5}"
                for v in VERDICTS
            ]
            name = kind or f"all {self.before.lines}"
            rows.append(f"{name:20}" + "".join(f"{cell:>16}" for cell in cells))
        return "\n".join(rows)


def trained(
    project: Path, data_dir: Path, encoder: Encoder | None, screener: Screener
) -> Understand:
    """Train on the examples below a folder; return what understands a message.

    Args:
        project: where config.yml is, and embeddings are kept.
        data_dir: the examples; may be a changed copy of the project's.
        encoder: the sentence encoder, or None to train on words alone.
        screener: finds warning signs, pain and subjects by words.
    """
    examples = read_examples(data_dir)
    pairs = [(text, label) for label, rows in examples.items() for text, _ in rows]
    ranker = Ranker.fit(
        [text for text, _ in pairs],
        [label for _, label in pairs],
        encoder,
        EmbeddingCache(project / ".rasa" / "embeddings"),
    )
    understanding = Understanding(
        ranker.rank,
        Subjects.load(data_dir / "lexicon"),
        thresholds(project / "config.yml"),
    )

    def understand(text: str) -> Mapping[str, object]:
        meaning = understanding.of(text, found_in(text, screener), Talk())
        decided = meaning.decision
        return {"intent": decided.intent, "several": list(decided.several)}

    return understand


def found_in(text: str, screener: Screener, history: Sequence[str] = ()) -> Found:
    """Return what the words of a message say by themselves.

    Args:
        text: as typed.
        screener: finds warning signs, pain and subjects by words.
        history: what the visitor wrote before, the last message last.
    """
    reading = screener.lexicon.read(text)
    screening = screener.screen_reading(reading, history)
    return Found(
        heard=hear(reading).as_dict(),
        screening=screening.as_dict() if screening.flag else None,
        named=named_in(reading),
        earlier=history[-EARLIER_MESSAGES:],
        silence=None if screening.flag else screener.silence(reading),
    )


def thresholds(config: Path) -> Thresholds:
    """Return the confidences that the pipeline of the project acts on."""
    pipeline = yaml.safe_load(config.read_text("utf-8"))["pipeline"]
    options = next(step for step in pipeline if step["name"] == CLASSIFIER)
    return Thresholds.from_config(options)


def score(
    questions: Sequence[Question],
    understand: Understand,
    outcomes: Mapping[str, str],
    tick: Callable[[], None] = lambda: None,
) -> Score:
    """Ask and judge each question.

    Args:
        questions: what to ask, each with its kind.
        understand: the model.
        outcomes: outcome of each answer id.
        tick: called after each question.
    """
    return Score(Counter(_verdicts(questions, understand, outcomes, tick)))


def _verdicts(
    questions: Sequence[Question],
    understand: Understand,
    outcomes: Mapping[str, str],
    tick: Callable[[], None],
) -> Iterable[tuple[str, str]]:
    for question in questions:
        turn = turn_of(understand(question.text), outcomes)
        yield question.kind or "?", judge(question, turn)
        tick()
