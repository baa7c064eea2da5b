"""What the front door itself says, filled with the clinic's facts.

Answers come from the catalogue through Rasa. These few sentences must work without
Rasa: the greeting, the apology, and what happens after the contact form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timezone

from mend.clinic import Clinic

_PLACEHOLDER = re.compile(r"\{([a-z_.]+)\}")

GREETING = (
    "Hello. I am a computer program, not a person. I can explain how injuries and "
    "scars heal, and what treatments such as massage or metal tools can and cannot "
    "do. If pain gets in your way, I can help you ask {clinic.name} for a visit. I "
    "cannot examine you or tell you what is wrong.",
    "In an emergency, call {emergency}. I cannot call for help.\n\n"
    "To reach a person, use “Talk to a person” or call {clinic.phone}. Clinic staff "
    "can read this chat, so please leave out your name, number and address. You can "
    "delete it under “Privacy”.",
)

# Offered under the greeting; left out when the catalogue does not know them.
GREETING_TOPICS = ("injury.first_days", "healing.time", "scar.what_is")

APOLOGY = (
    "Sorry, I could not answer that just now. We have kept your message, and our staff "
    "will see it. You can call us on {clinic.phone}: {clinic.hours_today}. Or leave "
    "your details, and we will contact you.\n\nIn an emergency, call {emergency}."
)

# Said once when somebody goes on after a long silence (see `session`).
STARTED_AFRESH = (
    "It has been a while, so I have started afresh. What you told me before is still "
    "shown above, but I do not use it any more."
)

# Used when the matcher saw a warning sign but the catalogue has no words for it.
ADVICE_WITHOUT_CATALOGUE = {
    "emergency": (
        "Call {emergency} now, or go to an emergency department. What you wrote can be "
        "a sign of something that cannot wait. I am a computer program: I cannot "
        "examine you or call for help."
    ),
    "same_day": (
        "Please have this checked today. Contact {urgent_line} or a doctor. What you "
        "wrote can be a sign of something that should not wait. If it gets worse, call "
        "{emergency}."
    ),
    "soon": (
        "Please see a doctor about this in the next few days. What you wrote should be "
        "looked at by a doctor first. If it gets worse, contact {urgent_line}."
    ),
}

REQUESTED = (
    "We have received your request. Your reference is {reference}. Our staff will "
    "contact you in opening hours: {clinic.hours_today}. If you need us sooner, call "
    "{clinic.phone}.\n\nIn an emergency, call {emergency}."
)

REQUEST_LINE = "I asked the clinic to contact me. (Sent with the form.)"

CANCELLED = (
    "Your request {reference} is cancelled. We have deleted the contact details that "
    "you gave us with it, and our staff will not contact you about it. You can ask "
    "again at any time."
)

CANCEL_LINE = "I cancelled my request {reference}."

ALREADY_HANDLED = (
    "Our staff have already dealt with this request. To change or cancel a visit, "
    "call us on {clinic.phone}."
)


def fill(text: str, facts: Mapping[str, str]) -> str:
    """Put facts in the place of their names; unknown names stay visible to tests."""
    return _PLACEHOLDER.sub(lambda m: facts.get(m[1], m[0]), text)


class Words:
    """The front door's sentences for one clinic.

    Args:
        clinic: Whose facts to fill in.
        now: Gives the present moment, for "open until".
    """

    def __init__(
        self,
        clinic: Clinic,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self._clinic = clinic
        self._now = now

    def say(self, text: str, **more: str) -> str:
        """Fill placeholders with the clinic's facts and `more`."""
        return fill(text, {**self.facts(), **more})

    def facts(self) -> dict[str, str]:
        """Return the clinic's facts at this moment, by placeholder."""
        return self._clinic.facts(self._now())

    def greeting(self) -> list[str]:
        """Return the paragraphs that open every chat."""
        return [self.say(text) for text in GREETING]

    def apology(self) -> str:
        """Return what is said when there is no answer."""
        return self.say(APOLOGY)

    def requested(self, reference: str) -> str:
        """Return what is said after the contact form."""
        return self.say(REQUESTED, reference=reference)
