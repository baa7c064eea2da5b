"""Close the three questions: suggest a consultation, or self-care, or leave kindly."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.suggest_consultation import limits_said, suggest
from actions.validate_daily_life_form import (
    MISSES_ALLOWED,
    NO_LIMIT,
    SAID_SLOTS,
    SKIPPED,
    SLOTS,
)
from mend.understanding.pain import DAYS_WITHOUT_GAIN, Heard, suggests_consultation


def wants_consultation(slots: dict[str, Any]) -> bool:
    """Apply our rule (N6, not validated) to the form's slots."""
    score = str(slots.get("pain_score") or "")
    duration = slots.get("pain_duration")
    long = duration in {"long_better", "long_no_better"}
    return suggests_consultation(
        limits=slots.get("pain_limits") not in {None, NO_LIMIT, SKIPPED},
        score=int(score) if score.isdigit() else None,
        days=DAYS_WITHOUT_GAIN + 1 if long else None,
        better=duration == "long_better",
    )


class DecideOnPain(Action):
    """Say what fits the answers, and forget them: the next report starts afresh."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_decide_on_pain"

    async def run(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: dict[str, Any],  # noqa: ARG002 - Rasa's call
    ) -> list[dict[str, Any]]:
        """Suggest, advise self-care, or stop asking without a fuss."""
        slots = {slot: tracker.get_slot(slot) for slot in SLOTS}
        events: list[dict[str, Any]] = [
            SlotSet(slot, None) for slot in (*SLOTS, *SAID_SLOTS)
        ]
        events.append(SlotSet("daily_life_misses", 0.0))
        part = tracker.get_slot("pain_part")
        if wants_consultation(slots):
            limits = limits_said(Heard(), slots["pain_limits"])
            declined = bool(tracker.get_slot("consultation_declined"))
            return events + suggest(
                dispatcher, limits, part, declined=declined, ended=True
            )
        unread = float(tracker.get_slot("daily_life_misses") or 0) >= MISSES_ALLOWED
        dispatcher.utter_message(
            response="utter_questions_left" if unread else "utter_self_care",
            part=part,
            ended=True,
        )
        return events
