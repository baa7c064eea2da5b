import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from mend.records import case_file, case_queue, case_work, escalations
from mend.records.database import Database
from mend.records.tables import Audit, Note

from .making import NOW, change, open_case


def actions(db: Database) -> list[str]:
    with db.reading() as s:
        return list(s.execute(select(Audit.action).order_by(Audit.seq)).scalars())


class TestChanges:
    def test_a_case_goes_its_way_and_back(self, db: Database, reviewer: int) -> None:
        case = open_case(db)
        for to, more in (
            ("in_review", {}),
            ("contacted", {"note": "Left a message"}),
            ("closed", {"outcome": "booked"}),
            ("in_review", {}),
        ):
            case = change(db, case, to, reviewer, **more)
            assert case.status == to
        assert (case.outcome, case.closed_at) == (None, None)
        assert case.assignee_id == reviewer
        assert case.version == 5
        assert actions(db).count("case.status") == 4
        with db.reading() as s:
            (note,) = case_file.case(s, case.reference).notes
        assert (note.author, note.text) == ("Robin Reviewer", "Left a message")

    @pytest.mark.parametrize(
        ("to", "outcome"),
        [
            ("contacted", None),
            ("closed", "booked"),
            ("new", None),
            ("deleted", None),
        ],
    )
    def test_steps_that_do_not_exist(
        self, db: Database, reviewer: int, to: str, outcome: str | None
    ) -> None:
        case = open_case(db)
        with pytest.raises(case_work.NotAllowed):
            change(db, case, to, reviewer, outcome=outcome)
        with db.reading() as s:
            assert case_file.case(s, case.reference).escalation.version == 1

    @pytest.mark.parametrize("outcome", [None, "", "made_up"])
    def test_closing_needs_an_outcome(
        self, db: Database, reviewer: int, outcome: str | None
    ) -> None:
        case = change(db, open_case(db), "in_review", reviewer)
        with pytest.raises(case_work.NotAllowed):
            change(db, case, "closed", reviewer, outcome=outcome)

    def test_who_comes_second_is_told(
        self, db: Database, reviewer: int, other_reviewer: int
    ) -> None:
        case = open_case(db)
        change(db, case, "in_review", reviewer)
        with pytest.raises(case_work.StaleVersion):
            change(db, case, "in_review", other_reviewer, version=1)
        with pytest.raises(case_work.StaleVersion), db.transaction() as s:
            case_work.add_note(
                s,
                case.reference,
                text="Too late",
                version=1,
                staff_id=other_reviewer,
                now=NOW,
            )
        with db.reading() as s:
            assert s.execute(select(func.count()).select_from(Note)).scalar_one() == 0

    def test_ten_at_once_and_one_wins(self, db: Database, reviewer: int) -> None:
        case = open_case(db)
        outcomes: list[str] = []

        def take() -> None:
            try:
                change(db, case, "in_review", reviewer, version=1)
                outcomes.append("won")
            except case_work.StaleVersion:
                outcomes.append("late")

        threads = [threading.Thread(target=take) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["late"] * 9 + ["won"]

    def test_assigning(self, db: Database, reviewer: int) -> None:
        case = open_case(db)
        with db.transaction() as s:
            case_work.assign(
                s,
                case.reference,
                assignee_id=reviewer,
                version=1,
                staff_id=reviewer,
                now=NOW,
            )
        with db.reading() as s:
            assert case_file.case(s, case.reference).assignee == "Robin Reviewer"
        with pytest.raises(case_work.NotAllowed), db.transaction() as s:
            case_work.assign(
                s,
                case.reference,
                assignee_id=9999,
                version=2,
                staff_id=reviewer,
                now=NOW,
            )

    def test_an_empty_note_is_refused(self, db: Database, reviewer: int) -> None:
        case = open_case(db)
        with pytest.raises(case_work.NotAllowed), db.transaction() as s:
            case_work.add_note(
                s, case.reference, text="  \n", version=1, staff_id=reviewer, now=NOW
            )

    def test_viewing_is_written_down_and_settles_the_notice(
        self, db: Database, reviewer: int
    ) -> None:
        case = open_case(db)
        later = NOW + timedelta(hours=1)
        with db.reading() as s:
            assert case_queue.waiting_notices(s, created_before=later) == 1
        with db.transaction() as s:
            case_work.record_view(s, case.reference, staff_id=reviewer, now=NOW)
        with db.reading() as s:
            assert case_queue.waiting_notices(s, created_before=later) == 0
            row = s.execute(select(Audit).order_by(Audit.seq.desc())).scalars().first()
        assert (row.actor, row.action) == (f"staff:{reviewer}", "case.viewed")

    def test_unknown_references(self, db: Database, reviewer: int) -> None:
        with db.reading() as s, pytest.raises(escalations.UnknownCase):
            case_file.case(s, "ABCDEF")
        with pytest.raises(escalations.UnknownCase), db.transaction() as s:
            case_work.record_view(s, "ABCDEF", staff_id=reviewer, now=NOW)
