"""A database as big as a large clinic's after some years, made up at once.

The rows are written past the chat (which would take days), in the same form. Words
are drawn as in language: a few are in nearly every message, most are rare.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from mend.records import search
from mend.records.database import Database
from mend.records.misses import WHY, same_as
from mend.records.tables import (
    URGENCIES,
    URGENCY_RANK,
    CaseTag,
    Contact,
    Conversation,
    Escalation,
    Feedback,
    Message,
    Miss,
    SearchWord,
    StaffUser,
)

Row = dict[str, Any]
AT_ONCE = 5000
PEOPLE = 12
PAIRS = 4  # a visitor's message and the reply
_VOCABULARY = [f"w{number:04d}x" for number in range(5000)]
_WEIGHTS = [1 / (number + 1) for number in range(5000)]
_COMMON = ["pain", "knee", "my", "the", "hurts", "since", "back", "i", "can", "not"]
_KINDS = ("handoff", "red_flag", "consultation", "complaint", "two_misses")
_OPEN = ("new", "in_review", "contacted", "waiting")
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_REPLY = "An answer that is about as long as ours are. " * 8
_OUTCOMES = ("answered", "answered", "answered", "clarify", "out_of_scope")


def fill(database: Database, count: int, now: datetime, days: int) -> None:
    """Write made-up conversations and all that hangs on them.

    Three in ten became a case, six in a hundred of those are open, one in three left
    contact details. The same is made up each time.

    Args:
        database: An empty one.
        count: How many conversations.
        now: When the last one was.
        days: How far back they go.
    """
    draw = random.Random(7)  # noqa: S311 - nothing secret
    people = [
        {
            "id": number,
            "email": f"p{number}@clinic.example",
            "name": f"Person {number}",
            "role": "manager",
            "password_hash": "x",
            "active": True,
            "created_at": now,
        }
        for number in range(1, PEOPLE + 1)
    ]
    with database.transaction() as s:
        s.execute(insert(StaffUser.__table__), people)
    for start in range(1, count + 1, AT_ONCE):
        rows: dict[Any, list[Row]] = {}
        for number in range(start, min(start + AT_ONCE, count + 1)):
            made = now - timedelta(minutes=draw.randint(5, days * 24 * 60))
            for table, row in _conversation(number, made, now, draw):
                rows.setdefault(table, []).append(row)
        with database.transaction() as s:
            for table in _ORDER:
                if rows.get(table):
                    s.execute(insert(table.__table__), rows[table])


_ORDER = (
    Conversation,
    Message,
    Escalation,
    Contact,
    SearchWord,
    CaseTag,
    Feedback,
    Miss,
)


def _conversation(
    number: int, made: datetime, now: datetime, draw: random.Random
) -> Iterator[tuple[Any, Row]]:
    yield (
        Conversation,
        {
            "id": number,
            "token_sha256": hashlib.sha256(str(number).encode()).hexdigest(),
            "sender_id": f"s{number}",
            "created_at": made,
            "last_seen_at": made,
        },
    )
    texts = []
    for pair in range(PAIRS):
        asked = (number - 1) * 2 * PAIRS + 2 * pair + 1
        words = draw.choices(_VOCABULARY, _WEIGHTS, k=12) + draw.sample(_COMMON, 3)
        texts.append(" ".join(words))
        outcome = draw.choice(_OUTCOMES)
        yield from _turn(number, asked, 2 * pair + 1, texts[-1], outcome, made)
        if outcome != "answered":
            yield (
                Miss,
                {
                    "message_id": asked,
                    "why": draw.choice(list(WHY)),
                    "same_as": same_as(texts[-1]),
                    "at": made,
                },
            )
        elif draw.random() < 0.1:
            yield (
                Feedback,
                {
                    "conversation_id": number,
                    "message_id": asked + 1,
                    "helpful": draw.random() < 0.8,
                    "created_at": made,
                },
            )
    if draw.random() < 0.3:
        yield from _case(number, made, now, texts, draw)


def _turn(
    conversation: int, asked: int, seq: int, text: str, outcome: str, made: datetime
) -> Iterator[tuple[Any, Row]]:
    both = {
        "conversation_id": conversation,
        "state": "answered",
        "outcome": outcome,
        "created_at": made,
    }
    understood = {
        "intent": "faq/scar.looks",
        "confidence": 0.9,
        "by": "score",
        "ranking": [{"name": "faq/scar.looks", "confidence": 0.9}],
        "heard": {"said": "b" * 100},
    }
    payload = {
        "answer": "scar.looks",
        "sources": [{"title": "t" * 60, "url": "u" * 60}] * 3,
        "choices": [],
        "form": None,
    }
    question = {
        "id": asked,
        "seq": seq,
        "client_message_id": f"c{asked}",
        "sender": "visitor",
        "text": text,
        "understanding": understood,
        "payload": None,
        "in_reply_to": None,
    }
    reply = {
        "id": asked + 1,
        "seq": seq + 1,
        "client_message_id": None,
        "sender": "assistant",
        "text": _REPLY,
        "understanding": None,
        "payload": payload,
        "in_reply_to": asked,
    }
    yield Message, both | question
    yield Message, both | reply


def _case(
    number: int, made: datetime, now: datetime, texts: list[str], draw: random.Random
) -> Iterator[tuple[Any, Row]]:
    is_open = draw.random() < 0.06
    urgency = draw.choices(URGENCIES, (1, 3, 10, 30))[0]
    done = None if is_open else made + timedelta(hours=3)
    snoozed = is_open and draw.random() < 0.05
    yield (
        Escalation,
        {
            "id": number,
            "reference": reference(number),
            "conversation_id": number,
            "kind": draw.choice(_KINDS),
            "urgency": urgency,
            "urgency_rank": URGENCY_RANK[urgency],
            "reason": {
                "why": "Because of this.",
                "words": ["pain"],
                "heard": {"score": 5, "limits": ["cannot run"]},
                "last_message": texts[0],
            },
            "source_message_id": (number - 1) * 2 * PAIRS + 1,
            "status": draw.choice(_OPEN) if is_open else "closed",
            "assignee_id": draw.choice([None, *range(1, PEOPLE + 1)]),
            "outcome": None if is_open else "advised",
            "created_at": made,
            "changed_at": made,
            "closed_at": done,
            "reviewed_at": done,
            "contacted_at": done,
            "waits_since": made,
            "snoozed_until": now + timedelta(days=1) if snoozed else None,
            "version": 3,
        },
    )
    for word in {word for text in texts for word in search.words_of(text)}:
        yield SearchWord, {"conversation_id": number, "word": word}
    if draw.random() < 0.35:
        name, phone, email = contact_of(number)
        yield (
            Contact,
            {
                "escalation_id": number,
                "name": name,
                "phone": phone,
                "email": email,
                "consent_version": "1",
                "consent_at": made,
                **search.contact_keys(name, phone, email),
            },
        )
    if draw.random() < 0.2:
        tag = draw.choice(["insurance", "call back", "own tag"])
        yield CaseTag, {"escalation_id": number, "tag": tag}


def reference(number: int) -> str:
    """Return the reference of a case, as ours look, from its number."""
    letters = ""
    for _ in range(6):
        number, at = divmod(number, len(_LETTERS))
        letters += _LETTERS[at]
    return letters


def contact_of(number: int) -> tuple[str, str, str]:
    """Return the made-up name, phone and e-mail address of a case's visitor."""
    name = f"Name{number % 9973} Sur{number}"
    return name, f"+4420{number:08d}", f"n{number}@x.example"
