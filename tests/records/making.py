"""Conversations, messages and people to test with."""

import secrets
from datetime import datetime, timezone

from mend.records import journal, staff
from mend.records.database import Database
from mend.records.journal import EscalationCause, Reply, TurnResult
from mend.records.tables import Conversation, Message

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=timezone.utc)


def new_staff(db: Database, email: str, name: str, role: str) -> int:
    with db.transaction() as s:
        token = staff.invite(s, email, name, role, NOW)
        return staff.accept_invitation(s, token, "hop skip and jump 42", NOW)


def new_conversation(db: Database) -> Conversation:
    with db.transaction() as s:
        return journal.open_conversation(
            s,
            token_sha256=secrets.token_hex(32),
            sender_id=secrets.token_urlsafe(24),
            greeting=[Reply("Hello, I am a computer program.")],
            now=NOW,
        )


def receive(
    db: Database, conversation: Conversation, text: str, client_id: str | None = None
) -> Message:
    with db.transaction() as s:
        client_id = client_id or secrets.token_hex(16)
        return journal.receive(s, conversation, client_id, text, None, NOW).message


def red_flag(why: str = "Chest pain with breathlessness") -> TurnResult:
    return TurnResult(
        outcome="red_flag",
        urgency="emergency",
        replies=(Reply("Call 999 now.", answer="RF01.emergency"),),
        escalations=(
            EscalationCause(
                "red_flag",
                "emergency",
                {"why": why, "words": ["chest pain"], "flag": "RF01"},
            ),
        ),
        understanding={"heard": {"body_part": "chest"}},
    )


def answered(text: str = "Most strains settle in weeks.") -> TurnResult:
    return TurnResult(
        outcome="answered",
        urgency=None,
        replies=(
            Reply(
                text,
                answer="healing.time",
                sources=({"title": "A leaflet", "url": "https://example.org"},),
                choices=({"title": "And scars?", "intent": "faq/scar.what"},),
            ),
        ),
    )
