"""The systems that are compared, as Rasa pipelines, and the data they are given."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

DIET_EPOCHS = 100
FLAT = "__"
"""Stands for the slash of a retrieval intent; Rasa would train its parts apart."""

Examples = Mapping[str, Sequence[str]]

_WORDS_AND_LETTERS: tuple[dict[str, Any], ...] = (
    {"name": "CountVectorsFeaturizer"},
    {
        "name": "CountVectorsFeaturizer",
        "analyzer": "char_wb",
        "min_ngram": 1,
        "max_ngram": 4,
    },
)
_FALLBACK = {
    "name": "FallbackClassifier",
    "threshold": 0.3,
    "ambiguity_threshold": 0.1,
}


@dataclass(frozen=True)
class System:
    """One of the systems.

    Attributes:
        title: what the table calls it.
        pipeline: components, as in Rasa's ``config.yml``.
        ours: runs in this environment, without TensorFlow; others in Rasa's full one.
    """

    title: str
    pipeline: tuple[Mapping[str, Any], ...]
    ours: bool = False

    def config(self) -> dict[str, Any]:
        """Return what goes into ``config.yml``."""
        return {
            "recipe": "default.v1",
            "assistant_id": "benchmark",
            "language": "en",
            "pipeline": [dict(component) for component in self.pipeline],
        }

    def nlu(self, examples: Examples) -> dict[str, Any]:
        """Return what goes into ``nlu.yml``."""
        return {
            "version": "3.1",
            "nlu": [
                {
                    "intent": name if self.ours else name.replace("/", FLAT),
                    "examples": "".join(f"- {text}\n" for text in texts),
                }
                for name, texts in examples.items()
            ],
        }

    def full_name(self, intent: str) -> str:
        """Return the intent's name as the examples have it."""
        return intent if self.ours else intent.replace(FLAT, "/")


def ours(project: Path) -> System:
    """Return this project's pipeline, as ``config.yml`` has it.

    Only the embeddings kept from an earlier training are not used, because their
    cost is part of training.
    """
    config = yaml.safe_load((project / "config.yml").read_text("utf-8"))
    pipeline = [dict(component) for component in config["pipeline"]]
    for component in pipeline:
        if component["name"].endswith("AnswerClassifier"):
            component["cache_folder"] = ""
    return System("Mend", tuple(pipeline), ours=True)


def rasa_init(epochs: int = DIET_EPOCHS) -> System:
    """Return the pipeline that a project made by ``rasa init`` is trained with.

    That is Rasa's ``default_config.yml`` without EntitySynonymMapper, which renames
    entities, and ResponseSelector, which would train a second DIET per retrieval
    intent on what is one intent each here.
    """
    return System(
        "Rasa's default (`rasa init`)",
        (
            {"name": "WhitespaceTokenizer"},
            {"name": "RegexFeaturizer"},
            {"name": "LexicalSyntacticFeaturizer"},
            *_WORDS_AND_LETTERS,
            {
                "name": "DIETClassifier",
                "epochs": epochs,
                "constrain_similarities": True,
            },
            _FALLBACK,
        ),
    )


def rasa_logistic_regression() -> System:
    """Return Rasa's own logistic regression on counts of words and letter groups."""
    return System(
        "Rasa's LogisticRegressionClassifier",
        (
            {"name": "WhitespaceTokenizer"},
            *_WORDS_AND_LETTERS,
            {"name": "LogisticRegressionClassifier"},
            _FALLBACK,
        ),
    )


def capped(examples: Examples, per_intent: int) -> dict[str, list[str]]:
    """Return at most so many different examples of each intent.

    Which ones follows from their sha256, so that the choice has no author and stays
    when others come or go.

    Args:
        examples: texts by full intent name.
        per_intent: 0 for all.
    """
    chosen = {}
    for name, texts in sorted(examples.items()):
        different = sorted(dict.fromkeys(texts), key=_digest)
        chosen[name] = different[: per_intent or None]
    return chosen


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
