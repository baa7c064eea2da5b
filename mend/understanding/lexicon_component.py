"""The lexicon as a step of Rasa's pipeline: what was said in so many words.

For each message it adds

* entities: body parts, sensations, activities, treatments, side, duration, score, and
  what fills slots of its own: `circumstances` (blood thinners, pregnancy ...);
* ``heard``: facts about pain (`pain.Heard.as_dict`);
* ``screening``: a red flag (`red_flags.Screening.as_dict`) or None;
* ``past_event``: something dangerous that is over (`Screener.past_event`), or None;
* ``silence``: how the words of a rule are meant that does not fire
  (`Screener.silence`), or None;
* ``named``: the subjects named (`subject.Named`, as dicts);
* ``choice`` in the metadata, as the button would, when it is a typed yes to a check
  question (`check.confirmed`).

The classifier reads both, and they travel with the message to rules and actions. A
message must never fail here: a word list that trips over a text would silence the
whole turn. What fails is logged without the text, and the turn goes on; the front
door screens every message itself as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.events import SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from mend.understanding.check import confirmed
from mend.understanding.circumstances import circumstances
from mend.understanding.context import Context
from mend.understanding.pain import Heard, hear
from mend.understanding.reading import Reading
from mend.understanding.red_flags import Screener
from mend.understanding.subject import named_in

log = structlog.get_logger(__name__)

NAME = "LexiconComponent"
HEARD = "heard"
SCREENING = "screening"
NAMED = "named"
PAST_EVENT = "past_event"
SILENCE = "silence"
_ENTITY_LABELS = ("body_part", "sensation", "activity", "treatment", "side")
_EARLIER_TEXTS = 2
_READ_CHARACTERS = 4000


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False
)
class LexiconComponent(GraphComponent):
    """Find words of the lexicon, pain and red flags in each message."""

    def __init__(self, screener: Screener):
        self._screener = screener

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the settings: `lexicon`, the folder of the word lists."""
        return {"lexicon": "data/lexicon"}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,  # noqa: ARG003 - Rasa's call
        resource: Resource,  # noqa: ARG003
        execution_context: ExecutionContext,  # noqa: ARG003
    ) -> LexiconComponent:
        """Load the lexicon; see Rasa's GraphComponent."""
        return cls(Screener.load(Path(config["lexicon"])))

    def process(
        self,
        messages: list[Message],
        tracker: DialogueStateTracker | None = None,
    ) -> list[Message]:
        """Add what was found to each message.

        Args:
            messages: from Rasa.
            tracker: the conversation so far; Rasa passes it by this name.
        """
        earlier = earlier_texts(tracker)
        doubt = doubt_before(tracker)
        for message in messages:
            self._process_one(message, earlier, doubt)
        return messages

    def _process_one(
        self, message: Message, earlier: Sequence[str], doubt: str | None
    ) -> None:
        heard: dict[str, Any] = Heard().as_dict()
        screening: dict[str, Any] | None = None
        try:
            text = str(message.get(TEXT) or "")[:_READ_CHARACTERS]
            reading = self._screener.lexicon.read(text)
            found = self._screener.screen_reading(reading, earlier)
            screening = found.as_dict() if found.flag else None
            over = None if found.flag else self._screener.past_event(reading)
            message.set(PAST_EVENT, over, add_to_output=True)
            silence = None if found.flag else self._screener.silence(reading)
            message.set(SILENCE, silence)
            facts = hear(reading)
            heard = facts.as_dict()
            entities = [*(message.get(ENTITIES) or []), *_entities(reading, facts)]
            message.set(ENTITIES, entities, add_to_output=True)
            message.set(NAMED, [asdict(one) for one in named_in(reading)])
            _set_choice(message, confirmed(reading, doubt))
        except Exception as error:  # the turn must go on, whatever the text was
            log.error("lexicon.failed", event_info=type(error).__name__)
        message.set(HEARD, heard, add_to_output=True)
        message.set(SCREENING, screening, add_to_output=True)


def earlier_texts(tracker: DialogueStateTracker | None) -> list[str]:
    """Give the visitor's last messages before this one, oldest first."""
    if tracker is None:
        return []
    texts = [
        event.text
        for event in tracker.events
        if isinstance(event, UserUttered) and event.text
    ]
    return texts[-_EARLIER_TEXTS:]


def doubt_before(tracker: DialogueStateTracker | None) -> str | None:
    """Give the red flag that the visitor's last message left in doubt, if any."""
    for event in reversed(tracker.events if tracker else ()):
        if isinstance(event, SessionStarted):
            break
        if isinstance(event, UserUttered):
            understood = (event.parse_data or {}).get("understanding")
            doubt = understood.get("doubt") if isinstance(understood, dict) else None
            return str(doubt) if doubt else None
    return None


def _set_choice(message: Message, choice: str | None) -> None:
    metadata = message.get("metadata") or {}
    if choice and not metadata.get("choice"):
        message.set("metadata", {**metadata, "choice": choice})


def _entities(reading: Reading, heard: Heard) -> list[dict[str, Any]]:
    entities = []
    for label in _ENTITY_LABELS:
        taken = -1
        for match in sorted(reading.find(label), key=lambda m: (m.first, -m.last)):
            if match.first < taken:
                continue
            taken = match.last
            start, end = reading.span(match)
            value = reading.words(match).lower()
            entities.append(_entity(label, value, start, end))
    if heard.duration:
        start = reading.text.find(heard.duration)
        if start >= 0:
            end = start + len(heard.duration)
            entities.append(_entity("duration", heard.duration, start, end))
    for one in circumstances(reading, Context(reading)):
        entities.append(_entity(one.name, one.value, one.start, one.end))
    return entities


def _entity(label: str, value: str, start: int, end: int) -> dict[str, Any]:
    return {
        "entity": label,
        "start": start,
        "end": end,
        "value": value,
        "extractor": NAME,
    }
