"""What the views of the desk need: records, clinic, clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import current_app

from mend.clinic import Clinic
from mend.desk.due import DueTimes
from mend.desk.health import Health
from mend.records.database import Database
from mend.records.sealing import Seal

# Who must have a second factor, by the setting `second_factor`.
_MUST = {
    "nobody": (),
    "admins": ("admin",),
    "managers": ("manager", "admin"),
    "everybody": ("reviewer", "manager", "admin"),
}


@dataclass(frozen=True)
class Desk:
    """The parts of a running desk.

    Attributes:
        database: The clinic's records.
        clinic: Its facts.
        now: Gives the present moment, aware.
        https: Whether staff reach the desk by HTTPS.
        cookie: Name of the session cookie.
        url: Address of the desk as staff see it, for links.
        health: Knows whether the chat is well.
        seal: Opens the secrets of second factors.
        second_factor: Who must have one, as in the settings.
        tracker_url: SQLAlchemy address of Rasa's memory, to erase visitors from.
        erasures_file: Ledger of erasures, beside the database.
    """

    database: Database
    clinic: Clinic
    now: Callable[[], datetime]
    https: bool
    cookie: str
    url: str
    health: Health
    seal: Seal
    second_factor: str
    tracker_url: str
    erasures_file: Path

    @property
    def zone(self) -> ZoneInfo:
        """Return the clinic's time zone."""
        return ZoneInfo(self.clinic.timezone)

    @property
    def due_times(self) -> DueTimes:
        """Return by when cases are due."""
        return DueTimes.of(self.clinic)

    def requires_second_factor(self, role: str) -> bool:
        """Say whether somebody with this role must have a second factor."""
        return role in _MUST[self.second_factor]


def this_desk() -> Desk:
    """Return the desk that serves the current request."""
    desk: Desk = current_app.extensions["mend.desk"]
    return desk
