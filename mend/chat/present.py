"""Stored messages as the API tells them, with choices signed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mend.chat.choices import Choice, Choices
from mend.content.layout import blocks_of, marks_for
from mend.records.journal import StoredMessage, StoredTurn


def message(
    stored: StoredMessage, conversation: str, choices: Choices
) -> dict[str, Any]:
    """Return one message of a turn (design §4)."""
    return {
        "seq": stored.seq,
        "text": stored.text,
        "answer": stored.answer,
        "sources": stored.sources,
        "choices": [
            {
                "title": choice["title"],
                "choice": choices.sign(
                    conversation, Choice(choice["title"], choice.get("intent"))
                ),
            }
            for choice in stored.choices
        ],
        "form": stored.form,
        "picture": stored.picture,
        "blocks": _blocks(stored),
    }


def _blocks(stored: StoredMessage) -> list[dict[str, Any]]:
    """Return the text of our side cut up for display; what visitors write is theirs."""
    if stored.sender == "visitor":
        return []
    return [
        {"kind": block.kind, "items": list(block.items), "mark": block.mark}
        for block in blocks_of(stored.text, marks_for(stored.outcome, stored.answer))
    ]


def turn(stored: StoredTurn, conversation: str, choices: Choices) -> dict[str, Any]:
    """Return a turn (design §4)."""
    return {
        "id": stored.client_message_id,
        "outcome": stored.outcome,
        "urgency": stored.urgency,
        "messages": [message(m, conversation, choices) for m in stored.messages],
    }


def history(
    stored: Iterable[StoredMessage], conversation: str, choices: Choices
) -> list[dict[str, Any]]:
    """Return messages of both sides, each with who said it and when."""
    return [
        {
            **message(m, conversation, choices),
            "sender": m.sender,
            "outcome": m.outcome,
            "urgency": m.urgency,
            "at": m.at.isoformat(),
            "id": m.client_message_id,
        }
        for m in stored
    ]
