"""Is the whole chat able to answer?

Rasa's own pages say "fine" even without a model, so a known sentence goes all the way
through and must come back with its known answer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError

from mend.chat import replies
from mend.chat.rasa_client import RasaClient, Replies
from mend.chat.replies import CatalogueLike
from mend.chat.tokens import new_sender_id

log = structlog.get_logger("mend.chat")

KEPT_S = 1.0
"""How long a check is good for: whoever asks often makes no work (seconds)."""


@dataclass(frozen=True)
class Probe:
    """A sentence and the id of the answer that it must get."""

    sentence: str
    answer: str


@dataclass(frozen=True)
class State:
    """What works."""

    database: bool
    assistant: bool

    @property
    def ready(self) -> bool:
        """Tell whether everything works."""
        return self.database and self.assistant


class Readiness:
    """Check, at most every few seconds however often it is asked.

    Args:
        check_writable: Raises when the database cannot be written.
        rasa: Asks Rasa, with a short time-out.
        probe: What to ask.
        catalogue: To read the answer with.
        forget: Removes what Rasa remembers of a sender.
        clock: Monotonic time in seconds.
    """

    def __init__(
        self,
        *,
        check_writable: Callable[[], None],
        rasa: RasaClient,
        probe: Probe,
        catalogue: CatalogueLike,
        forget: Callable[[str], object],
        clock: Callable[[], float],
    ) -> None:
        self._check_writable = check_writable
        self._rasa = rasa
        self._probe = probe
        self._catalogue = catalogue
        self._forget = forget
        self._clock = clock
        self._lock = threading.Lock()
        self._state: State | None = None
        self._checked_at = 0.0

    def state(self) -> State:
        """Return what works now, or did a few seconds ago."""
        with self._lock:
            age = self._clock() - self._checked_at
            if self._state is None or age >= KEPT_S:
                self._state = State(self._database_works(), self._assistant_works())
                self._checked_at = self._clock()
            return self._state

    def _database_works(self) -> bool:
        try:
            self._check_writable()
        except SQLAlchemyError as error:
            log.error("not_ready.database", error=type(error).__name__)
            return False
        return True

    def _assistant_works(self) -> bool:
        # A new sender each time, so that the probe's conversation does not grow.
        sender = f"probe-{new_sender_id()}"
        asked = self._rasa.ask(sender, self._probe.sentence, sender)
        try:
            self._forget(sender)
        except SQLAlchemyError as error:
            log.warning("probe.not_forgotten", error=type(error).__name__)
        if not isinstance(asked, Replies):
            log.error("not_ready.assistant", reason=asked.reason)
            return False
        try:
            result = replies.read(asked, self._catalogue)
        except replies.Malformed as error:
            log.error("not_ready.assistant", reason=str(error))
            return False
        answered = [reply.answer for reply in result.replies]
        if self._probe.answer not in answered:
            log.error("not_ready.assistant", reason="other_answer", got=answered)
            return False
        return True
