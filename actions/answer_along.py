"""Answer what somebody in pain asks, before their pain is asked about."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher


class AnswerAlong(Action):
    """Utter the written answers that go along with a report of pain, if any.

    The reply that follows it, a question or a suggestion, is the turn's outcome.
    """

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_answer_along"

    async def run(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: dict[str, Any],  # noqa: ARG002 - Rasa's call
    ) -> list[dict[str, Any]]:
        """Answer, or say nothing when no answer was found."""
        found = (tracker.latest_message or {}).get("understanding") or {}
        for place, name in enumerate(found.get("along") or ()):
            # Rasa words all of them before it records the first.
            dispatcher.utter_message(
                response=f"utter_{name}", along=True, goes_on=place > 0
            )
        return []
