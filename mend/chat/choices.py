"""Signed quick replies.

A button carries a token made here. It says what the button is called and which intent
it stands for. Nobody else can make one, change one, or use one in another conversation
than the one it was made for (abuse cases A7, A8).
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

    A token can be read by anybody who has it, but it holds no secret: the title on the
    button and the name of an answer. The conversation is part of the signature.

    Args:
        secret_key: The installation's secret.
    """

    def __init__(self, secret_key: str) -> None:
        self._secret_key = secret_key

    def sign(self, conversation: str, choice: Choice) -> str:
        """Return the token of a choice in one conversation."""
        return str(self._signer(conversation).dumps([choice.title, choice.intent]))

    def read(self, conversation: str, token: str) -> Choice:
        """Return what the token stands for.

        Raises:
            BadChoice: The token is forged, damaged or from another conversation.
        """
        try:
            title, intent = self._signer(conversation).loads(token)
        except (BadData, UnicodeError, TypeError, ValueError) as error:
            raise BadChoice from error
        return Choice(title, intent)

    def _signer(self, conversation: str) -> URLSafeSerializer:
        salt = f"mend.chat.choice {conversation}"
        return URLSafeSerializer(self._secret_key, salt=salt)
