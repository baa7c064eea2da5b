"""Hear a bad reaction to treatment: something new or worse since it was had.

A sore day and a small bruise are common after hands-on treatment (evidence B1, B3) and
are no bad reaction. What grows, spreads or is new (dizzy, numb, a rash) is one: staff
should know, whatever else is answered. A question in general ("is bruising normal
after IASTM?") is none. A red flag in the same words wins elsewhere.
"""

from __future__ import annotations

from mend.understanding.context import Context
from mend.understanding.reading import Match, Reading

_SIGNS = ("reaction_new", "reaction_growing")
_WHEN = frozenset({"since", "yesterday", "today", "now", "still", "tonight"})


def bad_reaction(reading: Reading, context: Context) -> bool:
    """Tell whether a message reports a bad reaction to treatment, of now."""
    signs = _SIGNS if _is_of_somebody(reading) else _SIGNS[1:]
    unlike = reading.find("care_not")
    had = [
        care
        for care in reading.find("after_care")
        if not any(other.touches(care) for other in unlike)
    ]
    return bool(had) and any(
        _is_told(reading, context, sign)
        for label in signs
        for sign in reading.find(label)
    )


def _is_of_somebody(reading: Reading) -> bool:
    """Tell "dizzy since the massage" from "dizziness after massage"."""
    labels = ("person", "somebody_else", "other_person", "they_are")
    return any(reading.find(label) for label in labels) or any(
        token.word in _WHEN for token in reading.tokens
    )


def _is_told(reading: Reading, context: Context, sign: Match) -> bool:
    asked = any(
        ask.first <= sign.first
        and context.sentence(ask.first) == context.sentence(sign.first)
        and not _is_of_me(reading, context, ask, sign)
        for ask in reading.find("reaction_asked")
    )
    return not (asked or context.is_denied(sign) or context.is_past(sign))


def _is_of_me(reading: Reading, context: Context, ask: Match, sign: Match) -> bool:
    """Tell "could it be the massage, my calf is swollen" from "could I get worse"."""
    return any(
        ask.last <= me.first <= sign.first
        and context.clause(ask.first) != context.clause(sign.first)
        for me in reading.find("person")
    )
