import threading
from datetime import timedelta

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


class TestNewest:
    def test_changes_at_the_end_are_found_without_reading_all(
        self, db: Database
    ) -> None:
        _fill(db, 9)
        with db.reading() as s:
            assert audit.verify(s, newest=3) == audit.Chain(rows=3, broken_at=None)
            assert audit.verify(s, newest=100).rows == 9
        with db.transaction() as s:
            s.execute(update(Audit).where(Audit.seq == 8).values(actor="staff:2"))
        with db.reading() as s:
            assert audit.verify(s, newest=3).broken_at == 8
            assert audit.verify(s, newest=1).intact

    def test_a_row_cut_out_just_before_is_found(self, db: Database) -> None:
        _fill(db, 5)
        with db.transaction() as s:
            s.execute(delete(Audit).where(Audit.seq == 3))
        with db.reading() as s:
            assert not audit.verify(s, newest=2).intact


class TestCheck:
    def test_what_was_found_is_remembered(self, db: Database) -> None:
        with db.transaction() as s:
            assert audit.last_check(s) is None
        _fill(db, 3)
        with db.transaction() as s:
            audit.check(s, NOW)
            assert audit.last_check(s) == (NOW, audit.Chain(3, None))
            s.execute(update(Audit).where(Audit.seq == 2).values(actor="staff:2"))
        with db.transaction() as s:
            audit.check(s, NOW)
            assert audit.last_check(s) == (NOW, audit.Chain(2, 2))


class TestCut:
    """The list is kept for a time; what is left is still a chain."""

    def fill(self, db: Database) -> None:
        for day in range(5):
            with db.transaction() as s:
                audit.record(
                    s,
                    actor="system",
                    action="x",
                    object="y",
                    now=NOW + timedelta(days=day),
                )

    def cut(self, db: Database, days: int) -> int:
        with db.transaction() as s:
            return audit.cut(s, NOW + timedelta(days=days), NOW + timedelta(days=9))

    def test_what_is_left_is_intact_and_says_so(self, db: Database) -> None:
        self.fill(db)
        with db.reading() as s:
            assert audit.older_than(s, NOW + timedelta(days=2)) == 2
        assert self.cut(db, 2) == 2
        assert self.cut(db, 2) == 0
        with db.reading() as s:
            assert audit.verify(s) == audit.Chain(rows=4, broken_at=None)
            last = audit.rows(s)[0]
        assert (last.action, last.details) == ("audit.cut", {"rows": 2, "up_to": 2})

    def test_all_of_it(self, db: Database) -> None:
        self.fill(db)
        assert self.cut(db, 8) == 5
        with db.reading() as s:
            assert audit.verify(s) == audit.Chain(rows=1, broken_at=None)

    @pytest.mark.parametrize("seq", [3, 5])
    def test_a_change_is_found_after_the_cut_too(self, db: Database, seq: int) -> None:
        self.fill(db)
        self.cut(db, 2)
        with db.transaction() as s:
            s.execute(delete(Audit).where(Audit.seq == seq))
        assert _verify(db).broken_at == seq

    def test_a_broken_chain_is_not_cut(self, db: Database) -> None:
        self.fill(db)
        with db.transaction() as s:
            s.execute(update(Audit).where(Audit.seq == 2).values(actor="staff:2"))
        with pytest.raises(audit.ChainBroken):
            self.cut(db, 3)
        assert _verify(db).broken_at == 2

    def test_an_old_row_put_back_is_found(self, db: Database) -> None:
        self.fill(db)
        self.cut(db, 2)
        with db.transaction() as s:
            s.add(
                Audit(
                    seq=1,
                    at=NOW,
                    actor="x",
                    action="x",
                    object="x",
                    details={},
                    previous_hash="0" * 64,
                    hash="1" * 64,
                )
            )
        assert not _verify(db).intact


def test_rows_of_one_person_or_one_action(db: Database) -> None:
    _fill(db, 3)
    with db.transaction() as s:
        audit.record(s, actor="staff:2", action="case.noted", object="x", now=NOW)
    with db.reading() as s:
        assert audit.actors(s) == ["staff:1", "staff:2"]
        assert audit.actions(s) == ["case.noted", "case.viewed"]
        assert audit.count(s) == 4
        assert audit.count(s, actor="staff:1") == 3
        assert audit.count(s, actor="staff:1", action="case.noted") == 0
        (row,) = audit.rows(s, action="case.noted")
        assert row.actor == "staff:2"
        assert [row.seq for row in audit.rows(s, page=2, per_page=3)] == [1]
