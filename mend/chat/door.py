"""What the front door is made of: everything its routes need, passed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from mend.chat.choices import Choices
from mend.chat.limits import AddressKeys, Limits
from mend.chat.locks import TurnQueue
from mend.chat.readiness import Readiness
from mend.chat.replies import CatalogueLike
from mend.chat.turn import ScreenerLike, Turns
from mend.chat.words import Words
from mend.clinic import Clinic
from mend.records.database import Database
from mend.settings import Settings


@dataclass(frozen=True)
class FrontDoor:
    """The parts of the front door."""

    settings: Settings
    clinic: Clinic
    database: Database
    catalogue: CatalogueLike
    screener: ScreenerLike
    words: Words
    choices: Choices
    limits: Limits
    addresses: AddressKeys
    queue: TurnQueue
    turns: Turns
    readiness: Readiness
    origins: frozenset[str]
    secret_key: str
    session: timedelta
    now: Callable[[], datetime]

    def address(self, remote: str | None) -> str:
        """Return today's key of a network address."""
        return self.addresses.key(remote, self.now().date())
