"""What becomes of a case when its visitor writes again."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from mend.records import case_work, journal
from mend.records.database import Database
from mend.records.tables import Audit, Conversation, Escalation

from .making import CONTACT, NOW, ask, change, open_case

LATER = NOW + timedelta(minutes=20)


def write(
    db: Database, case: Escalation, text: str = "It is worse", id_: str = "again"
) -> None:
    with db.transaction() as s:
        conversation = s.get(Conversation, case.conversation_id)
        journal.receive(s, conversation, id_, text, None, LATER)


def stored(db: Database, case: Escalation) -> Escalation:
    with db.reading() as s:
        return s.get(Escalation, case.id)


def closed(db: Database, reviewer: int, outcome: str = "advised") -> Escalation:
    case = change(db, open_case(db), "in_review", reviewer)
    return change(db, case, "closed", reviewer, outcome=outcome)


def came_back(db: Database) -> list[dict[str, str]]:
    with db.reading() as s:
        rows = s.execute(select(Audit).where(Audit.action == "case.came_back"))
        return [row.details for row in rows.scalars()]


def test_a_closed_case_reopens(db: Database, reviewer: int) -> None:
    case = closed(db, reviewer)
    write(db, case)
    now = stored(db, case)
    assert (now.status, now.outcome, now.closed_at) == ("in_review", None, None)
    assert (now.waits_since, now.wrote_again_at) == (LATER, LATER)
    assert now.assignee_id == reviewer
    assert now.version == case.version + 1
    assert came_back(db) == [{"from": "closed", "to": "in_review"}]


def test_the_same_message_twice_reopens_once(db: Database, reviewer: int) -> None:
    case = closed(db, reviewer)
    write(db, case)
    change(db, stored(db, case), "closed", reviewer, outcome="advised", version=4)
    write(db, case)  # the same id: the browser sent it again
    assert stored(db, case).status == "closed"
    assert len(came_back(db)) == 1


def test_a_waiting_case_comes_back(db: Database, reviewer: int) -> None:
    case = change(db, open_case(db), "in_review", reviewer)
    case = change(db, case, "waiting", reviewer)
    write(db, case)
    assert stored(db, case).status == "in_review"
    assert came_back(db) == [{"from": "waiting", "to": "in_review"}]


def test_a_sleeping_case_wakes(db: Database, reviewer: int) -> None:
    case = open_case(db)
    with db.transaction() as s:
        case_work.snooze(
            s,
            case.reference,
            until=NOW + timedelta(days=3),
            version=1,
            staff_id=reviewer,
            now=NOW,
        )
    write(db, case)
    now = stored(db, case)
    assert (now.status, now.snoozed_until, now.waits_since) == ("new", None, LATER)
    assert came_back(db) == [{"from": "new", "to": "new"}]


def test_an_open_case_says_that_the_visitor_wrote_until_staff_act(
    db: Database, reviewer: int
) -> None:
    case = change(db, open_case(db, minutes_ago=5), "in_review", reviewer)
    write(db, case, id_="one")
    write(db, case, id_="two")
    now = stored(db, case)
    assert now.wrote_again_at == LATER
    assert now.waits_since == case.waits_since
    # Once: whoever has the page open is told, and not at every message.
    assert now.version == case.version + 1
    with pytest.raises(case_work.StaleVersion):
        change(db, case, "closed", reviewer, outcome="advised")
    change(db, now, "closed", reviewer, outcome="advised")
    assert stored(db, case).wrote_again_at is None
    assert came_back(db) == []


def test_of_several_cases_only_what_is_needed_comes_back(
    db: Database, reviewer: int
) -> None:
    old = closed(db, reviewer)
    with db.transaction() as s:
        conversation = s.get(Conversation, old.conversation_id)
    ask(db, conversation)  # another case of the chat is open
    write(db, old)
    assert stored(db, old).status == "closed"
    assert came_back(db) == []


def test_a_form_is_a_case_of_its_own(db: Database, reviewer: int) -> None:
    case = closed(db, reviewer)
    write(db, case, id_=f"{journal.FORM_PREFIX}1")
    assert stored(db, case).status == "closed"


def test_what_the_visitor_cancelled_stays_closed(db: Database, reviewer: int) -> None:
    case = closed(db, reviewer, outcome="cancelled")
    write(db, case, "Thank you anyway")
    assert stored(db, case).status == "closed"


def test_the_message_that_opens_a_case_is_no_follow_up(
    db: Database, conversation: Conversation
) -> None:
    case = ask(db, conversation, CONTACT)
    assert stored(db, case).wrote_again_at is None
