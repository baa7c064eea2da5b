"""Take a "no": kindly, and once for all where a consultation was on offer.

Right after a check question about a red flag it answers that one first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import is_typed, previous_turn, was_checked

_SUGGESTING = {"action_suggest_consultation", "action_decide_on_pain"}
_POLITE = ("thank", "thx")


def denies_check(message: Mapping[str, Any]) -> bool:
    """Tell whether a no answers the check question: "no thanks" answers an offer."""
    text = str(message.get("text") or "").lower()
    return is_typed(message) and not any(word in text for word in _POLITE)


class AnswerNo(Action):
    """Accept a no; remember it, so that the suggestion is not repeated."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_answer_no"

    async def run(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: dict[str, Any],  # noqa: ARG002 - Rasa's call
    ) -> list[dict[str, Any]]:
        """Accept, and remember a declined consultation."""
        events = tracker.events or []
        if was_checked(events) and denies_check(tracker.latest_message or {}):
            offered = _SUGGESTING.intersection(previous_turn(events))
            dispatcher.utter_message(
                response="utter_check_no_offer" if offered else "utter_check_no"
            )
            return []
        if not tracker.get_slot("consultation_offered"):
            dispatcher.utter_message(response="utter_fine_then")
            return []
        dispatcher.utter_message(response="utter_consultation_declined")
        return [
            SlotSet("consultation_offered", False),
            SlotSet("consultation_declined", True),
        ]
