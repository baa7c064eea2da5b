"""Whom to call in an emergency, by country."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Numbers(NamedTuple):
    """Whom to call, in words that fit after "call"."""

    emergency: str
    urgent_line: str
    crisis_line: str


NEUTRAL = Numbers(
    "your local emergency number",
    "a doctor or urgent care service",
    "a crisis line in your country, or your local emergency number",
)
_EU = Numbers("112", NEUTRAL.urgent_line, NEUTRAL.crisis_line)

_EU_COUNTRIES = (
    *("AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU"),
    *("IT", "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE"),
    "EU",
)

# Presets per country; each clinic confirms its own. A country that is not listed
# gets neutral words, because a wrong number is worse than none.
NUMBERS: Mapping[str, Numbers] = {
    "GB": Numbers("999", "NHS 111", "Samaritans on 116 123"),
    "IE": Numbers(
        "112 or 999", "your GP out-of-hours service", "Samaritans on 116 123"
    ),
    "US": Numbers("911", "your doctor or nurse line", "988"),
    "CA": Numbers("911", "811", "988"),
    "AU": Numbers("000", "healthdirect on 1800 022 222", "Lifeline on 13 11 14"),
    "SG": Numbers("995", "a doctor or clinic", "Samaritans of Singapore on 1767"),
    "IN": Numbers("112", "your doctor", "Tele-MANAS on 14416"),
    **dict.fromkeys(_EU_COUNTRIES, _EU),
}
