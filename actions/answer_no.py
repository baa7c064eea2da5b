"""Take a "no": kindly, and once for all where a consultation was on offer."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher


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
        if not tracker.get_slot("consultation_offered"):
            dispatcher.utter_message(response="utter_fine_then")
            return []
        dispatcher.utter_message(response="utter_consultation_declined")
        return [
            SlotSet("consultation_offered", False),
            SlotSet("consultation_declined", True),
        ]
