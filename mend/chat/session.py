"""How long the assistant remembers what was said.

Rasa starts afresh when a visitor was silent for longer than `session_config` in
domain.yml says: what was told before no longer counts, and a question it had asked is
forgotten. The chat and its history stay. The page needs the moment to warn in time.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

RASA_DEFAULT = timedelta(minutes=60)


def session_length(domain_file: Path) -> timedelta:
    """Return how long a silence may be, as Rasa's domain says it in minutes."""
    domain: dict[str, Any] = yaml.safe_load(domain_file.read_text("utf-8"))
    minutes = domain.get("session_config", {}).get("session_expiration_time")
    return RASA_DEFAULT if minutes is None else timedelta(minutes=minutes)


def ends_at(last_message_at: datetime | None, length: timedelta) -> str | None:
    """Return when a session ends, as ISO 8601 in UTC; None before the first message.

    Args:
        last_message_at: When the visitor's last message to the assistant came.
        length: How long a silence may be; zero means without end.
    """
    if last_message_at is None or not length:
        return None
    return (last_message_at + length).isoformat()


def has_ended(
    last_message_at: datetime | None, now: datetime, length: timedelta
) -> bool:
    """Tell whether the silence since the message before was too long."""
    if last_message_at is None or not length:
        return False
    return now - last_message_at > length
