import threading

import pytest
from sqlalchemy import delete, text, update

from mend.records import audit
from mend.records.database import Database
from mend.records.tables import Audit

from .making import NOW


def _fill(db: Database, rows: int) -> None:
    for number in range(rows):
        with db.transaction() as s:
            audit.record(
                s,
                actor="staff:1",
                action="case.viewed",
                object=f"case:{number}",
                details={"n": number, "text": "a\x00b"},
                now=NOW,
            )


def _verify(db: Database) -> audit.Chain:
    with db.reading() as s:
        return audit.verify(s)


def test_an_untouched_chain_is_intact(db: Database) -> None:
    assert _verify(db) == audit.Chain(rows=0, broken_at=None)
    _fill(db, 5)
    assert _verify(db) == audit.Chain(rows=5, broken_at=None)


@pytest.mark.parametrize(
    ("change", "broken_at"),
    [
        (update(Audit).where(Audit.seq == 3).values(actor="staff:2"), 3),
        (update(Audit).where(Audit.seq == 3).values(details={"n": 9}), 3),
        (update(Audit).where(Audit.seq == 3).values(at=NOW.replace(hour=1)), 3),
        (update(Audit).where(Audit.seq == 3).values(hash="f" * 64), 3),
        (delete(Audit).where(Audit.seq == 3), 3),
        (delete(Audit).where(Audit.seq == 1), 1),
        (delete(Audit).where(Audit.seq == 5), 5),  # cut off at the end
    ],
)
def test_any_change_breaks_the_chain(
    db: Database, change: object, broken_at: int
) -> None:
    _fill(db, 5)
    with db.transaction() as s:
        s.execute(change)
    assert _verify(db).broken_at == broken_at


def test_a_row_added_behind_the_back_is_found(db: Database) -> None:
    _fill(db, 2)
    with db.transaction() as s:
        s.execute(
            text(
                "INSERT INTO audit SELECT 3, at, actor, action, object, details,"
                " hash, hash FROM audit WHERE seq = 2"
            )
        )
    assert not _verify(db).intact


def test_a_rolled_back_row_leaves_no_gap(db: Database) -> None:
    _fill(db, 1)
    with pytest.raises(KeyError), db.transaction() as s:
        audit.record(s, actor="system", action="x", object="y", now=NOW)
        raise KeyError
    _fill(db, 1)
    assert _verify(db) == audit.Chain(rows=2, broken_at=None)


def test_parallel_writers_make_one_chain(db: Database) -> None:
    threads = [threading.Thread(target=_fill, args=(db, 5)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _verify(db) == audit.Chain(rows=30, broken_at=None)


def test_pages_come_newest_first(db: Database) -> None:
    _fill(db, 5)
    with db.reading() as s:
        assert [row.seq for row in audit.rows(s, page=1, per_page=2)] == [5, 4]
        assert [row.seq for row in audit.rows(s, page=3, per_page=2)] == [1]
