"""How the desk puts times, urgencies and facts into words."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from mend.understanding.pain import DAYS_WITHOUT_GAIN, SCORE_THAT_MATTERS

URGENCY_WORDS = {
    "emergency": "Emergency",
    "same_day": "Today",
    "soon": "Within days",
    "routine": "Routine",
}
SENDER_WORDS = {"visitor": "Visitor", "assistant": "Assistant", "staff": "Staff"}
# Actions of the audit list that their names do not say well.
DID = {
    "staff.sign_in_refused": "Sign-in refused",
    "staff.code_refused": "Second factor refused",
    "staff.signed_in": "Signed in",
    "staff.signed_out": "Signed out",
    "staff.signed_out_everywhere": "Signed out elsewhere",
    "staff.invited": "Invited",
    "staff.joined": "Joined",
    "staff.disabled": "Disabled",
    "staff.enabled": "Enabled",
    "staff.password_changed": "Changed the password",
    "staff.second_factor_set_up": "Set up a second factor",
    "staff.second_factor_removed": "Turned the second factor off",
    "staff.second_factor_reset": "Reset the second factor",
    "staff.recovery_codes_made": "Made recovery codes",
    "staff.recovery_code_used": "Used a recovery code",
    "case.contact_shown": "Contact details shown",
    "conversation.erased": "Visitor erased",
    "records.retained": "Old records deleted",
    "records.erasures_replayed": "Erased again after a restore",
    "audit.cut": "Old entries cut off",
    "notice.given_up": "Notice given up",
    "notice.tried_again": "Notices sent again",
}
# Facts of `mend.understanding.pain.Heard`, in the order in which staff read them.
HEARD_WORDS = {
    "limits": "Cannot do, or only with pain",
    "body_part": "Where",
    "side": "Side",
    "sensation": "Feels",
    "score": "How bad, 0 to 10",
    "duration": "For how long",
    "better": "Getting better",
    "who": "Who",
    "bad_reaction": "Bad reaction to treatment",
}
# Shown beside facts that the rule uses (evidence N6).
OUR_RULE = (
    "The chat suggests a consultation when something is limited, the score is "
    f"{SCORE_THAT_MATTERS} or more, or it has lasted over {DAYS_WITHOUT_GAIN} days "
    "without getting better. This is our rule, not a validated score."
)
_RULED = ("limits", "score", "duration")
# Said by the other facts, or by the heading itself.
_UNSAID = [("who", "self")]

_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{2,30}")
_EMAIL = re.compile(r"[^\s@<>\"',;:?&]+@[^\s@<>\"',;:?&]+")


def did(action: str) -> str:
    """Return an action of the audit list in words: `case.viewed`, "Case viewed"."""
    return DID.get(action, action.replace(".", " ").replace("_", " ").capitalize())


def waiting(since: datetime, now: datetime) -> str:
    """Return how long something waits, in at most two units."""
    minutes = int(max(timedelta(0), now - since).total_seconds() // 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 60:
        return _count(minutes, "minute")
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return _pair(_count(hours, "hour"), minutes, "minute")
    days, hours = divmod(hours, 24)
    return _pair(_count(days, "day"), hours, "hour")


def due_words(due: datetime, now: datetime) -> str:
    """Say how long until something is due: "due in 2 h", "2 h late"."""
    if due >= now:
        left = _short(due - now)
        return f"due in {left}" if left else "due now"
    late = _short(now - due)
    return f"{late} late" if late else "due now"


def clinic_time(moment: datetime, zone: ZoneInfo) -> Markup:
    """Return a moment as the clinic's clock shows it, with UTC as its title."""
    local = moment.astimezone(zone)
    utc = moment.astimezone(timezone.utc)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        utc.isoformat(timespec="seconds"),
        f"{utc:%Y-%m-%d %H:%M:%S} UTC",
        f"{local:%a} {local.day} {local:%b %Y, %H:%M}",
    )


def highlight(text: str, words: Iterable[Any]) -> Markup:
    """Return `text`, escaped, with each of `words` in a <mark>.

    Words are looked for as they are, whatever their case; longer ones win.
    """
    wanted = sorted(
        {word for word in words if isinstance(word, str) and word.strip()},
        key=len,
        reverse=True,
    )
    if not wanted:
        return escape(text)
    pieces = re.split(f"({'|'.join(map(re.escape, wanted))})", text, flags=re.I)
    return Markup("").join(
        Markup("<mark>{}</mark>").format(piece) if place % 2 else escape(piece)
        for place, piece in enumerate(pieces)
    )


def facts_heard(heard: Any) -> list[tuple[str, str]]:
    """Return what was heard about the pain as (label, words), in reading order."""
    if not isinstance(heard, dict):
        return []
    said = {**heard, "better": "no"} if heard.get("better") is False else heard
    return [
        (label, words)
        for key, label in HEARD_WORDS.items()
        if (key, said.get(key)) not in _UNSAID
        if (words := _in_words(said.get(key)))
    ]


def our_rule(heard: Any) -> str:
    """Return what to know of our rule, "" where no fact is one that it uses."""
    used = isinstance(heard, dict) and any(_in_words(heard.get(k)) for k in _RULED)
    return OUR_RULE if used else ""


def phone_link(phone: str) -> str | None:
    """Return a tel: address, None when what was typed is not a plain number."""
    if not _PHONE.fullmatch(phone.strip()):
        return None
    return "tel:" + re.sub(r"[^0-9+]", "", phone)


def email_link(email: str) -> str | None:
    """Return a mailto: address, None when what was typed is not a plain address."""
    if not _EMAIL.fullmatch(email.strip()):
        return None
    return "mailto:" + quote(email.strip(), safe="@+.-_")


def _in_words(value: Any) -> str:
    if value is None or value is False or value == "":
        return ""
    if value is True:
        return "yes"
    if isinstance(value, str | int | float):
        return str(value).replace("_", " ")
    if isinstance(value, dict):
        pairs = ((key, _in_words(item)) for key, item in value.items())
        return ", ".join(f"{key} {words}" for key, words in pairs if words)
    if isinstance(value, Sequence):
        return ", ".join(words for words in map(_in_words, value) if words)
    return ""


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _pair(first: str, number: int, unit: str) -> str:
    return f"{first} {_count(number, unit)}" if number else first


def _short(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} min" if minutes else ""
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes and hours < 3 else f"{hours} h"
    return _count(hours // 24, "day")
