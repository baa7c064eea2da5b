"""How Rasa words a reply: written responses, filled with the clinic's facts.

Rasa makes one instance at start (``endpoints.yml``, ``nlg``). Filling facts here,
and not at training, lets a change of ``clinic.yml`` take effect at restart, and
gives advice with the right numbers also when the action server is down.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from mend.clinic import Clinic, load_clinic
from mend.content.layout import headed, help_in
from mend.content.reviews import count_reviewed, in_words
from mend.settings import load_settings
from mend.understanding.asked_again import (
    ABOVE,
    PERSON,
    PERSON_ANSWER,
    times_told,
    what_next,
)
from mend.understanding.catalogue import REVIEWED
from mend.understanding.circumstances import due, first_that_needs
from mend.understanding.told import split_side, told

log = structlog.get_logger(__name__)

CHECK = "utter_check/"
PAST = "utter_past_event/"
ADVICE = "utter_red_flag/"
CAUTION = "utter_caution/"
ANSWER = "utter_faq/"
REACTION = "utter_bad_reaction"
# What the text that goes deeper has instead of the answer's.
_OF_ITS_OWN = ("facts", "sources", "picture")
# What our graph components add to a parsed message, and the desk wants to see.
_FROM_COMPONENTS = ("understanding", "heard", "screening", "past_event")


class ClinicWording(TemplatedNaturalLanguageGenerator):
    """Rasa's templated responses with the clinic's facts as extra variables.

    Each reply's ``custom`` data also carries an ``understanding`` block: how the
    visitor's message was understood, for the journal and the desk.
    """

    def __init__(
        self,
        endpoint_config: EndpointConfig | None = None,  # noqa: ARG002 - Rasa's call
        domain: Domain | None = None,
        clinic: Clinic | None = None,
    ) -> None:
        super().__init__((domain or Domain.empty()).responses)
        self._clinic = clinic or load_clinic(load_settings().clinic_file)
        self._reviewed = in_words(count_reviewed(_reviewers(self.responses)))

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **kwargs: Any,
    ) -> dict[str, Any] | None:
        """Word `utter_action`; see Rasa's NaturalLanguageGenerator.

        An action may pass ``choices``, which come before those that are written;
        ``part``, a body part whose answers are offered first; ``ended`` at the end of
        the questions about pain; ``goes_on`` with what it says after something
        else; and ``along`` with what it says before what the turn comes down to.

        Returns:
            The response with its placeholders filled, or None if there is none.
        """
        variables = {
            **self._clinic.facts(dt.datetime.now(dt.timezone.utc)),
            REVIEWED: self._reviewed,
            **kwargs,
        }
        response: dict[str, Any] | None = await super().generate(
            utter_action, tracker, output_channel, **variables
        )
        if response is None:
            log.error("wording.no_response", event_info=utter_action)
            return None
        found = understood(
            tracker.latest_message.parse_data if tracker.latest_message else {}
        )
        asking = kwargs.get("ended") or tracker.active_loop_name
        if asking and (answers := told(tracker.current_slot_values())):
            found["told"] = answers
        if isinstance(response.get("custom"), dict):
            if utter_action.startswith(ADVICE):
                found |= _what_was_confirmed(utter_action, tracker)
                _speak_of_them(response, found)
            _offer(response["custom"], kwargs.get("choices"))
            _fit_to_part(response["custom"], kwargs.get("part"))
            if utter_action.startswith(ANSWER):
                await self._go_on(response, tracker, output_channel, variables)
                await self._add_cautions(
                    response, utter_action, found, tracker, output_channel, variables
                )
            if kwargs.get("along"):
                _leave_the_turn_open(response["custom"])
            response["custom"]["understanding"] = found
        if not (kwargs.get("goes_on") or _has_replied(tracker)):
            await self._add_caution(
                response, utter_action, found, tracker, output_channel, variables
            )
        return response

    async def _go_on(
        self,
        response: dict[str, Any],
        tracker: DialogueStateTracker,
        channel: str,
        variables: Mapping[str, Any],
    ) -> None:
        """Say more, or offer a person, where an answer was given before."""
        custom = response["custom"]
        told = times_told(tracker.events, str(custom.get("answer")))
        going_on = what_next(custom, told)
        deeper = custom.pop("deeper", None)
        custom.pop("repeat", None)
        if told:
            custom.pop("picture", None)  # it is still above
        if going_on == "in full":
            return
        custom["followups"] = [*(custom.get("followups") or []), PERSON_ANSWER]
        if going_on == "deeper":
            more = headed(deeper.get("heading"), deeper["text"])
            get_help = "" if help_in(more) else help_in(response["text"])
            response["text"] = "\n\n".join(filter(None, (more, get_help)))
            custom |= {key: deeper[key] for key in _OF_ITS_OWN if key in deeper}
            return
        said = await super().generate(
            ABOVE if going_on == "above" else PERSON, tracker, channel, **variables
        )
        if said is not None:
            texts = (said["text"], help_in(response["text"]))
            response["text"] = "\n\n".join(filter(None, texts))

    async def _add_cautions(
        self,
        response: dict[str, Any],
        utter_action: str,
        found: Mapping[str, Any],
        tracker: DialogueStateTracker,
        channel: str,
        variables: Mapping[str, Any],
    ) -> None:
        """Add what this person has to know, after what they told earlier.

        Of several answers in one turn, the first that it belongs to gets the line.
        """
        names = found.get("several") or found.get("along")
        names = names or [utter_action.removeprefix("utter_")]
        answers = [name.removeprefix("faq/") for name in names]
        this = utter_action.removeprefix(ANSWER)
        for caution in due(tracker.current_slot_values()):
            since = f" {caution.since}" if caution.since else ""
            line = await super().generate(
                f"{CAUTION}{caution.name}",
                tracker,
                channel,
                **{**variables, "since": since},
            )
            if line is None:
                log.error("wording.no_caution", event_info=caution.name)
                continue
            custom = line["custom"]
            if first_that_needs(answers, custom["answers"]) == this:
                text = (caution.other and custom.get("them")) or line["text"]
                response["text"] += f"\n\n{text}"

    async def _add_caution(
        self,
        response: dict[str, Any],
        utter_action: str,
        found: Mapping[str, Any],
        tracker: DialogueStateTracker,
        channel: str,
        variables: Mapping[str, Any],
    ) -> None:
        """Add what must not be missed to what is said, once in a turn."""
        heard = found.get("heard")
        reaction = isinstance(heard, Mapping) and heard.get("bad_reaction")
        if reaction and not utter_action.startswith(ADVICE):
            sorry = await super().generate(REACTION, tracker, channel, **variables)
            if sorry is not None:
                _say_before(response, sorry)
        if doubt := found.get("doubt"):
            await self._ask_first(response, doubt, tracker, channel, variables)
        over = found.get("past_event")
        if over and not utter_action.startswith(ADVICE):
            said = await super().generate(
                f"{PAST}{over}", tracker, channel, **variables
            )
            if said is not None:
                response["text"] = f"{response.get('text') or ''}\n\n{said['text']}"

    async def _ask_first(
        self,
        response: dict[str, Any],
        doubt: str,
        tracker: DialogueStateTracker,
        channel: str,
        variables: Mapping[str, Any],
    ) -> None:
        """Put the check question about a red flag before what is said otherwise."""
        check = await super().generate(f"{CHECK}{doubt}", tracker, channel, **variables)
        if check is None:
            log.error("wording.no_check_question", event_info=doubt)
            return
        _say_before(response, check)
        custom = response.setdefault("custom", {})
        if isinstance(custom, dict):
            title = (check.get("custom") or {}).get("yes") or "Yes, I have that"
            advice = {"title": title, "intent": f"red_flag/{doubt}"}
            _offer(custom, [advice])


def _reviewers(responses: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, str]:
    """Give who reviewed each answer, by its id; "" if no clinician has yet."""
    found = {}
    for name, variants in responses.items():
        if name.startswith(ANSWER) and variants:
            custom = variants[0].get("custom")
            reviewer = custom.get("reviewer") if isinstance(custom, Mapping) else None
            found[name.removeprefix(ANSWER)] = str(reviewer or "")
    return found


def _say_before(response: dict[str, Any], first: Mapping[str, Any]) -> None:
    response["text"] = f"{first['text']}\n\n{response.get('text') or ''}".strip()


def _offer(custom: dict[str, Any], choices: Sequence[Mapping[str, Any]] | None) -> None:
    """Put choices before those that a reply has already."""
    if choices:
        custom["choices"] = [*choices, *(custom.get("choices") or [])]


def _fit_to_part(custom: dict[str, Any], place: str | None) -> None:
    """Offer the answers about a body part first, where a response names them."""
    by_part = custom.pop("by_part", None) or {}
    part = split_side(place or "")[1]
    fitting = [answer for answer, parts in by_part.items() if part in parts]
    if fitting:
        custom["followups"] = [*fitting, *(custom.get("followups") or [])]


def _leave_the_turn_open(custom: dict[str, Any]) -> None:
    """Take out what a reply would make of the turn: outcome, form and buttons."""
    for part in ("outcome", "form", "choices", "followups"):
        custom.pop(part, None)


def _speak_of_them(response: dict[str, Any], found: Mapping[str, Any]) -> None:
    """Word advice for somebody else, if that is whom the visitor wrote about.

    The words for somebody else are taken out in any case: a reply says one thing.
    """
    them = response["custom"].pop("them", None)
    heard = found.get("heard")
    if them and isinstance(heard, Mapping) and heard.get("who") == "other":
        response["text"] = them


def _what_was_confirmed(
    utter_action: str, tracker: DialogueStateTracker
) -> dict[str, Any]:
    """Give what was heard before a yes to this advice's check question.

    The yes itself says neither who is ill nor where it hurts.
    """
    said = [e for e in reversed(tracker.events) if isinstance(e, UserUttered)]
    before = understood(said[1].parse_data or {}) if len(said) > 1 else {}
    if before.get("doubt") != utter_action.removeprefix(ADVICE):
        return {}
    return {"confirmed": True, "heard": before.get("heard")}


def _has_replied(tracker: DialogueStateTracker) -> bool:
    """Tell whether something was said since the visitor's last message."""
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            return False
        if isinstance(event, BotUttered):
            return True
    return False


def understood(parse_data: Mapping[str, Any]) -> dict[str, Any]:
    """Collect what our components found in a parsed message (JSON-able)."""
    block = dict(parse_data.get("understanding") or {})
    for part in _FROM_COMPONENTS[1:]:
        if parse_data.get(part):
            block[part] = parse_data[part]
    return block
