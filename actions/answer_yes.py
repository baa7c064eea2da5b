"""Take up a "yes": to the consultation just suggested, or to nothing in particular."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher


class AnswerYes(Action):
    """Open the contact form when a consultation is on offer."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_answer_yes"

    async def run(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: dict[str, Any],  # noqa: ARG002 - Rasa's call
    ) -> list[dict[str, Any]]:
        """Show the form, or ask what the yes is about."""
        offered = bool(tracker.get_slot("consultation_offered"))
        dispatcher.utter_message(
            response="utter_consultation_form" if offered else "utter_yes_to_what"
        )
        return []
