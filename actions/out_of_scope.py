"""Say honestly that there is no answer; at the second miss in a row offer a person."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import previous_turn

MISSES = {"action_out_of_scope", "action_clarify"}


def is_second_miss(events: list[dict[str, Any]]) -> bool:
    """Tell whether the turn before this message was a miss too."""
    return bool(MISSES.intersection(previous_turn(events)))


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
        second = is_second_miss(tracker.events or [])
        dispatcher.utter_message(
            response="utter_two_misses" if second else "utter_out_of_scope"
        )
        return []
