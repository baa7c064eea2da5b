"""The alarm on the desk when people could not be told of urgent cases."""

from sqlalchemy import select, update

from mend.records import outbox
from mend.records.tables import Outbox

from .conftest import Desk

ALARM = "could not be told of 1 urgent case"


def give_up(desk: Desk) -> str:
    reference = desk.case(urgency="emergency")
    with desk.db.transaction() as s:
        s.execute(update(Outbox).values(gave_up_at=desk.clock(), attempts=32))
    return reference


def test_the_queue_warns_and_leads_to_the_case(desk: Desk) -> None:
    reviewer = desk.browser("reviewer")
    assert "could not be told" not in reviewer.get("/").text
    reference = give_up(desk)
    page = reviewer.get("/").text
    assert ALARM in page
    assert f'href="/cases/{reference}"' in page
    reviewer.get(f"/cases/{reference}")  # now somebody knows of it
    assert ALARM not in reviewer.get("/").text


def test_sending_again(desk: Desk) -> None:
    give_up(desk)
    reviewer = desk.browser("reviewer")
    assert reviewer.post("/notices/again").status_code == 303
    page = reviewer.get("/").text
    assert "being sent again" in page
    assert ALARM not in page
    with desk.db.reading() as s:
        assert s.execute(select(Outbox.attempts)).scalar_one() == 0
    assert outbox.lease(desk.db, ["emergency"], desk.clock())
    assert ("staff:1", "notice.tried_again", "notices") in desk.audit()
