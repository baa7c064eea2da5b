"""Read the answers to the three short questions about pain and daily life.

The form is easy to leave: each question can be skipped, a limit ends it at once
(the suggestion need not wait), and after two answers that cannot be read it stops
asking. A correction changes what was said before, and the questions go on. A message
that asks something else is left to the other rules; Rasa then comes back to the
question.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.corrections import Correction, correction
from actions.turn import (
    heard_in,
    intent_of,
    is_typed,
    place_in,
    quoted,
    was_checked,
)
from mend.understanding.pain import DAYS_WITHOUT_GAIN, Heard, duration_of, score_of

SLOTS = ("pain_limits", "pain_duration", "pain_score")
SAID_SLOTS = ("pain_part", "pain_lasting")
SKIPPED = "skipped"
NO_LIMIT = "none"
SOMETHING = "yes"  # it stops something, and nobody said what
MISSES_ALLOWED = 2
_PLAIN_ANSWER_WORDS = 8
_BARE_NO_WORDS = 4
_SAID_CHARACTERS = 200
_NOTHING = re.compile(
    r"^\W*(?:no|nope|nah|none|not really|nothing\b.*|not much|no,.*"
    r"|it (?:doesn'?t|does not)\b.*|i can (?:still )?do everything|can still\b.*)\W*$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^\D*(10|[0-9])(?!\d)[^\d]*$")
_NUMBER_WORDS = {"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_NUMBER_WORDS |= {"six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}


def read_limits(
    text: str, intent: str, heard: Heard, *, names_activity: bool = False
) -> str | None:
    """Read what the pain stops: words, "yes", "none", or None if it cannot be read.

    Args:
        text: the visitor's message.
        intent: what it was taken for.
        heard: pain facts of the message.
        names_activity: the lexicon found an activity in it ("sleeping").
    """
    if heard.limits:
        return "; ".join(heard.limits)[:_SAID_CHARACTERS]
    if intent == "deny" or _NOTHING.match(text):
        return NO_LIMIT
    if intent == "affirm" and not names_activity:
        return SOMETHING
    if not names_activity and not heard.pain:
        return None
    return " ".join(text.split())[:_SAID_CHARACTERS]


def read_duration(text: str, heard: Heard) -> str | None:
    """Read how long: short, long_better, long_no_better, or None."""
    _, days = duration_of(text)
    if days is None:
        return None
    if re.search(r"\b(?:less than|under)\b", text, re.IGNORECASE):
        days -= 1
    if days <= DAYS_WITHOUT_GAIN and not re.search(r"\bover\b", text, re.IGNORECASE):
        return "short"
    return "long_better" if heard.better else "long_no_better"


def read_score(text: str) -> str | None:
    """Read a number 0-10, or None."""
    score = score_of(text)
    if score is None and (found := _NUMBER.match(text)):
        score = int(found[1])
    if score is None:
        words = re.findall(r"[a-z]+", text.lower())
        score = next((_NUMBER_WORDS[w] for w in words if w in _NUMBER_WORDS), None)
    return None if score is None else str(score)


def is_plain_answer(slot: str, text: str, heard: Heard) -> bool:
    """Tell whether a text answers the question whatever it looks like besides.

    "2 weeks" resembles a question about healing times, but not after "How long?".
    """
    if "?" in text or len(text.split()) > _PLAIN_ANSWER_WORDS:
        return False
    if slot == "pain_limits":
        return bool(heard.limits)
    if slot == "pain_duration":
        return read_duration(text, heard) is not None
    return read_score(text) is not None


def is_no_to_check(message: Mapping[str, Any], events: list[dict[str, Any]]) -> bool:
    """Tell whether a bare "no" answers the check question put before ours."""
    words = str(message.get("text") or "").split()
    return (
        was_checked(events)
        and intent_of(message) == "deny"
        and is_typed(message)
        and len(words) <= _BARE_NO_WORDS
    )


def may_correct(
    message: Mapping[str, Any], put_right: Correction, heard: Heard
) -> bool:
    """Tell whether a correction may be taken, whatever else the message looks like.

    Words that raise a red flag always win. A score alone ("calf", "shoulder" remind it
    of one) does not when nothing is said but another place, time or number.
    """
    if message.get("screening") or not is_typed(message):
        return False
    if put_right.limits is None:
        return not heard.limits
    return intent_of(message) != "red_flag"


def read_answer(
    slot: str, text: str, intent: str, heard: Heard, *, names_activity: bool = False
) -> str | None:
    """Read the answer to one question; None if it cannot be read."""
    if intent == "skip":
        return SKIPPED
    if slot == "pain_limits":
        return read_limits(text, intent, heard, names_activity=names_activity)
    if slot == "pain_duration":
        return read_duration(text, heard)
    return read_score(text)


class ValidateDailyLifeForm(Action):
    """Fill the form's slots from the visitor's message, and choose the next one."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "validate_daily_life_form"

    async def run(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: dict[str, Any],  # noqa: ARG002 - Rasa's call
    ) -> list[dict[str, Any]]:
        """Return slots heard; nothing at all lets other rules answer instead."""
        message = tracker.latest_message or {}
        text = str(message.get("text") or "")
        intent = intent_of(message)
        heard = heard_in(message)
        asked = tracker.get_slot("requested_slot")
        if asked is None:  # the message that opens the form
            return self._opening(tracker, message, heard)
        if is_no_to_check(message, tracker.events or []):
            dispatcher.utter_message(response="utter_check_no_and_on")
            # A slot is set so that Rasa asks again instead of leaving the form.
            misses = float(tracker.get_slot("daily_life_misses") or 0)
            return [
                SlotSet("daily_life_misses", misses),
                SlotSet("requested_slot", asked),
            ]
        entities = message.get("entities") or []
        put_right = correction(text, entities, tracker.get_slot("pain_part"))
        if put_right and may_correct(message, put_right, heard):
            return self._corrected(dispatcher, tracker, put_right, heard)
        if intent == "red_flag":
            return []
        if intent in {"faq", "several"} and not is_plain_answer(
            str(asked), text, heard
        ):
            return []
        active = any(entity.get("entity") == "activity" for entity in entities)
        answer = read_answer(str(asked), text, intent, heard, names_activity=active)
        if answer is None:
            misses = float(tracker.get_slot("daily_life_misses") or 0) + 1
            events = [SlotSet("daily_life_misses", misses)]
            if misses >= MISSES_ALLOWED:
                return [*events, SlotSet("requested_slot", None)]
            return [*events, SlotSet("requested_slot", asked)]
        found: dict[str, str | None] = {str(asked): answer}
        if asked == "pain_duration" and answer != SKIPPED:
            found["pain_lasting"] = quoted(text)
        if heard.limits and asked != "pain_limits":
            found["pain_limits"] = "; ".join(heard.limits)[:_SAID_CHARACTERS]
        return self._set(tracker, found)

    @staticmethod
    def _set(tracker: Tracker, found: dict[str, str | None]) -> list[dict[str, Any]]:
        """Set slots, and ask what is still open."""
        filled = {slot: tracker.get_slot(slot) for slot in SLOTS} | found
        events = [SlotSet(slot, value) for slot, value in found.items()]
        return [*events, SlotSet("requested_slot", next_question(filled))]

    def _corrected(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        put_right: Correction,
        heard: Heard,
    ) -> list[dict[str, Any]]:
        """Take a correction; say so, unless what comes next names it back."""
        found: dict[str, str | None] = {}
        if put_right.part is not None:
            found["pain_part"] = put_right.part
        if put_right.lasting is not None:
            found["pain_duration"] = read_duration(put_right.said, heard)
            found["pain_lasting"] = quoted(put_right.lasting)
        if put_right.score is not None:
            found["pain_score"] = str(put_right.score)
        if put_right.limits is not None:
            found["pain_limits"] = put_right.limits
        events = self._set(tracker, found)
        if events[-1]["value"] is not None:
            noted = quoted(put_right.said)
            dispatcher.utter_message(response="utter_noted", noted=noted)
        return events

    def _opening(
        self, tracker: Tracker, message: Mapping[str, Any], heard: Heard
    ) -> list[dict[str, Any]]:
        """Begin afresh with what the report itself says."""
        found: dict[str, str | None] = dict.fromkeys((*SLOTS, *SAID_SLOTS))
        if heard.duration_days is not None and heard.duration_days <= DAYS_WITHOUT_GAIN:
            found["pain_duration"] = "short"
        elif heard.duration_days is not None and heard.better is not None:
            better = "long_better" if heard.better else "long_no_better"
            found["pain_duration"] = better
        if heard.duration:
            found["pain_lasting"] = quoted(heard.duration)
        if heard.score is not None:
            found["pain_score"] = str(heard.score)
        found["pain_part"] = place_in(message)
        return self._set(tracker, found)


def next_question(filled: dict[Any, Any]) -> str | None:
    """Choose the next slot to ask for; None when enough is known."""
    if filled.get("pain_limits") not in {None, NO_LIMIT, SKIPPED}:
        return None
    return next((slot for slot in SLOTS if filled.get(slot) is None), None)
