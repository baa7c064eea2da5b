"""Measure our ranker on HINT3: what real visitors asked the bots of three shops.

Arora, Jain, Chaturvedi, Modi: "HINT3: Raising the bar for Intent Detection in the
Wild", 2020. The files (ODbL) are not part of this project; they are in the public
repository hellohaptik/HINT3.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.scores import (
    AtThreshold,
    Labelled,
    at_threshold,
    best_threshold,
    kept,
    oos_auc,
    top1,
)

BOTS = ("sofmattress", "curekart", "powerplay11")
OUT_OF_SCOPE = "NO_NODES_DETECTED"
FOLDS = 5

Pairs = Sequence[tuple[str, str]]
Guess = Callable[[str], tuple[str, float]]
Fit = Callable[[Sequence[str], Sequence[str]], Guess]
"""Trains on texts and labels; what it returns gives likeliest label and confidence."""


class Hint3Missing(Exception):
    """The files are not there; the message says what to do."""


@dataclass(frozen=True)
class Published:
    """What was published about a system, as means over the three bots.

    Attributes:
        name: of the system.
        top1: accuracy in scope without a threshold.
        mcc: at the threshold that is best on the test set.
        auc: ROC-AUC of the confidence.
        kept: accuracy in scope when 80 % of the rest is refused.
    """

    name: str
    top1: float
    mcc: float
    auc: float
    kept: float


# Computed with the definitions of `scores` from the predictions that the authors
# published in their repository (preds/*.csv; full training sets, first version).
PUBLISHED = (
    Published("Dialogflow", top1=0.693, mcc=0.530, auc=0.818, kept=0.550),
    Published("LUIS", top1=0.632, mcc=0.495, auc=0.819, kept=0.492),
    Published("Rasa", top1=0.675, mcc=0.484, auc=0.768, kept=0.497),
    Published("Haptik", top1=0.734, mcc=0.544, auc=0.818, kept=0.545),
    Published("BERT", top1=0.719, mcc=0.538, auc=0.797, kept=0.577),
)


@dataclass(frozen=True)
class Bot:
    """One of the three data sets; labels include `OUT_OF_SCOPE` in the test set."""

    name: str
    train: Pairs
    test: Pairs


@dataclass(frozen=True)
class Figures:
    """What was measured on one bot.

    Attributes:
        bot: its name.
        top1: accuracy in scope without a threshold.
        oos_auc: ROC-AUC of the confidence.
        kept: accuracy in scope when 80 % of the rest is refused.
        chosen: at the threshold chosen on the training set.
        oracle: at the threshold that is best on the test set.
    """

    bot: str
    top1: float
    oos_auc: float
    kept: float
    chosen: AtThreshold
    oracle: AtThreshold


def read_bots(folder: Path) -> list[Bot]:
    """Read the three bots from a copy of the repository, or from its files alone.

    Raises:
        Hint3Missing: a file is not there.
    """
    return [
        Bot(name, _read(folder, "train", name), _read(folder, "test", name))
        for name in BOTS
    ]


def _read(folder: Path, part: str, bot: str) -> Pairs:
    name = f"{bot}_{part}.csv"
    for place in (f"dataset/v1/{part}", f"dataset/{part}", part, "."):
        file = folder / place / name
        if file.is_file():
            with file.open(encoding="utf-8", newline="") as stream:
                return [
                    (row["sentence"], row["label"]) for row in csv.DictReader(stream)
                ]
    raise Hint3Missing(
        f"{folder} has no {name}. Get the public repository hellohaptik/HINT3 "
        "and give its folder: make bench-understanding HINT3=path"
    )


def ask(test: Pairs, guess: Guess) -> list[Labelled]:
    """Ask all messages of a test set."""
    return [
        Labelled(None if label == OUT_OF_SCOPE else label, *guess(text))
        for text, label in test
    ]


def folds(train: Pairs, count: int = FOLDS, seed: int = 0) -> list[tuple[Pairs, Pairs]]:
    """Split a training set into pairs of a training and a test set.

    Each fold hides another part of the intents, whose examples become messages out of
    scope, and asks another part of the examples of the others.
    """
    order = random.Random(seed)  # noqa: S311 - nothing secret
    intents = sorted({label for _, label in train})
    order.shuffle(intents)
    hidden_in = {name: number % count for number, name in enumerate(intents)}
    shuffled = list(train)
    order.shuffle(shuffled)
    shuffled.sort(key=lambda pair: pair[1])
    made: list[tuple[Pairs, Pairs]] = []
    for fold in range(count):
        kept_back, learnt = [], []
        for number, (text, label) in enumerate(shuffled):
            if hidden_in[label] == fold:
                kept_back.append((text, OUT_OF_SCOPE))
            elif number % count == fold:
                kept_back.append((text, label))
            else:
                learnt.append((text, label))
        made.append((learnt, kept_back))
    return made


def choose_threshold(train: Pairs, fit: Fit) -> float:
    """Return the threshold with the highest MCC over all folds of a training set."""
    asked: list[Labelled] = []
    for learnt, kept_back in folds(train):
        asked += ask(kept_back, fit([t for t, _ in learnt], [n for _, n in learnt]))
    return best_threshold(asked).threshold


def measure(bot: Bot, fit: Fit) -> Figures:
    """Choose the threshold on the training set, then ask the test set once."""
    threshold = choose_threshold(bot.train, fit)
    guess = fit([text for text, _ in bot.train], [label for _, label in bot.train])
    asked = ask(bot.test, guess)
    scored = [one.scored for one in asked]
    return Figures(
        bot=bot.name,
        top1=top1(scored),
        oos_auc=oos_auc(scored),
        kept=kept(scored),
        chosen=at_threshold(asked, threshold),
        oracle=best_threshold(asked),
    )
