"""What was perhaps misunderstood: kept beside the journal, for the staff to look at.

Each function works in the caller's session, in the transaction that stores the turn
or the thumb. Turns with a warning sign are left out: they have a case, and what they
say must never be taught as anything else.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mend.records.tables import Correction, Message, Miss

WHY = {
    "out_of_scope": "Refused as not ours",
    "clarified": "Asked back, nothing chosen",
    "thumbs_down": "Answer found not helpful",
    "narrow": "Answered, but not sure",
}
# An answer was taken although a second one was at least half as likely ...
NEARLY_AS_LIKELY = 0.5
# ... or although it was hardly likely enough (answers are taken from 0.28 on).
HARDLY_LIKELY = 0.33


def same_as(text: str) -> str:
    """Return what is equal for texts of the same words, whatever their case."""
    words = " ".join(re.findall(r"\w+", text.casefold()))
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def note_turn(s: Session, message: Message) -> None:
    """Note a finished turn if its message was perhaps misunderstood.

    A button that leads to an answer takes back that the clarification before it failed.

    Args:
        s: An open write session.
        message: The visitor's message, with its outcome.
    """
    if message.choice is not None:
        if message.choice.startswith("faq/"):
            _clarified(s, message)
        return
    why = _why(message.outcome, message.understanding or {})
    # From "5" or an emoji alone nobody learns anything.
    if why and any(letter.isalpha() for letter in message.text):
        _note(s, message, why, message.created_at)


def note_thumb(s: Session, answer: Message, helpful: bool, now: datetime) -> None:
    """Note what was asked when the answer was found not helpful, or take that back."""
    if answer.in_reply_to is None or answer.outcome == "red_flag":
        return
    asked = s.get(Message, answer.in_reply_to)
    known = s.execute(
        select(Miss).where(Miss.message_id == answer.in_reply_to)
    ).scalar_one_or_none()
    if helpful:
        if known is not None and known.why == "thumbs_down" and _is_open(known):
            s.delete(known)
    elif known is not None:
        known.why = "thumbs_down"  # says more than a guess of ours
    elif asked is not None and asked.choice is None:
        _note(s, asked, "thumbs_down", now)


def _why(outcome: str | None, understood: Mapping[str, Any]) -> str | None:
    if outcome == "out_of_scope":
        return "out_of_scope"
    if outcome == "clarify":
        return "clarified"
    if outcome == "answered" and understood.get("by") == "score":
        return "narrow" if _is_narrow(understood) else None
    return None


def _is_narrow(understood: Mapping[str, Any]) -> bool:
    ranking = understood.get("ranking")
    if not isinstance(ranking, list) or not ranking:
        return False
    best, *others = (float(ranked.get("confidence") or 0.0) for ranked in ranking)
    near = max(others, default=0.0)
    return best < HARDLY_LIKELY or near >= NEARLY_AS_LIKELY * best


def _note(s: Session, message: Message, why: str, at: datetime) -> None:
    words = same_as(message.text)
    miss = Miss(message_id=message.id, why=why, same_as=words, at=at)
    # What somebody looked at already does not come back with the next visitor; after
    # an export it does, because then it should have been understood.
    before = s.execute(
        select(Miss, Correction.exported_at)
        .outerjoin(Correction, Correction.id == Miss.correction_id)
        .where(Miss.same_as == words)
        .order_by(Miss.id.desc())
        .limit(1)
    ).first()
    if before is not None and before.exported_at is None:
        miss.correction_id = before.Miss.correction_id
        miss.skipped_at = before.Miss.skipped_at
        miss.skipped_by = before.Miss.skipped_by
    s.add(miss)
    s.flush()


def _clarified(s: Session, message: Message) -> None:
    """Forget the clarification that this button came from."""
    asked = s.execute(
        select(Message.id, Message.outcome)
        .where(
            Message.conversation_id == message.conversation_id,
            Message.sender == "visitor",
            Message.seq < message.seq,
        )
        .order_by(Message.seq.desc())
        .limit(1)
    ).first()
    if asked is None or asked.outcome != "clarify":
        return
    s.execute(
        delete(Miss)
        .where(
            Miss.message_id == asked.id,
            Miss.why == "clarified",
            Miss.correction_id.is_(None),
            Miss.skipped_at.is_(None),
        )
        .execution_options(synchronize_session=False)
    )


def _is_open(miss: Miss) -> bool:
    return miss.correction_id is None and miss.skipped_at is None
