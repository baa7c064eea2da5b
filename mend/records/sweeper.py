"""No message stays without an answer: what was forgotten becomes a case."""

from datetime import datetime, timedelta

from mend.records.database import Database
from mend.records.journal import (
    EscalationCause,
    Reply,
    TurnResult,
    complete,
    stored_turn,
    unanswered,
)


def sweep(db: Database, now: datetime, older_than_s: float, apology: Reply) -> int:
    """Hand messages that were received but never answered to the staff.

    Args:
        db: The clinic's database. Each message gets a transaction of its own, so that
            one that fails does not hold up the others.
        now: The present moment.
        older_than_s: How many seconds an answer may take.
        apology: What the visitor is told.

    Returns:
        How many messages were handed over.
    """
    with db.reading() as s:
        forgotten = unanswered(s, now - timedelta(seconds=older_than_s))
    handed_over = 0
    for message in forgotten:
        with db.transaction() as s:
            if stored_turn(s, message) is not None:
                continue  # answered a moment ago
            complete(
                s,
                message,
                TurnResult(
                    outcome="unavailable",
                    urgency=None,
                    replies=(apology,),
                    escalations=(
                        EscalationCause(
                            "unavailable",
                            "soon",
                            {"why": "The assistant did not answer this message."},
                        ),
                    ),
                    understanding={},
                ),
                now,
            )
            handed_over += stored_turn(s, message) is not None
    return handed_over
