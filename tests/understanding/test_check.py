"""A typed answer to a check question: a yes is as good as its button."""

from pathlib import Path
from typing import Any

import pytest

from mend import rasa_without_tensorflow

rasa_without_tensorflow.install()

from rasa.shared.core.events import (  # noqa: E402
    BotUttered,
    SessionStarted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker  # noqa: E402
from rasa.shared.nlu.training_data.message import Message  # noqa: E402

from mend.understanding.lexicon_component import LexiconComponent  # noqa: E402
from mend.understanding.red_flags import Screener  # noqa: E402

IN_DOUBT = UserUttered(
    "my calf is sore", parse_data={"understanding": {"doubt": "RF03.same_day"}}
)
ADVICE = "red_flag/RF03.same_day"


@pytest.fixture(scope="module")
def component() -> LexiconComponent:
    return LexiconComponent(Screener.load(Path("data/lexicon")))


def choice(
    component: LexiconComponent, text: str, *events: Any, metadata: Any = None
) -> str | None:
    message = Message({"text": text, "metadata": metadata})
    tracker = DialogueStateTracker.from_events("s", [*events, BotUttered("...")])
    component.process([message], tracker)
    chosen: str | None = (message.get("metadata") or {}).get("choice")
    return chosen


@pytest.mark.parametrize(
    "text",
    [
        *("yes", "Yes!", "yeah it is", "yep", "ya", "oh yes", "Yes, both of those"),
        *("it is", "i do", "I have", "a bit", "maybe"),
        *("i think so", "that's right", "I'm afraid so", "both"),
        *("yes but only a little", "one of those", "YES please help", "they are"),
    ],
)
def test_a_yes_right_after_the_check_question_is_its_button(
    component: LexiconComponent, text: str
) -> None:
    assert choice(component, text, IN_DOUBT) == ADVICE


@pytest.mark.parametrize(
    "text",
    [
        *("no", "nope", "no it isn't", "not really", "none of those", "", "...", "?"),
        *("it is only sore when I run", "I do pilates", "what do you mean", "skip"),
        *("both knees ache after gardening", "a bit of rest helps", "okay thanks"),
        *("I have a question about scars", "how do I know?", "no, yes was a slip"),
    ],
)
def test_what_is_no_yes(component: LexiconComponent, text: str) -> None:
    assert choice(component, text, IN_DOUBT) is None


@pytest.mark.parametrize(
    "events",
    [
        [],
        [UserUttered("hello")],
        [UserUttered("hello", parse_data={"understanding": {"doubt": None}})],
        [UserUttered("hello", parse_data={"understanding": "odd"})],
        [IN_DOUBT, UserUttered("what is a scar", parse_data={"understanding": {}})],
        [IN_DOUBT, SessionStarted()],
    ],
)
def test_without_a_check_question_just_before_a_yes_is_only_a_yes(
    component: LexiconComponent, events: list[Any]
) -> None:
    assert choice(component, "yes", *events) is None


def test_a_button_counts_as_what_it_says(component: LexiconComponent) -> None:
    pressed = {"choice": "deny", "msg_id": "1"}
    assert choice(component, "Yes, no", IN_DOUBT, metadata=pressed) == "deny"


def test_other_metadata_stays(component: LexiconComponent) -> None:
    message = Message({"text": "yes", "metadata": {"msg_id": "1"}})
    component.process([message], DialogueStateTracker.from_events("s", [IN_DOUBT]))
    assert message.get("metadata") == {"msg_id": "1", "choice": ADVICE}
