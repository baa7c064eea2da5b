"""What an action may know of the conversation, read from Rasa's tracker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mend.understanding.pain import Heard

MISSES = frozenset(("action_out_of_scope", "action_clarify"))
_QUOTED_CHARACTERS = 80


def heard_in(message: Mapping[str, Any]) -> Heard:
    """Give the pain facts that the pipeline found in a message."""
    facts = message.get("heard")
    return Heard.from_dict(facts) if isinstance(facts, Mapping) else Heard()


def place_in(message: Mapping[str, Any]) -> str | None:
    """Give the body part of a message, in our spelling, with its side."""
    heard = heard_in(message)
    return heard.place or (heard.body_part or "").lower() or None


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
    earlier = turns(events)[:-1]
    before = earlier[-1][0] if earlier else {}
    return bool((before.get("understanding") or {}).get("doubt"))


def turns(events: list[dict[str, Any]]) -> list[tuple[dict[str, Any], list[str]]]:
    """Give each turn: the visitor's message as understood, and what ran after it.

    Args:
        events: the tracker's events, oldest first.
    """
    found: list[tuple[dict[str, Any], list[str]]] = []
    for event in events:
        if event.get("event") == "user":
            found.append((event.get("parse_data") or {}, []))
        elif event.get("event") == "action" and found:
            found[-1][1].append(str(event.get("name") or ""))
    return found


def previous_turn(events: list[dict[str, Any]]) -> list[str]:
    """Give the names of what ran in the turn before the current message."""
    earlier = turns(events)[:-1]
    return earlier[-1][1] if earlier else []


def misses_before(events: list[dict[str, Any]]) -> bool:
    """Tell whether the last thing typed before this message was a miss too.

    A miss: no answer, or "did you mean". A button pressed in between, such as "None
    of these", neither is one nor ends the row.
    """
    for message, ran in reversed(turns(events)[:-1]):
        if not MISSES.intersection(ran):
            return False
        if is_typed(message):
            return True
    return False


def quoted(words: str) -> str:
    """Make a visitor's words fit to be named back: one line, short, no braces."""
    line = " ".join(words.replace("{", " ").replace("}", " ").split())
    if len(line) <= _QUOTED_CHARACTERS:
        return line
    return line[:_QUOTED_CHARACTERS].rsplit(" ", 1)[0] + " …"
