from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from mend.records import insight
from mend.records.database import Database

from .making import NOW, ask, change, new_conversation, new_staff, refused, turn
from .test_misses import clarify

BEGINS, ENDS = NOW - timedelta(hours=1), NOW + timedelta(hours=1)


def test_requests_after_pain_by_what_became_of_them(db: Database) -> None:
    kim = new_staff(db, "kim@clinic.example", "Kim", "reviewer")
    cases = []
    for _ in range(3):
        chat = new_conversation(db)
        told = replace(refused(), outcome="suggest_consultation")
        turn(db, "I cannot lift my arm", told, conversation=chat)
        cases.append(ask(db, chat))
    ask(db, new_conversation(db))
    for case in cases[:2]:
        reviewed = change(db, case, "in_review", kim)
        contacted = change(db, reviewed, "contacted", kim)
    change(db, contacted, "closed", kim, outcome="booked", note=None)
    with db.reading() as s:
        found = insight.requests(s, BEGINS, ENDS)
        before = insight.requests(s, BEGINS - timedelta(days=9), BEGINS)
    assert found == insight.Requests(3, 2, {"booked": 1}, without_pain=1)
    assert before == insight.Requests(0, 0, {}, 0)


def test_what_is_misunderstood_most_often_comes_first(db: Database) -> None:
    turn(db, "do you sell shoes", refused())
    for text in ("the scraping", "The scraping?"):
        turn(db, text, clarify())
    with db.reading() as s:
        found = insight.unanswered(s, BEGINS, ENDS, 10)
        assert [(one.text, one.count) for one in found] == [
            ("The scraping?", 2),
            ("do you sell shoes", 1),
        ]
        assert len(insight.unanswered(s, BEGINS, ENDS, 1)) == 1
        assert insight.unanswered(s, ENDS, ENDS + timedelta(days=1), 10) == []
