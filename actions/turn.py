"""What an action may know of the conversation, read from Rasa's tracker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mend.understanding.pain import Heard

_QUOTED_CHARACTERS = 80


def heard_in(message: Mapping[str, Any]) -> Heard:
    """Give the pain facts that the pipeline found in a message."""
    facts = message.get("heard")
    return Heard.from_dict(facts) if isinstance(facts, Mapping) else Heard()


def intent_of(message: Mapping[str, Any]) -> str:
    """Give the name of a message's intent, "" if it has none."""
    return str((message.get("intent") or {}).get("name") or "")


def is_typed(message: Mapping[str, Any]) -> bool:
    """Tell whether a message was typed, not chosen with a button."""
    return (message.get("understanding") or {}).get("by") != "choice"


def was_checked(events: list[dict[str, Any]]) -> bool:
    """Tell whether the turn before this message put a check question.

    Args:
        events: the tracker's events, oldest first.
    """
    said = [event for event in events if event.get("event") == "user"]
    before = (said[-2].get("parse_data") or {}) if len(said) > 1 else {}
    return bool((before.get("understanding") or {}).get("doubt"))


def previous_turn(events: list[dict[str, Any]]) -> list[str]:
    """Give the names of what ran in the turn before the current message.

    Args:
        events: the tracker's events, oldest first.
    """
    turns: list[list[str]] = [[]]
    for event in events:
        if event.get("event") == "user":
            turns.append([])
        elif event.get("event") == "action":
            turns[-1].append(str(event.get("name") or ""))
    return turns[-2] if len(turns) > 1 else []


def quoted(words: str) -> str:
    """Make a visitor's words fit to be named back: one line, short, no braces."""
    line = " ".join(words.replace("{", " ").replace("}", " ").split())
    if len(line) <= _QUOTED_CHARACTERS:
        return line
    return line[:_QUOTED_CHARACTERS].rsplit(" ", 1)[0] + " …"
