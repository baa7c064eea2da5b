import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from mend.records import audit, case_work, outbox
from mend.records.database import Database
from mend.records.outbox import Leased
from mend.records.tables import Escalation, Outbox

from .making import NOW, open_case

URGENT = ("emergency", "same_day")


def lease(db: Database, minutes: float = 0) -> Leased | None:
    return outbox.lease(db, URGENT, NOW + timedelta(minutes=minutes))


def row(db: Database) -> Outbox:
    with db.reading() as s:
        return s.execute(select(Outbox)).scalar_one()


class TestLease:
    def test_it_names_the_case_and_nothing_about_the_visitor(
        self, db: Database
    ) -> None:
        case = open_case(db, "emergency")
        notice = lease(db)
        assert notice
        assert (notice.reference, notice.urgency) == (case.reference, "emergency")
        assert notice.key == f"new_case:{case.reference}"
        assert row(db).payload.keys() == {"reference", "urgency", "kind"}

    def test_only_the_urgencies_that_are_wanted(self, db: Database) -> None:
        open_case(db, "routine")
        open_case(db, "soon")
        assert lease(db) is None
        wanted = open_case(db, "same_day")
        notice = lease(db)
        assert notice
        assert notice.reference == wanted.reference

    def test_nobody_else_gets_it_while_the_lease_lasts(self, db: Database) -> None:
        open_case(db, "emergency")
        assert lease(db)
        assert lease(db, 1.9) is None
        again = lease(db, 2)
        assert again
        assert again.tries == 2

    def test_many_workers_at_once_get_each_notice_once(self, db: Database) -> None:
        """F24: two workers never send the same notice."""
        cases = {open_case(db, "emergency").reference for _ in range(6)}
        got: list[str] = []

        def work() -> None:
            for _ in range(6):
                notice = lease(db)
                if notice is not None:
                    got.append(notice.reference)

        workers = [threading.Thread(target=work) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert sorted(got) == sorted(cases)

    def test_a_case_that_was_opened_needs_no_notice(
        self, db: Database, reviewer: int
    ) -> None:
        case = open_case(db, "emergency")
        with db.transaction() as s:
            case_work.record_view(s, case.reference, staff_id=reviewer, now=NOW)
        assert lease(db) is None

    def test_a_case_that_was_closed_needs_none_either(self, db: Database) -> None:
        open_case(db, "emergency")
        with db.transaction() as s:
            s.execute(update(Escalation).values(closed_at=NOW))
        assert lease(db) is None


class TestAfterwards:
    def test_sent_is_sent(self, db: Database) -> None:
        open_case(db, "emergency")
        notice = lease(db)
        assert notice
        outbox.sent(db, notice, NOW)
        assert lease(db, 24 * 60) is None
        assert row(db).sent_at == NOW

    def test_a_failure_waits_longer_each_time(self, db: Database) -> None:
        open_case(db, "emergency")
        notice = lease(db)
        assert notice
        assert not outbox.failed(db, notice, NOW, jitter=1)
        assert lease(db, 0.4) is None
        assert lease(db, 0.5)

    def test_pauses(self) -> None:
        seconds = [outbox.pause(tries, 1).total_seconds() for tries in range(1, 10)]
        assert seconds == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
        assert outbox.pause(1, 0) == timedelta(seconds=22.5)
        assert outbox.pause(10**6, 1) == timedelta(hours=1)
        total = sum(outbox.pause(n, 0).total_seconds() for n in range(1, 32))
        assert total > 18 * 3600

    def test_it_is_given_up_at_last_and_can_be_tried_again(
        self, db: Database, reviewer: int
    ) -> None:
        case = open_case(db, "emergency")
        minutes, gave_up = 0.0, False
        for _ in range(outbox.MOST_TRIES):
            assert not gave_up
            notice = lease(db, minutes)
            assert notice
            now = NOW + timedelta(minutes=minutes)
            gave_up = outbox.failed(db, notice, now, jitter=1)
            minutes += 61
        assert gave_up
        assert lease(db, minutes) is None
        with db.reading() as s:
            assert outbox.given_up(s) == [case.reference]
            last = audit.rows(s)[0]
        assert (last.action, last.object) == (
            "notice.given_up",
            f"case:{case.reference}",
        )
        with db.transaction() as s:
            now = NOW + timedelta(minutes=minutes)
            assert outbox.try_again(s, by=reviewer, now=now) == 1
            assert outbox.given_up(s) == []
        again = lease(db, minutes)
        assert again
        assert again.tries == 1

    def test_who_lost_the_lease_changes_nothing(self, db: Database) -> None:
        open_case(db, "emergency")
        slow = lease(db)
        quick = lease(db, 3)
        assert slow
        assert quick
        outbox.failed(db, slow, NOW + timedelta(minutes=4), jitter=1)
        assert row(db).leased_by == quick.lease

    @pytest.mark.parametrize("closed", [True, False])
    def test_no_alarm_for_closed_cases(self, db: Database, closed: bool) -> None:
        open_case(db, "emergency")
        with db.transaction() as s:
            s.execute(update(Outbox).values(gave_up_at=NOW))
            if closed:
                s.execute(update(Escalation).values(closed_at=NOW))
        with db.reading() as s:
            assert (outbox.given_up(s) == []) is closed
