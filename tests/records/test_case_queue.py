from dataclasses import replace

import pytest

from mend.records import case_queue
from mend.records.database import Database
from mend.records.tables import Conversation

from .making import CONTACT, NOW, ask, change, open_case


class TestQueue:
    def test_most_urgent_first_then_longest_waiting(
        self, db: Database, reviewer: int
    ) -> None:
        expected = [
            open_case(db, "emergency", 1),
            open_case(db, "same_day", 50),
            open_case(db, "same_day", 5),
            open_case(db, "soon", 500),
            open_case(db, "routine", 9000),
        ]
        for case in expected[::-1]:
            assert case.reference
        with db.reading() as s:
            page = case_queue.queue(s, view="open", staff_id=reviewer, now=NOW)
        assert [row.reference for row in page.rows] == [c.reference for c in expected]
        assert page.rows[0].why == "Because handoff."
        assert page.rows[0].summary == "A emergency message"

    def test_views_and_counts(
        self, db: Database, reviewer: int, other_reviewer: int
    ) -> None:
        mine, theirs, closed, _new = (open_case(db) for _ in range(4))
        change(db, mine, "in_review", reviewer)
        change(db, theirs, "in_review", other_reviewer)
        case = change(db, closed, "in_review", reviewer)
        change(db, case, "closed", reviewer, outcome="no_action")
        with db.reading() as s:
            pages = {
                view: case_queue.queue(s, view=view, staff_id=reviewer, now=NOW)
                for view in case_queue.VIEWS
            }
        assert pages["mine"].counts == {
            "unassigned": 1,
            "mine": 1,
            "open": 3,
            "waiting": 0,
            "closed": 1,
        }
        for view, page in pages.items():
            assert len(page.rows) == page.counts[view]
        assert pages["mine"].rows[0].reference == mine.reference
        assert pages["closed"].rows[0].outcome == "no_action"

    @pytest.mark.parametrize(
        ("asked", "given", "lines"),
        [(1, 1, 2), (3, 3, 1), (0, 1, 2), (-5, 1, 2), (10**9, 3, 1)],
    )
    def test_any_page_number_gives_a_page(
        self, db: Database, reviewer: int, asked: int, given: int, lines: int
    ) -> None:
        for _ in range(5):
            open_case(db)
        with db.reading() as s:
            page = case_queue.queue(
                s, view="open", staff_id=reviewer, now=NOW, page=asked, per_page=2
            )
        assert (page.page, page.pages, len(page.rows)) == (given, 3, lines)

    def test_reach_says_how_and_not_the_number(
        self, db: Database, conversation: Conversation, reviewer: int
    ) -> None:
        ask(db, conversation, replace(CONTACT, email="ana@example.org"))
        with db.reading() as s:
            (row,) = case_queue.queue(s, view="open", staff_id=reviewer, now=NOW).rows
        assert row.reach == ("phone", "e-mail")
