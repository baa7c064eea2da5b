"""How often an answer was given, and what is said the next time."""

import pytest

from mend import rasa_without_tensorflow

rasa_without_tensorflow.install()

from rasa.shared.core.events import BotUttered, SessionStarted, UserUttered  # noqa: E402

from mend.understanding.asked_again import (  # noqa: E402
    times_told,
    what_next,
)

DEEPER = {"text": "More.", "facts": ["H1"], "sources": []}


def told(answer):
    return BotUttered("It takes time.", {"custom": {"answer": answer}})


def test_counts_one_answer_in_this_session() -> None:
    events = [
        told("healing.time"),
        SessionStarted(),
        UserUttered("how long"),
        told("healing.time"),
        told("scar.pain"),
        BotUttered("no data"),
        BotUttered("odd data", {"custom": "odd"}),
        told("healing.time"),
    ]

    assert times_told(events, "healing.time") == 2
    assert times_told(events, "scar.pain") == 1
    assert times_told(events, "scar.looks") == 0
    assert times_told([], "healing.time") == 0


@pytest.mark.parametrize(
    ("custom", "times", "expected"),
    [
        ({"facts": ["H1"], "deeper": DEEPER}, 0, "in full"),
        ({"facts": ["H1"], "deeper": DEEPER}, 1, "deeper"),
        ({"facts": ["H1"], "deeper": DEEPER}, 2, "person"),
        ({"facts": ["H1"]}, 1, "above"),
        ({"facts": ["H1"]}, 5, "person"),
        # The clinic's hours, and what to do in an emergency.
        ({"facts": []}, 3, "in full"),
        ({"facts": ["RF08"], "repeat": True}, 3, "in full"),
    ],
)
def test_what_is_said_next(custom, times, expected) -> None:
    assert what_next(custom, times) == expected
