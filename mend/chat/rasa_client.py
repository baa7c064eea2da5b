"""Ask Rasa.

Stock Rasa answers HTTP 200 with `[]` for almost every failure, so the only answer that
counts here is a non-empty list of objects that came in time. Everything else is
`NotAnswered` with a reason for the log.
"""

from __future__ import annotations

import json
import time
import unicodedata
from dataclasses import dataclass
from typing import Any

import requests

MAX_ANSWER_BYTES = 256 * 1024
CONNECT_TIMEOUT_S = 2.0
SLASHES = "/\uff0f\u2044\u2215\u29f8"


@dataclass(frozen=True)
class Replies:
    """Rasa answered with these entries, not yet checked."""

    entries: list[dict[str, Any]]


@dataclass(frozen=True)
class NotAnswered:
    """Rasa did not answer; `reason` is one of a few fixed words."""

    reason: str


def without_command(text: str) -> str:
    """Return the text as plain words for Rasa.

    Rasa takes text that begins with "/" (after stripping) for a command, which would
    let a visitor set intents and slots past the understanding (A7). Leading slashes go,
    also behind blanks and characters that cannot be seen. Text that is nothing else
    becomes "?", because Rasa answers an empty message with silence.
    """
    start = 0
    while start < len(text) and _skipped(text[start]):
        start += 1
    return text[start:].rstrip() or "?"


def _skipped(character: str) -> bool:
    return (
        character in SLASHES
        or character.isspace()
        or unicodedata.category(character) in ("Cc", "Cf", "Zs", "Zl", "Zp")
    )


class RasaClient:
    """Client of Rasa's REST channel on the loopback address.

    Args:
        url: Base URL, such as "http://127.0.0.1:5005".
        timeout_s: Seconds after which a turn counts as not answered.
    """

    def __init__(self, url: str, timeout_s: float) -> None:
        self._url = f"{url.rstrip('/')}/webhooks/rest/webhook"
        self._timeout_s = timeout_s

    def ask(
        self, sender: str, text: str, msg_id: str, choice: str | None = None
    ) -> Replies | NotAnswered:
        """Send one message and return the entries of the answer.

        Args:
            sender: The conversation's random id; never the visitor's token.
            text: What the visitor wrote; commands are neutralised here.
            msg_id: The visitor's message id, for actions that must act once.
            choice: Full intent name of a signed button.
        """
        metadata = {"msg_id": msg_id}
        if choice is not None:
            metadata["choice"] = choice
        body = {
            "sender": sender,
            "message": without_command(text),
            "metadata": metadata,
        }
        deadline = time.monotonic() + self._timeout_s
        try:
            with requests.Session() as http:
                # No proxy from the environment: this never leaves the machine.
                http.trust_env = False
                with http.post(
                    self._url,
                    json=body,
                    timeout=(min(CONNECT_TIMEOUT_S, self._timeout_s), self._timeout_s),
                    stream=True,
                    allow_redirects=False,
                ) as answer:
                    if answer.status_code != 200:
                        return NotAnswered(f"status_{answer.status_code}")
                    content = self._content(answer, deadline)
        except requests.Timeout:
            return NotAnswered("timeout")
        except requests.RequestException as error:
            # A time-out while reading the body arrives as a ConnectionError.
            late = time.monotonic() >= deadline or "timed out" in str(error).lower()
            return NotAnswered("timeout" if late else "no_connection")
        if content is None:
            return NotAnswered(
                "timeout" if time.monotonic() >= deadline else "too_large"
            )
        return _entries(content)

    @staticmethod
    def _content(answer: requests.Response, deadline: float) -> bytes | None:
        """Read the body, but neither for ever nor without end."""
        content = b""
        for chunk in answer.iter_content(8192):
            content += chunk
            if len(content) > MAX_ANSWER_BYTES or time.monotonic() >= deadline:
                return None
        return content


def _entries(content: bytes) -> Replies | NotAnswered:
    try:
        entries = json.loads(content)
    except (ValueError, RecursionError):
        return NotAnswered("not_json")
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        return NotAnswered("malformed")
    return Replies(entries) if entries else NotAnswered("empty")
