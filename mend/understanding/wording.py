"""How Rasa words a reply: written responses, filled with the clinic's facts.

Rasa makes one instance at start (``endpoints.yml``, ``nlg``). Filling facts here,
and not at training, lets a change of ``clinic.yml`` take effect at restart, and
gives advice with the right numbers also when the action server is down.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import structlog
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from mend.clinic import Clinic, load_clinic
from mend.settings import load_settings

log = structlog.get_logger(__name__)

# What our graph components add to a parsed message, and the desk wants to see.
_FROM_COMPONENTS = ("understanding", "heard", "screening")


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

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **kwargs: Any,
    ) -> dict[str, Any] | None:
        """Word `utter_action`; see Rasa's NaturalLanguageGenerator.

        Returns:
            The response with its placeholders filled, or None if there is none.
        """
        variables = {**self._clinic.facts(dt.datetime.now(dt.timezone.utc)), **kwargs}
        response: dict[str, Any] | None = await super().generate(
            utter_action, tracker, output_channel, **variables
        )
        if response is None:
            log.error("wording.no_response", event_info=utter_action)
            return None
        if isinstance(response.get("custom"), dict):
            response["custom"]["understanding"] = understood(
                tracker.latest_message.parse_data if tracker.latest_message else {}
            )
        return response


def understood(parse_data: Mapping[str, Any]) -> dict[str, Any]:
    """Collect what our components found in a parsed message (JSON-able)."""
    block = dict(parse_data.get("understanding") or {})
    for part in _FROM_COMPONENTS[1:]:
        if parse_data.get(part):
            block[part] = parse_data[part]
    return block
