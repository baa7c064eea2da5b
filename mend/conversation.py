"""A visitor's side of the chat API: used by `mend chat`, `mend ask` and the tests."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click
import requests

from mend.errors import OperatorError

Turn = dict[str, Any]
"""What a message comes back as (design of the chat API): outcome, messages ..."""


class ConversationError(OperatorError):
    """The chat could not be reached or refused a request."""


@dataclass
class Conversation:
    """One conversation with a running Mend."""

    url: str
    token: str
    greeting: list[dict[str, Any]]

    @classmethod
    def open(cls, url: str) -> Conversation:
        """Open a conversation at `url`, the address of the chat.

        Raises:
            ConversationError: nothing answers there, or it refuses.
        """
        body = _call("POST", f"{url}/api/chat/conversations", {}, None)
        return cls(url, body["token"], body["messages"])

    def say(self, text: str, message_id: str | None = None) -> Turn:
        """Send `text` and return the turn.

        Raises:
            ConversationError: the chat cannot be reached or refuses the message.
        """
        return self._send({"id": message_id or str(uuid.uuid4()), "text": text})

    def choose(self, choice: str, message_id: str | None = None) -> Turn:
        """Send a choice, the token of a button, and return the turn.

        Raises:
            ConversationError: the chat cannot be reached or refuses the choice.
        """
        return self._send({"id": message_id or str(uuid.uuid4()), "choice": choice})

    def history(self, after: int = 0) -> list[dict[str, Any]]:
        """Return the messages after sequence number `after`, oldest first."""
        url = f"{self.url}/api/chat/messages?after={after}"
        messages: list[dict[str, Any]] = _call("GET", url, None, self.token)["messages"]
        return messages

    def request_consultation(self, **contact: str) -> str:
        """Ask for a consultation with consent; return the reference.

        Args:
            contact: ``name``, ``phone`` or ``email``, and optional fields of the form.
        """
        body = {"id": str(uuid.uuid4()), "consent": True, **contact}
        answer = _call("POST", f"{self.url}/api/chat/consultations", body, self.token)
        return str(answer["reference"])

    def rate(self, seq: int, helpful: bool, comment: str | None = None) -> None:
        """Give the answer with this sequence number a thumb up or down."""
        body = {"message": seq, "helpful": helpful, "comment": comment}
        _call("POST", f"{self.url}/api/chat/feedback", body, self.token)

    def delete(self) -> None:
        """Erase everything that is stored about this chat."""
        _call("DELETE", f"{self.url}/api/chat/conversation", None, self.token)

    def _send(self, body: Mapping[str, str]) -> Turn:
        return _call("POST", f"{self.url}/api/chat/messages", body, self.token)


def _call(
    method: str, url: str, body: Mapping[str, Any] | None, token: str | None
) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = requests.request(method, url, json=body, headers=headers, timeout=60)
    except requests.RequestException as error:
        raise ConversationError(
            f"{url} cannot be reached ({type(error).__name__}); is `mend run` running?"
        ) from None
    if answer.status_code == 429:
        raise ConversationError(
            "The chat says that this is too fast. Start Mend with MEND_LIMITS=none "
            "to send many messages from this machine."
        )
    if not answer.ok:
        raise ConversationError(f"{url} answered {answer.status_code}: {answer.text}")
    content: dict[str, Any] = answer.json() if answer.content else {}
    return content


def talk(url: str) -> None:
    """Talk to the assistant in the terminal until an empty line or Ctrl-D.

    Buttons are shown with numbers; a number chooses one.
    """
    conversation = Conversation.open(url)
    choices = _show({"messages": conversation.greeting})
    while True:
        try:
            line = click.prompt(
                click.style("you", bold=True), default="", show_default=False
            ).strip()
        except click.Abort:
            click.echo()
            return
        if not line:
            return
        if line.isdigit() and 1 <= int(line) <= len(choices):
            turn = conversation.choose(choices[int(line) - 1]["choice"])
        else:
            turn = conversation.say(line)
        choices = _show(turn)


def _show(turn: Mapping[str, Any]) -> list[dict[str, str]]:
    head = " · ".join(str(turn[key]) for key in ("outcome", "urgency") if turn.get(key))
    if head:
        click.echo(click.style(f"[{head}]", "cyan"))
    choices: list[dict[str, str]] = []
    for message in turn["messages"]:
        click.echo(message["text"])
        if message.get("answer"):
            click.echo(click.style(f"  answer: {message['answer']}", dim=True))
        for source in message.get("sources") or []:
            click.echo(click.style(f"  source: {source['title']}", dim=True))
        if message.get("form"):
            click.echo(click.style(f"  form: {message['form']}", dim=True))
        for choice in message.get("choices") or []:
            choices.append(choice)
            click.echo(f"  {len(choices)}) {choice['title']}")
    click.echo()
    return choices
