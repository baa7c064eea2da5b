"""The list of erasures that outlives the database, and its replay after a restore.

The ledger in the database is restored with it and then lacks what was erased since the
backup. So its lines are also kept in a file beside the database, which no restore
touches. A line is a keyed hash that tells nothing about who it was (see
`erasure.ledger_hash`).
"""

import os
import re
from datetime import datetime
from pathlib import Path

from mend.records import audit, erasure, tracker
from mend.records.database import Database

_LINE = re.compile("[0-9a-f]{64}")


def finish(db: Database, tracker_url: str, file: Path, now: datetime) -> int:
    """Do what an erasure left to do outside of its transaction.

    Returns:
        How many of Rasa's rows were deleted.

    Raises:
        OSError: The file cannot be written.
        sqlalchemy.exc.SQLAlchemyError: One of the databases is locked or out of reach.
            Calling again does what is left.
    """
    keep(db, file)
    return tracker.erase_pending(db, tracker_url, now)


def keep(db: Database, file: Path) -> int:
    """Add to the file what it lacks; return how many lines.

    The file is made readable by its owner only. Processes may do this together: a
    line that is there twice does no harm.

    Raises:
        OSError: It cannot be written.
    """
    with db.reading() as s:
        known = erasure.ledger(s)
    kept = set(read(file))
    missing = [line for line in known if line not in kept]
    if missing:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, "".join(f"{line}\n" for line in missing).encode("ascii"))
            os.fsync(handle)
        finally:
            os.close(handle)
    return len(missing)


def read(file: Path) -> list[str]:
    """Return the lines of the file; none when it does not exist.

    A line that a crash cut short is left out.
    """
    try:
        lines = file.read_text(encoding="ascii", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    return [line for line in lines if _LINE.fullmatch(line)]


def replay(db: Database, tracker_url: str, file: Path, now: datetime) -> int:
    """Erase again what a restored backup brought back.

    Rasa's rows of chats that no longer exist go as well: its database may have been
    restored alone.

    Nothing is to do while the database knows every line of the file.

    Returns:
        How many chats were erased.
    """
    with db.transaction() as s:
        known = set(erasure.ledger(s))
        lines = [line for line in read(file) if line not in known]
        if not lines:
            return 0
        again = erasure.replay(s, lines, now)
        if again:
            audit.record(
                s,
                actor="system",
                action="records.erasures_replayed",
                object="records",
                details={"chats": again},
                now=now,
            )
    finish(db, tracker_url, file, now)
    tracker.erase_orphans(db, tracker_url)
    db.forget_old_pages()
    return again
