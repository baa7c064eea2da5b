"""What the views of the desk need: records, clinic, clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import current_app

from mend.clinic import Clinic
from mend.records.database import Database


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
    """

    database: Database
    clinic: Clinic
    now: Callable[[], datetime]
    https: bool
    cookie: str
    url: str

    @property
    def zone(self) -> ZoneInfo:
        """Return the clinic's time zone."""
        return ZoneInfo(self.clinic.timezone)


def this_desk() -> Desk:
    """Return the desk that serves the current request."""
    desk: Desk = current_app.extensions["mend.desk"]
    return desk
