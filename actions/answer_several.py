"""Answer the two or three questions of one message, in their order."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

MOST = 3


class AnswerSeveral(Action):
    """Utter each written answer that the message asks for."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_answer_several"

    async def run(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: dict[str, Any],  # noqa: ARG002 - Rasa's call
    ) -> list[dict[str, Any]]:
        """Answer; say honestly that there is no answer if none was found."""
        found = (tracker.latest_message or {}).get("understanding") or {}
        names = found.get("several") or []
        for place, name in enumerate(names[:MOST]):
            # Rasa words all of them before it records the first.
            dispatcher.utter_message(response=f"utter_{name}", goes_on=place > 0)
        if not names:
            dispatcher.utter_message(response="utter_out_of_scope")
        return []
