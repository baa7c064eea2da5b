"""Say honestly that there is no answer; at the second miss in a row offer a person."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import is_typed, misses_before


def refusal(tracker: Tracker) -> str:
    """Choose how to say that there is no answer.

    "None of these" on a button confirms a miss; it is not another one.
    """
    again = misses_before(tracker.events or []) and is_typed(
        tracker.latest_message or {}
    )
    return "utter_two_misses" if again else "utter_out_of_scope"


class OutOfScope(Action):
    """Say what the assistant can do instead, and how to reach a person."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_out_of_scope"

    async def run(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: dict[str, Any],  # noqa: ARG002 - Rasa's call
    ) -> list[dict[str, Any]]:
        """Refuse honestly; offer a person the second time."""
        dispatcher.utter_message(response=refusal(tracker))
        return []
