"""One turn of the chat (design §2).

1. The message is journalled and committed, before anything can go wrong.
2. It is screened here for red flags, then Rasa is asked.
3. Replies, escalations, their notices and the outcome are committed together.

A repeat with the same id gets the stored answer. Only one turn runs at a time in a
conversation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Protocol

import structlog

from mend.chat import replies, session
from mend.chat.locks import TurnQueue
from mend.chat.rasa_client import RasaClient
from mend.chat.replies import CatalogueLike, ScreeningLike
from mend.chat.words import STARTED_AFRESH, Words
from mend.records import journal
from mend.records.database import Database
from mend.records.journal import StoredTurn, TurnResult
from mend.records.tables import Message

log = structlog.get_logger("mend.chat")


class ScreenerLike(Protocol):
    """The red-flag matcher, as far as we use it."""

    def screen(self, text: str, history: Sequence[str]) -> ScreeningLike:
        """Look for red flags in a text, given what the visitor wrote before."""


@dataclass(frozen=True)
class Nothing:
    """What the screening of our own words says."""

    flag: str | None = None
    tier: str | None = None
    evidence: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Incoming:
    """A visitor's message, checked.

    Attributes:
        client_id: The client's UUID of it.
        text: What was typed, or the title of the button.
        choice: Full intent name when it was a signed button with one.
    """

    client_id: str
    text: str
    choice: str | None = None


@dataclass(frozen=True)
class _Journalled:
    """A message that is on disk, with what is needed to answer it.

    Attributes:
        message: Its row.
        turn: Its answer, if it was answered before.
        sender: The conversation's name towards Rasa.
        history: What the visitor wrote before.
        after_silence: Whether Rasa will have forgotten what was said before.
    """

    message: Message
    turn: StoredTurn | None
    sender: str
    history: Sequence[str]
    after_silence: bool


class Gone(LookupError):
    """The conversation is not known, or was erased while the message came in."""


class Turns:
    """Take messages and give the turns that answer them.

    Args:
        database: Where the journal is.
        rasa: The assistant.
        screener: The red-flag matcher.
        catalogue: The written answers.
        words: The front door's own sentences.
        queue: Keeps turns of one conversation apart.
        session: The silence after which Rasa starts afresh.
        now: Gives the present moment.
    """

    def __init__(
        self,
        *,
        database: Database,
        rasa: RasaClient,
        screener: ScreenerLike,
        catalogue: CatalogueLike,
        words: Words,
        queue: TurnQueue,
        session: timedelta,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self._database = database
        self._rasa = rasa
        self._screener = screener
        self._catalogue = catalogue
        self._words = words
        self._queue = queue
        self._session = session
        self._now = now

    def answer(self, token_sha256: str, incoming: Incoming) -> StoredTurn:
        """Return the turn that answers a message.

        Args:
            token_sha256: Hash of the conversation's token.
            incoming: The message.

        Raises:
            Gone: No such conversation (any more).
            mend.records.journal.DifferentText: The id was used for another text.
            mend.chat.locks.Busy: Too many messages wait.
        """
        with self._queue.turn(token_sha256):
            known = self._receive(token_sha256, incoming)
            if known.turn is not None:
                return known.turn
            screening = self._screen(incoming, known.history)
            asked = self._rasa.ask(
                known.sender, incoming.text, incoming.client_id, incoming.choice
            )
            result = replies.decide(
                asked,
                screening,
                self._catalogue,
                apology=self._words.apology(),
                facts=self._words.facts(),
            )
            if known.after_silence:
                result = replies.after_silence(result, self._words.say(STARTED_AFRESH))
            return self._complete(known.message, result)

    def advise_only(self, token_sha256: str, incoming: Incoming) -> StoredTurn | None:
        """Store and escalate a red flag that came over the limit (A10).

        Returns:
            The turn with the advice, or None when the text holds no red flag; then
            nothing is stored.

        Raises:
            Gone, mend.records.journal.DifferentText: As in `answer`.
        """
        with self._database.reading() as s:
            conversation = journal.conversation_by_token(s, token_sha256)
            if conversation is None:
                raise Gone
            before = 2**31 - 1
            history = journal.recent_visitor_texts(s, conversation, before)
        screening = self._screen(incoming, history)
        if not screening.flag:
            return None
        known = self._receive(token_sha256, incoming)
        if known.turn is not None:
            return known.turn
        result = replies.advice(screening, self._catalogue, self._words.facts(), {})
        return self._complete(known.message, result)

    def _receive(self, token_sha256: str, incoming: Incoming) -> _Journalled:
        """Journal the message, or find it if it came before."""
        with self._database.transaction() as s:
            conversation = journal.conversation_by_token(s, token_sha256)
            if conversation is None:
                raise Gone
            try:
                received = journal.receive(
                    s,
                    conversation,
                    incoming.client_id,
                    incoming.text,
                    incoming.choice,
                    self._now(),
                )
            except journal.Erased as error:
                raise Gone from error
            message = received.message
            before = journal.last_message_at(s, conversation, message.seq)
            return _Journalled(
                message=message,
                turn=None if received.fresh else journal.stored_turn(s, message),
                sender=conversation.sender_id,
                history=journal.recent_visitor_texts(s, conversation, message.seq),
                after_silence=session.has_ended(
                    before, message.created_at, self._session
                ),
            )

    def _screen(self, incoming: Incoming, history: Sequence[str]) -> ScreeningLike:
        """Look for red flags in what the visitor typed.

        The title of a signed button was written by us. A question such as "Could it be
        a blood clot?" as a button is no report of one.
        """
        if incoming.choice is not None:
            return Nothing()
        return self._screener.screen(incoming.text, history)

    def _complete(self, message: Message, result: TurnResult) -> StoredTurn:
        with self._database.transaction() as s:
            journal.complete(s, message, result, self._now())
            turn = journal.stored_turn(s, message)
        if turn is None:
            raise Gone
        log.info(
            "turn",
            message=message.id,
            outcome=turn.outcome,
            urgency=turn.urgency,
            cases=[cause.kind for cause in result.escalations],
        )
        return turn
