"""Guard what is heard in messages about pain.

These messages were used to write the patterns, so the figures say that nothing broke,
not how well unseen messages are heard; held-out messages measure that.
"""

from pathlib import Path

import pytest
import yaml

from mend.understanding.lexicon import Lexicon
from mend.understanding.pain import hear

YAML = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
ENOUGH = 0.97
ENOUGH_TAUGHT = 0.9  # many were written for what patterns miss and the classifier adds
FALSE_PAIN = 0.06  # of the example questions, many of which do tell of pain
DEV = Path(__file__).with_name("pain_dev.yml")
JOURNEY = Path("data/journeys/pain.yml")
FAQ = Path("data/faq")
GROUPS = {"pain": "pain", "pain_limits_life": "limit"}


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.load(Path("data/lexicon"))


def heard_as(lexicon: Lexicon, text: str) -> str:
    heard = hear(lexicon.read(text))
    if not heard.pain:
        return "none"
    return "limit" if heard.limits else "pain"


def messages() -> dict[str, list[str]]:
    loaded: dict[str, list[str]] = yaml.safe_load(DEV.read_text(encoding="utf-8"))
    return loaded


def examples() -> dict[str, list[str]]:
    data = yaml.safe_load(JOURNEY.read_text(encoding="utf-8"))
    return {
        GROUPS[entry["intent"]]: [
            line.removeprefix("- ") for line in entry["examples"].splitlines() if line
        ]
        for entry in data["nlu"]
    }


def assert_mostly(
    lexicon: Lexicon, wanted: str, texts: list[str], enough: float = ENOUGH
) -> None:
    wrong = [text for text in texts if heard_as(lexicon, text) != wanted]
    assert len(wrong) <= (1 - enough) * len(texts), wrong


@pytest.mark.parametrize("wanted", ["limit", "pain", "none"])
def test_messages_are_heard(lexicon: Lexicon, wanted: str) -> None:
    assert_mostly(lexicon, wanted, messages()[wanted])


@pytest.mark.parametrize("wanted", ["limit", "pain"])
def test_examples_are_heard_as_their_intent(lexicon: Lexicon, wanted: str) -> None:
    assert_mostly(lexicon, wanted, examples()[wanted], ENOUGH_TAUGHT)


def questions() -> list[str]:
    return [
        line.removeprefix("- ")
        for file in sorted(FAQ.glob("*.yml"))
        for entry in yaml.load(file.read_text(encoding="utf-8"), YAML)["nlu"]  # noqa: S506
        for line in entry["examples"].splitlines()
        if line
    ]


def test_questions_are_seldom_heard_as_reports(lexicon: Lexicon) -> None:
    some = questions()[::10]
    heard = [text for text in some if heard_as(lexicon, text) != "none"]

    assert len(heard) <= FALSE_PAIN * len(some), heard


def test_lists_are_long_and_apart() -> None:
    seen = [text.lower() for texts in messages().values() for text in texts]
    taught = {text.lower() for texts in examples().values() for text in texts}

    assert len(seen) == len(set(seen)) >= 350
    assert not taught.intersection(seen)
    assert min(len(texts) for texts in examples().values()) >= 500
