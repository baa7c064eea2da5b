"""What happens next after a request, and how it is taken back in the same chat."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from mend.records.tables import Audit, Contact, Escalation, Message
from tests.chat.doubles import StandInRasa
from tests.chat.running import Clock, Running, Visitor, front_door

# A Monday, and the clinic opens at 8 (tests.chat.running.CLINIC).
MONDAY_MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)


@pytest.fixture
def clock() -> Clock:
    return Clock(MONDAY_MORNING)


@pytest.fixture
def door(tmp_path: Path, rasa: StandInRasa, clock: Clock) -> Iterator[Running]:
    with front_door(tmp_path, rasa, now=clock) as running:
        yield running


def ask(visitor: Visitor, **more: Any) -> dict[str, Any]:
    body = {
        "id": str(uuid.uuid4()),
        "name": "Zebediah Zander",
        "phone": "020 7946 0999",
        "consent": True,
        **more,
    }
    answer = visitor.call("POST", "consultations", json=body)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.parametrize(
    ("hours", "says"),
    [
        (0, "we are open today until 18:00"),
        (10, "we are closed now and open again on Friday at 8:00"),
        (24 * 5, "we are closed today and open again on Monday at 8:00"),
    ],
)
def test_what_happens_next_and_when(
    visitor: Visitor, clock: Clock, hours: int, says: str
) -> None:
    clock.later(hours=hours)
    told = ask(visitor)["messages"][0]["text"]
    assert f"contact you in opening hours: {says}" in told
    assert "020 7946 0123" in told


class TestCancelling:
    def test_all_see_it(self, visitor: Visitor) -> None:
        reference = ask(visitor)["reference"]
        answer = visitor.call("DELETE", f"consultations/{reference}")
        assert answer.status_code == 200
        turn = answer.json()
        assert turn["reference"] == reference
        assert f"{reference} is cancelled" in turn["messages"][0]["text"]
        line, told = visitor.history()[-2:]
        assert (line["sender"], line["text"]) == (
            "visitor",
            f"I cancelled my request {reference}.",
        )
        assert told["text"] == turn["messages"][0]["text"]
        (case,) = visitor.door.rows(Escalation)
        assert (case.status, case.outcome) == ("closed", "cancelled")
        assert visitor.door.rows(Contact) == []
        assert "Zebediah" not in visitor.call("GET", "conversation").text
        assert visitor.door.rasa.asked() == []

    def test_again_is_the_same(self, visitor: Visitor) -> None:
        reference = ask(visitor)["reference"]
        first, again = (
            visitor.call("DELETE", f"consultations/{reference}") for _ in range(2)
        )
        assert (again.status_code, again.json()) == (200, first.json())
        with visitor.door.database.reading() as s:
            actions = [row.action for row in s.query(Audit)]
        assert actions == ["case.opened", "case.cancelled"]
        assert len(visitor.door.rows(Message, sender="visitor")) == 2

    def test_a_new_request_afterwards(self, visitor: Visitor) -> None:
        first = ask(visitor)["reference"]
        visitor.call("DELETE", f"consultations/{first}")
        second = ask(visitor)["reference"]
        assert second != first
        states = {c.reference: c.status for c in visitor.door.rows(Escalation)}
        assert states == {first: "closed", second: "new"}

    def test_only_ones_own(self, door: Running) -> None:
        one, two = door.start(), door.start()
        reference = ask(one)["reference"]
        one.say("I want a person")
        (handoff,) = [c for c in door.rows(Escalation) if c.kind == "handoff"]
        for visitor, name in (
            (two, reference),
            (one, "ABC234"),
            (one, handoff.reference),
            (one, reference.lower()),
            (one, "%00"),
            (one, "%F0%9F%98%80"),
            (one, "A" * 300),
        ):
            answer = visitor.call("DELETE", f"consultations/{name}")
            assert answer.status_code == 404, name
        (case,) = [c for c in door.rows(Escalation) if c.kind == "consultation"]
        assert case.status == "new"

    def test_what_the_staff_closed_is_theirs(self, visitor: Visitor) -> None:
        reference = ask(visitor)["reference"]
        with visitor.door.database.transaction() as s:
            s.execute(update(Escalation).values(status="closed", outcome="booked"))
        answer = visitor.call("DELETE", f"consultations/{reference}")
        assert answer.status_code == 409
        problem = answer.json()
        assert problem["code"] == "already_handled"
        assert "already dealt with" in problem["title"]
        assert "020 7946 0123" in problem["detail"]


class TestOwnData:
    """What is told before somebody deletes is what then happens."""

    def told(self, visitor: Visitor) -> str:
        return "\n".join(
            visitor.call("GET", "conversation").json()["kept_after_deletion"]
        )

    def test_an_open_request_keeps_its_contact(self, visitor: Visitor) -> None:
        reference = ask(visitor)["reference"]
        assert f"Request {reference}: your contact details" in self.told(visitor)
        assert visitor.call("DELETE", "conversation").status_code == 204
        (contact,) = visitor.door.rows(Contact)
        assert contact.name == "Zebediah Zander"

    def test_a_cancelled_request_keeps_nothing(self, visitor: Visitor) -> None:
        reference = ask(visitor)["reference"]
        visitor.call("DELETE", f"consultations/{reference}")
        assert f"Case {reference}: of what kind" in self.told(visitor)
        assert "contact details" not in self.told(visitor)
        assert visitor.call("DELETE", "conversation").status_code == 204
        assert visitor.door.rows(Contact) == []

    def test_all_of_it_is_told(self, visitor: Visitor) -> None:
        visitor.say("an unusual zebrafish")
        reference = ask(visitor, note="Call after five")["reference"]
        stored = visitor.call("GET", "conversation").json()
        assert [m["text"] for m in stored["messages"]][2] == "an unusual zebrafish"
        (case,) = stored["cases"]
        assert (case["reference"], case["status"]) == (reference, "new")
        assert case["contact"]["note"] == "Call after five"
        assert any("020 7946 0123" in line for line in stored["also_stored"])
