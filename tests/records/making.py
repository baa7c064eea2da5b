"""Conversations, messages and people to test with."""

import secrets
from datetime import datetime, timedelta, timezone

from mend.records import case_work, escalations, journal, staff
from mend.records.database import Database
from mend.records.escalations import ContactDetails
from mend.records.journal import EscalationCause, Reply, TurnResult
from mend.records.tables import Conversation, Escalation, Message

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=timezone.utc)
GOOD = "hop skip and jump 42"
CONTACT = ContactDetails(
    name="Ana Ek",
    phone="+44 20 7946 0000",
    email=None,
    preferred_time="mornings",
    note="Knee, for six weeks",
    consent_version="2026-11",
)


def new_staff(db: Database, email: str, name: str, role: str) -> int:
    with db.transaction() as s:
        token = staff.invite(s, email, name, role, NOW)
        return staff.accept_invitation(s, token, GOOD, NOW)


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


def open_case(
    db: Database, urgency: str = "soon", minutes_ago: int = 0, kind: str = "handoff"
) -> Escalation:
    conversation = new_conversation(db)
    message = receive(db, conversation, f"A {urgency} message")
    cause = EscalationCause(kind, urgency, {"why": f"Because {kind}."})
    with db.transaction() as s:
        return escalations.open_case(
            s,
            conversation,
            cause,
            source_message_id=message.id,
            actor="assistant",
            now=NOW - timedelta(minutes=minutes_ago),
        )


def ask(
    db: Database,
    conversation: Conversation,
    contact: ContactDetails = CONTACT,
    client_id: str = "form-1",
) -> Escalation:
    with db.transaction() as s:
        return escalations.request_consultation(
            s, conversation, client_id, contact, NOW
        )


def change(db: Database, case: Escalation, to: str, staff_id: int, **more: object):  # type: ignore[no-untyped-def]
    with db.transaction() as s:
        return case_work.change_status(
            s,
            case.reference,
            to=to,
            version=more.pop("version", case.version),
            staff_id=staff_id,
            now=NOW,
            **more,
        )


def invite(db: Database, email: str = "kim@clinic.example", **more: object) -> str:
    with db.transaction() as s:
        return staff.invite(s, email, "Kim", "reviewer", NOW, **more)  # type: ignore[arg-type]


def accept(db: Database, token: str, password: str = GOOD, **more: object) -> int:
    now = more.pop("now", NOW)
    with db.transaction() as s:
        return staff.accept_invitation(s, token, password, now, **more)  # type: ignore[arg-type]


def refused() -> TurnResult:
    return TurnResult(
        outcome="out_of_scope",
        urgency=None,
        replies=(Reply("I cannot answer that."),),
        understanding={
            "intent": "out_of_scope",
            "confidence": 0.2,
            "by": "score",
            "ranking": [{"name": "faq/clinic.services", "confidence": 0.15}],
        },
    )


def turn(
    db: Database,
    text: str,
    result: TurnResult,
    *,
    conversation: Conversation | None = None,
    choice: str | None = None,
    now: datetime = NOW,
) -> Message:
    """Let a visitor say something and be answered; return the visitor's message."""
    conversation = conversation or new_conversation(db)
    with db.transaction() as s:
        client_id = secrets.token_hex(8)
        received = journal.receive(s, conversation, client_id, text, choice, now)
        journal.complete(s, received.message, result, now)
        return received.message
