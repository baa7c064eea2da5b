"""What a soak checks afterwards: was every promise that a visitor was given kept?

After Jepsen: visitors write down what they were told while parts fail, and then it is
held against what is on disk.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import create_engine, select, text

from mend.records import audit
from mend.records.database import Database
from mend.records.tables import Conversation, Escalation, Message, Outbox

ENDS = ("answered", "escalated", "failed")


@dataclass
class Told:
    """What visitors were told.

    Attributes:
        turns: Client message id of each answered message, with the numbers (`seq`) of
            what was said to it.
        references: References of requests that were confirmed, and whether the visitor
            was told that they are cancelled.
        contradictions: Repeats that got another answer than the first time.
    """

    turns: dict[str, tuple[int, ...]] = field(default_factory=dict)
    references: dict[str, bool] = field(default_factory=dict)
    contradictions: list[str] = field(default_factory=list)


def broken(told: Told, database: Database, tracker_url: str) -> list[str]:
    """Return each promise that was not kept, in words; ids only."""
    with database.reading() as s:
        messages = list(s.execute(select(Message)).scalars())
        cases = list(s.execute(select(Escalation)).scalars())
        notices = list(s.execute(select(Outbox)).scalars())
        senders = set(s.execute(select(Conversation.sender_id)).scalars())
        chain = audit.verify(s)
    problems = [f"contradicted: {found}" for found in told.contradictions]
    problems += _messages(told, messages)
    problems += _cases(told, cases, {message.id for message in messages})
    problems += [
        f"notice {notice.dedupe_key}: neither sent nor to be tried again"
        for notice in notices
        if notice.sent_at is None and notice.next_try_at is None
    ]
    if not chain.intact:
        problems.append(f"audit: broken at row {chain.broken_at}")
    known = tuple(senders)
    problems += [
        f"Rasa: knows the sender {sender!r}, whom we do not"
        for sender in rasas_senders(tracker_url)
        if sender not in known and not sender.startswith("probe-")
    ]
    return problems


def _messages(told: Told, messages: Iterable[Any]) -> Iterable[str]:
    by_id = {m.client_message_id: m for m in messages if m.sender == "visitor"}
    counted = Counter(m.client_message_id for m in messages if m.client_message_id)
    said: dict[int, list[int]] = {}
    for message in messages:
        if message.in_reply_to is not None:
            said.setdefault(message.in_reply_to, []).append(message.seq)
    for client_id, seqs in told.turns.items():
        if counted[client_id] != 1:
            yield f"message {client_id}: {counted[client_id]} rows instead of one"
        elif tuple(sorted(said.get(by_id[client_id].id, ()))) != tuple(sorted(seqs)):
            yield f"message {client_id}: was told something else than is stored"
    for message in messages:
        if message.state not in ENDS:
            yield f"message {message.id}: still {message.state}"


def _cases(told: Told, cases: Iterable[Any], messages: set[int]) -> Iterable[str]:
    counted = Counter(case.reference for case in cases)
    outcomes = {case.reference: case.outcome for case in cases}
    for reference, cancelled in told.references.items():
        if counted[reference] != 1:
            yield f"reference {reference}: {counted[reference]} cases instead of one"
        elif cancelled != (outcomes[reference] == "cancelled"):
            yield f"reference {reference}: cancelled is {cancelled} to the visitor only"
    causes = Counter(
        (case.kind, case.source_message_id, case.client_id) for case in cases
    )
    for case in cases:
        if case.source_message_id is None and case.client_id is None:
            yield f"case {case.reference}: without a cause"
        if case.source_message_id not in messages | {None}:
            yield f"case {case.reference}: its message is not there"
        if causes[case.kind, case.source_message_id, case.client_id] > 1:
            yield f"case {case.reference}: doubled"


def rasas_senders(tracker_url: str) -> list[str]:
    """Return the names under which Rasa knows visitors."""
    engine = create_engine(tracker_url, future=True)
    try:
        with engine.connect() as connection:
            found = connection.execute(text("SELECT DISTINCT sender_id FROM events"))
            return [sender for (sender,) in found]
    finally:
        engine.dispose()
