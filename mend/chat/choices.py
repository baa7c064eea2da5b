"""Signed quick replies.

A button carries a token made here. It says which conversation it was made for, what
it is called and, for us only, which intent it stands for. Nobody can make one, change
one or use one in another conversation (abuse cases A7, A8).
"""

from __future__ import annotations

from dataclasses import dataclass

from itsdangerous import BadData, URLSafeSerializer


class BadChoice(ValueError):
    """The token was not made by us for this conversation."""


@dataclass(frozen=True)
class Choice:
    """What a button means: `intent` None is "as if the title had been typed"."""

    title: str
    intent: str | None = None


class Choices:
    """Sign and read quick replies.

    Args:
        secret_key: The installation's secret.
    """

    def __init__(self, secret_key: str) -> None:
        self._serializer = URLSafeSerializer(secret_key, salt="mend.chat.choice")

    def sign(self, conversation: str, choice: Choice) -> str:
        """Return the token of a choice in one conversation."""
        return str(self._serializer.dumps([conversation, choice.title, choice.intent]))

    def read(self, conversation: str, token: str) -> Choice:
        """Return what the token stands for.

        Raises:
            BadChoice: The token is forged, damaged or from another conversation.
        """
        try:
            content = self._serializer.loads(token)
        except (BadData, UnicodeError) as error:
            raise BadChoice from error
        if not isinstance(content, list) or len(content) != 3:
            raise BadChoice
        of, title, intent = content
        if of != conversation or not isinstance(title, str):
            raise BadChoice
        return Choice(title, intent if isinstance(intent, str) else None)
