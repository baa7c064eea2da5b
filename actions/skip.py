"""Take a "skip" where no question is open."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher


class Skip(Action):
    """Say that there is nothing to skip and what can be asked."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_skip"

    async def run(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,  # noqa: ARG002 - Rasa's call
        domain: dict[str, Any],  # noqa: ARG002
    ) -> list[dict[str, Any]]:
        """Move on."""
        dispatcher.utter_message(response="utter_fine_then")
        return []
