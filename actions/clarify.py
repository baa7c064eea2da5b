"""Offer the nearest answers when a question is not clear: "Did you mean ...?".

The second miss in a row offers a person too.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.out_of_scope import refusal
from actions.turn import misses_before
from mend.understanding.catalogue_files import load_catalogue

log = structlog.get_logger(__name__)

DATA = Path("data")
CHOICES = 3
_FAQ = "faq/"


@lru_cache(maxsize=1)
def _titles() -> Mapping[str, str]:
    return load_catalogue(DATA).titles


def titles() -> Mapping[str, str]:
    """Give answer id -> title; empty when the catalogue cannot be read."""
    try:
        return _titles()
    except Exception as error:  # the visitor gets the honest "can't answer" instead
        log.error("clarify.no_catalogue", event_info=type(error).__name__)
        return {}


def near_answers(message: Mapping[str, Any]) -> list[str]:
    """Give the full names of the nearest answers of a message, best first."""
    found = message.get("understanding") or {}
    if suggestions := found.get("suggestions"):
        return [str(name) for name in suggestions]
    selector = (message.get("response_selector") or {}).get("faq") or {}
    ranking = selector.get("ranking") or found.get("ranking") or []
    names = [
        str(ranked.get("intent_response_key") or ranked.get("name") or "")
        for ranked in ranking
        if isinstance(ranked, Mapping)
    ]
    return [name for name in names if name.startswith(_FAQ)]


def choices(names: list[str], known: Mapping[str, str]) -> list[dict[str, str]]:
    """Make buttons for the nearest answers that exist."""
    buttons = []
    for name in dict.fromkeys(names):
        title = known.get(name.removeprefix(_FAQ))
        if title:
            buttons.append({"title": title, "intent": name})
    return buttons[:CHOICES]


class Clarify(Action):
    """Ask which of two or three answers was meant."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_clarify"

    async def run(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: dict[str, Any],  # noqa: ARG002 - Rasa's call
    ) -> list[dict[str, Any]]:
        """Offer the choices; without any, say honestly that there is no answer."""
        buttons = choices(near_answers(tracker.latest_message or {}), titles())
        if not buttons:
            dispatcher.utter_message(response=refusal(tracker))
            return []
        again = misses_before(tracker.events or [])
        dispatcher.utter_message(
            response="utter_clarify_again" if again else "utter_clarify",
            choices=buttons,
        )
        return []
