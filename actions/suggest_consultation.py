"""Suggest a consultation when pain limits someone's daily life."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import heard_in, place_in, quoted
from mend.understanding.pain import Heard

_UNSAID = {None, "", "none", "skipped", "yes"}


def limits_said(heard: Heard, slot: str | None) -> str:
    """Give what is limited, in the visitor's words; "" if nothing was said."""
    if heard.limits:
        return quoted(heard.limits[0])
    return "" if slot in _UNSAID else quoted(str(slot))


def suggest(
    dispatcher: CollectingDispatcher,
    limits: str,
    part: str | None,
    *,
    declined: bool,
    ended: bool = False,
) -> list[dict[str, Any]]:
    """Say the suggestion, or advice without it after a "no thanks".

    Args:
        dispatcher: Rasa's.
        limits: what the pain stops, in the visitor's words; "" if nothing was said.
        part: body part, for answers about it.
        declined: a consultation was declined before.
        ended: the questions about pain end with it.

    Returns:
        Events for Rasa.
    """
    kind = "advice_after_no" if declined else "suggest_consultation"
    response = f"utter_{kind}_limits" if limits else f"utter_{kind}"
    dispatcher.utter_message(response=response, limits=limits, part=part, ended=ended)
    return [] if declined else [SlotSet("consultation_offered", True)]


class SuggestConsultation(Action):
    """Name back what was heard and suggest that a physiotherapist looks at it."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_suggest_consultation"

    async def run(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: dict[str, Any],  # noqa: ARG002 - Rasa's call
    ) -> list[dict[str, Any]]:
        """Suggest, once; after a "no thanks" give advice without pushing."""
        message = tracker.latest_message or {}
        limits = limits_said(heard_in(message), None)
        declined = bool(tracker.get_slot("consultation_declined"))
        return suggest(dispatcher, limits, place_in(message), declined=declined)
