"""The made-up dialogues: read them, and draw which are played and when."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

FILE = Path(__file__).with_name("dialogues.yml")
ACTIONS = ("say", "press", "thumb", "request")

# Out of a hundred chats, at which hour of the clinic's day: few at night, many when
# people come home.
_HOURS = (1, 1, 0, 0, 0, 1, 2, 4, 5, 6, 6, 5, 6, 5, 5, 5, 6, 7, 8, 9, 8, 6, 3, 1)
_MONDAY_TO_SUNDAY = (9, 8, 7, 7, 6, 5, 7)
_RED_FLAG_AGO = timedelta(minutes=12)


@dataclass(frozen=True)
class Dialogue:
    """One kind of visit: what it is called, how often it comes, what is done."""

    name: str
    weight: float
    steps: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Script:
    """All of the demo's file."""

    dialogues: Sequence[Dialogue]
    people: Sequence[Mapping[str, str]]
    staff: Sequence[Mapping[str, str]]
    notes: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Visit:
    """A dialogue to be played, and when it is made to have been."""

    dialogue: Dialogue
    at: datetime


def load_script(file: Path = FILE) -> Script:
    """Read the demo's file."""
    content = yaml.safe_load(file.read_text("utf-8"))
    dialogues = [Dialogue(**one) for one in content["dialogues"]]
    return Script(dialogues, content["people"], content["staff"], content["notes"])


def draw_visits(
    script: Script,
    count: int,
    days: int,
    now: datetime,
    zone: ZoneInfo,
    chance: random.Random,
) -> list[Visit]:
    """Draw visits over the last days, oldest first.

    The last one is a fresh emergency, so that the queue has one to show.

    Args:
        script: see `load_script`.
        count: how many.
        days: over how many days.
        now: the present moment; all are before it.
        zone: the clinic's.
        chance: decides.
    """
    moments = sorted(_moment(days, now, zone, chance) for _ in range(count - 1))
    weights = [dialogue.weight for dialogue in script.dialogues]
    drawn = [
        Visit(chance.choices(script.dialogues, weights)[0], moment)
        for moment in moments
    ]
    emergency = next(one for one in script.dialogues if one.name == "chest pain")
    return [*drawn, Visit(emergency, now - _RED_FLAG_AGO)]


def _moment(
    days: int, now: datetime, zone: ZoneInfo, chance: random.Random
) -> datetime:
    """Draw when somebody wrote; more often in the evening and on Mondays."""
    today = now.astimezone(zone)
    candidates = [today - timedelta(days=ago) for ago in range(days)]
    # More of them lately: the word gets round.
    weights = [
        _MONDAY_TO_SUNDAY[day.weekday()] * (1.6 - ago / days)
        for ago, day in enumerate(candidates)
    ]
    while True:
        day = chance.choices(candidates, weights)[0]
        hour = chance.choices(range(24), _HOURS)[0]
        moment = day.replace(
            hour=hour, minute=chance.randrange(60), second=chance.randrange(60)
        )
        if moment < now - timedelta(minutes=30):
            return moment
