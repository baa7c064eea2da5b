"""The process that leaves no message without an answer.

Kept apart from the web application, so that it starts quickly and stays small.
"""

from __future__ import annotations

import time
from datetime import datetime, timezone

import structlog
from sqlalchemy.exc import SQLAlchemyError

from mend import notices
from mend.chat.words import Words
from mend.clinic import load_clinic
from mend.desk.due import DueTimes
from mend.records import audit, day_counts, erasure_ledger, retention
from mend.records.database import Database
from mend.records.journal import Reply
from mend.records.sweeper import sweep
from mend.settings import Settings

log = structlog.get_logger("mend.sweeper")

SWEEP_EVERY_S = 10.0


def run_sweeper(settings: Settings) -> None:
    """Sweep for ever, in a process of its own.

    What fails is tried again at the next round; there is no state in memory.
    """
    database = Database.open(settings.database_url)
    words = Words(load_clinic(settings.clinic_file))
    while True:
        sweep_once(settings, database, words, datetime.now(timezone.utc))
        time.sleep(SWEEP_EVERY_S)


def sweep_once(
    settings: Settings, database: Database, words: Words, now: datetime
) -> None:
    """Hand over forgotten messages and finish erasures, each on its own."""
    apology = Reply(words.apology(), form="consultation")
    try:
        handed_over = sweep(database, now, settings.sweep_after_s, apology)
        if handed_over:
            log.warning("sweeper.handed_over", messages=handed_over)
    except SQLAlchemyError as error:
        log.error("sweeper.failed", error=type(error).__name__)
    try:
        erasure_ledger.finish(
            database, settings.tracker_url, settings.erasures_file, now
        )
    except (SQLAlchemyError, OSError) as error:
        log.error("sweeper.erase_failed", error=type(error).__name__)
    try:
        notices.deliver(database, settings, now)
    except SQLAlchemyError as error:
        log.error("sweeper.notices_failed", error=type(error).__name__)
    try:
        _once_a_day(settings, database, now)
    except (SQLAlchemyError, audit.ChainBroken) as error:
        log.error("sweeper.retention_failed", error=type(error).__name__)


def _once_a_day(settings: Settings, database: Database, now: datetime) -> None:
    """Check the audit list and delete what is too old."""
    with database.reading() as s:
        if not retention.is_due(s, now):
            return
    with database.transaction() as s:
        chain = audit.check(s, now)
    if not chain.intact:
        log.error("audit.broken", at=chain.broken_at)
    clinic = load_clinic(settings.clinic_file)
    # What was counted stays when the chats are gone.
    day_counts.keep(database, DueTimes.of(clinic).calendar, now)
    gone = retention.delete_old(
        database, settings.tracker_url, now, retention.Ages.of(settings)
    )
    log.info("records.retained", **gone)
