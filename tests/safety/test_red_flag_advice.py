"""The advice that the rules can lead to: it exists, is short and sells nothing."""

import re
from pathlib import Path

import pytest
import yaml

from mend.understanding.red_flags import Screener

DATA = yaml.safe_load(Path("data/journeys/red_flags.yml").read_text())
RESPONSES = {
    name.removeprefix("utter_red_flag/"): variants[0]
    for name, variants in DATA["responses"].items()
}
EXAMPLES = {
    item["intent"].removeprefix("red_flag/"): [
        line.removeprefix("- ").strip() for line in item["examples"].splitlines()
    ]
    for item in DATA["nlu"]
}
PHRASES = yaml.safe_load((Path(__file__).parent / "phrases.yml").read_text())


def test_every_rule_has_advice(screener: Screener) -> None:
    needed = {f"{rule.flag}.{rule.tier}" for rule in screener.rules}

    assert needed == set(RESPONSES) == set(EXAMPLES)


@pytest.mark.parametrize("name", RESPONSES)
def test_advice_is_short_and_says_first_what_to_do(name: str) -> None:
    text = RESPONSES[name]["text"]
    flag, tier = name.split(".")
    first = re.split(r"(?<=[.:])\s", text)[0]

    assert len(text.split()) <= 60
    assert re.search(
        r"call|go to|see a doctor|be seen|be checked|get checked|book a doctor|"
        r"get help|talk to|tell any",
        first,
        re.IGNORECASE,
    )
    assert set(re.findall(r"{([^}]*)}", text)) <= {
        "emergency",
        "urgent_line",
        "crisis_line",
    }
    if tier == "emergency":
        assert "computer program" in text
    custom = RESPONSES[name]["custom"]
    assert (custom["flag"], custom["urgency"]) == (flag, tier)
    assert custom["outcome"] == custom["escalation"] == "red_flag"
    assert not {"form", "followups", "choices"} & set(custom)


def test_suicide_advice_names_the_crisis_line_and_abuse_advice_a_way_to_hide() -> None:
    for name, response in RESPONSES.items():
        if name.startswith("RF16"):
            assert "{crisis_line}" in response["text"]
        if name.startswith("RF17"):
            assert "delete this chat" in response["text"]


def test_examples_are_not_the_test_phrases() -> None:
    tested = {p for ps in PHRASES["held_out"].values() for p in ps}
    tested |= set(PHRASES["negation_shaped"])
    examples = {line for lines in EXAMPLES.values() for line in lines}

    assert not tested & examples
    assert all(len(lines) >= 6 for lines in EXAMPLES.values())
