"""Go on, instead of repeating, when an answer is asked for again in a conversation.

Pure: from the events of a conversation and an answer's data to what is to be said.
The second time the visitor gets what was written to go deeper, or, where nothing was,
a pointer to the answer above; from the third time on a person. When to get help is
said each time.

Facts of the clinic (no evidence behind them) and answers marked ``repeat``, which say
what to do in an emergency, are said in full each time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from rasa.shared.core.events import BotUttered, Event, SessionStarted

ABOVE = "utter_asked_again/above"
PERSON = "utter_asked_again/person"
PERSON_ANSWER = "chat.human"

Next = Literal["in full", "deeper", "above", "person"]


def times_told(events: Iterable[Event], answer: str) -> int:
    """Count how often an answer was given in this session.

    Args:
        events: of the conversation, oldest first.
        answer: catalogue id.
    """
    told = 0
    for event in events:
        if isinstance(event, SessionStarted):
            told = 0
        elif isinstance(event, BotUttered):
            custom = (event.data or {}).get("custom")
            told += isinstance(custom, Mapping) and custom.get("answer") == answer
    return told


def what_next(custom: Mapping[str, Any], told: int) -> Next:
    """Decide how an answer is said.

    Args:
        custom: the data written beside the answer.
        told: how often it was given before.
    """
    if told == 0 or custom.get("repeat") or not custom.get("facts"):
        return "in full"
    if told == 1:
        return "deeper" if custom.get("deeper") else "above"
    return "person"
