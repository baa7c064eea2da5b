"""`mend demo`: fill an empty, running Mend with made-up visitors."""

from __future__ import annotations

import datetime as dt
import random
import sys

import click
from sqlalchemy import func, select

from mend.chat.tokens import sha256
from mend.clinic import load_clinic
from mend.conversation import Conversation as Chat
from mend.demo import backdate, staff_work, visitors
from mend.demo.dialogues import draw_visits, load_script
from mend.desk.due import DueTimes
from mend.errors import OperatorError
from mend.records import day_counts, journal
from mend.records.database import Database
from mend.records.tables import Conversation
from mend.settings import Settings

# The same visitors each time.
SEED = 20261123
# Retention deletes what is older than thirty days.
DAYS = 29


class NotEmpty(OperatorError):
    """The demo would mix with what real visitors said, or wake real people."""


def fill(settings: Settings, url: str, count: int) -> None:
    """Play conversations with the chat at `url` and make them look a month old.

    Args:
        settings: where the records of that chat are.
        url: address of the running chat.
        count: how many conversations.

    Raises:
        NotEmpty: there are conversations, or notices would be sent.
        ConversationError: the chat cannot be reached or refuses something.
    """
    with Database.open(settings.database_url) as database:
        check_empty(database, settings)
        _fill(database, settings, url, count)


def check_empty(database: Database, settings: Settings) -> None:
    """Refuse where real visitors or real staff could be concerned.

    Raises:
        NotEmpty: see the class.
    """
    with database.reading() as s:
        chats = s.execute(select(func.count()).select_from(Conversation)).scalar_one()
    if chats:
        raise NotEmpty(
            f"There are {chats} conversations in this database. The demo only fills an "
            "empty one: start Mend with another MEND_VAR folder to try it."
        )
    if settings.notice_to or settings.notice_webhook:
        raise NotEmpty(
            "Notices of new cases are set up (MEND_NOTICE_TO or MEND_NOTICE_WEBHOOK). "
            "The demo would send them to real people; unset them to try it."
        )


def _fill(database: Database, settings: Settings, url: str, count: int) -> None:
    due = DueTimes.of(load_clinic(settings.clinic_file))
    script, chance = load_script(), random.Random(SEED)  # noqa: S311 - no secret
    now = dt.datetime.now(dt.timezone.utc)
    visits = draw_visits(script, count, DAYS, now, due.zone, chance)
    with click.progressbar(visits, label="Talking", file=sys.stderr) as bar:
        for visit in bar:
            chat = visitors.play(
                visit.dialogue, lambda: Chat.open(url), script.people, chance
            )
            with database.transaction() as s:
                stored = journal.conversation_by_token(s, sha256(chat.token))
                if stored is not None:
                    backdate.move_back(s, stored, visit.at, chance)
    people = staff_work.hire(database, script, now)
    worked_on = staff_work.work_on_cases(
        database, people, script.notes, due, now, chance
    )
    staff_work.correct(database, people, now, chance)
    day_counts.keep(database, due.calendar, now)
    click.echo(
        f"{len(visits)} made-up conversations over {DAYS} days, {worked_on} cases "
        f"worked on by {' and '.join(one['name'] for one in script.staff)}.\n"
        f"Look at them at {settings.desk_url}/"
    )
