import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mend import rasa_without_tensorflow

rasa_without_tensorflow.install()

from rasa.shared.core.events import UserUttered  # noqa: E402
from rasa.shared.core.trackers import DialogueStateTracker  # noqa: E402
from rasa.shared.nlu.training_data.message import Message  # noqa: E402

from mend.understanding.lexicon_component import (  # noqa: E402
    LexiconComponent,
    earlier_texts,
)
from mend.understanding.red_flags import Screener  # noqa: E402


@pytest.fixture(scope="module")
def component() -> LexiconComponent:
    return LexiconComponent(Screener.load(Path("data/lexicon")))


def tracker(*texts: str) -> DialogueStateTracker:
    events: list[Any] = [UserUttered(text) for text in texts]
    return DialogueStateTracker.from_events("s", events)


def processed(component: LexiconComponent, text: Any, *earlier: str) -> dict[str, Any]:
    message = Message({"text": text})
    component.process([message], tracker(*earlier))
    return message.as_dict(only_output_properties=True)


def test_adds_what_was_heard_and_who_found_it(component: LexiconComponent) -> None:
    out = processed(component, "My left knee hurts, I can't sleep for 2 weeks")

    assert out["heard"]["limits"] == ["can't sleep"]
    assert out.get("screening") is None
    found = {(e["entity"], e["value"]) for e in out["entities"]}
    assert {("body_part", "knee"), ("side", "left"), ("duration", "2 weeks")} <= found
    assert {e["extractor"] for e in out["entities"]} == {"LexiconComponent"}


def test_screens_with_what_was_said_before(component: LexiconComponent) -> None:
    out = processed(component, "now it is hot and swollen", "my calf is sore")

    assert out["screening"]["flag"] == "RF03"


def test_the_last_two_messages_count() -> None:
    assert earlier_texts(tracker("a", "b", "c")) == ["b", "c"]
    assert earlier_texts(None) == []


def names(component: LexiconComponent, text: Any) -> list[tuple[str, str]]:
    """Return each subject named, with the characters that name it."""
    message = Message({"text": text})
    component.process([message], tracker())
    named = message.get("named")
    json.dumps(named)  # it travels through Rasa
    return [(one["name"], text[one["start"] : one["end"]]) for one in named]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # In the order of the message, with their places in it.
        (
            "Is Cupping better than Graston?",
            [("cupping", "Cupping"), ("iastm", "Graston")],
        ),
        ("  and for tennis elbow", [("elbow_wrist", "tennis elbow")]),
        ("/what is gua sha", [("gua_sha", "gua sha")]),
        ("{scar} tissue", [("scar", "scar")]),
        # In capitals, with an accent.
        ("whats GRÁSTON", [("iastm", "GRÁSTON")]),
        # Of words within longer ones only the longer count.
        ("does scraping treatment hurt", [("iastm", "scraping treatment")]),
        # None.
        ("does it hurt", []),
        ("🙂", []),
        ("", []),
    ],
)
def test_names_the_subjects(
    component: LexiconComponent, text: str, found: list[tuple[str, str]]
) -> None:
    assert names(component, text) == found


def test_names_are_for_the_next_component_not_for_the_outside(
    component: LexiconComponent,
) -> None:
    assert "named" not in processed(component, "what is cupping")


@pytest.mark.parametrize("text", [None, "", " ", "/restart", "x" * 100_000, "\x00"])
def test_odd_texts_pass_through(component: LexiconComponent, text: Any) -> None:
    out = processed(component, text)

    assert out.get("screening") is None
    assert out["heard"]["pain"] is False


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=200))
def test_never_raises(component: LexiconComponent, text: str) -> None:
    processed(component, text)


def test_a_failure_inside_does_not_stop_the_turn(
    component: LexiconComponent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(component._screener.lexicon, "read", fail)
    out = processed(component, "my knee hurts")

    assert out["heard"]["pain"] is False
    assert out.get("screening") is None
