"""A44: the clinic erases a visitor everywhere, and says what it erased."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from mend.records import erasure_ledger
from mend.records.database import sqlite_path
from mend.records.escalations import ContactDetails

from .conftest import Desk

WORDS = ("Zephyrine", "quokkawobble", "+44 20 7946 0999", "quince@example.org")
CONTACT = ContactDetails(
    "Zephyrine Q",
    "+44 20 7946 0999",
    "quince@example.org",
    None,
    "my quokkawobble hurts",
    "1",
)


@pytest.fixture
def reference(desk: Desk) -> str:
    reference = desk.case("Zephyrine here, quokkawobble", contact=CONTACT)
    manager = desk.browser("manager")
    case = desk.stored(reference).escalation
    manager.post(
        f"/cases/{reference}/notes",
        {"version": case.version, "text": "Zephyrine called"},
    )
    return reference


def parts(desk: Desk) -> Any:
    return desk.app.extensions["mend.desk"]


def everything(desk: Desk) -> str:
    """Return all rows, and on SQLite the bytes of the files too."""
    from mend.records.tables import metadata

    with desk.db.reading() as s:
        found = repr([s.execute(t.select()).all() for t in metadata.sorted_tables])
    path = sqlite_path(str(desk.db.engine.url))
    if path is not None:
        for file in (path, Path(f"{path}-wal")):
            if file.exists():
                found += file.read_bytes().decode("latin-1")
    return found


def test_what_will_go_is_said_first_and_looking_changes_nothing(
    desk: Desk, reference: str
) -> None:
    manager = desk.browser("manager")
    before = desk.audit()
    page = manager.get(f"/cases/{reference}/erase").text
    for line in ("2 messages", "1 set of contact details", "1 note of the staff"):
        assert line in page
    assert "cannot be undone" in page
    assert desk.audit() == before
    assert "Zephyrine" in everything(desk)


@pytest.mark.parametrize("typed", ["", "ABC234", "yes"])
def test_the_reference_must_be_typed(desk: Desk, reference: str, typed: str) -> None:
    manager = desk.browser("manager")
    answer = manager.post(f"/cases/{reference}/erase", {"reference": typed})
    assert answer.status_code == 422
    assert "Nothing was erased" in answer.text
    assert desk.stored(reference).erased_at is None


def test_after_it_nothing_personal_is_found(desk: Desk, reference: str) -> None:
    tracker = create_engine(parts(desk).tracker_url)
    with desk.db.reading() as s, tracker.begin() as rasa:
        sender = s.execute(text("SELECT sender_id FROM conversation")).scalar_one()
        rasa.execute(text("CREATE TABLE events (sender_id TEXT, data TEXT)"))
        rasa.execute(
            text("INSERT INTO events VALUES (:s, 'Zephyrine'), ('other', 'x')"),
            {"s": sender},
        )
    manager = desk.browser("manager")
    answer = manager.post(
        f"/cases/{reference}/erase", {"reference": f" {reference.lower()} "}
    )
    assert answer.status_code == 200
    for line in (
        "2 messages",
        "1 set of contact details",
        "1 note of the staff",
        "1 row of the assistant",
    ):
        assert line in answer.text
    # Rasa's name for the visitor is forgotten when late writes have gone too.
    desk.clock.forward(minutes=2)
    erasure_ledger.finish(
        desk.db,
        parts(desk).tracker_url,
        parts(desk).erasures_file,
        desk.clock(),
    )
    left = everything(desk)
    assert [word for word in (*WORDS, sender) if word in left] == []
    with tracker.connect() as rasa:
        rows = rasa.execute(text("SELECT sender_id FROM events")).scalars().all()
    assert rows == ["other"]
    assert len(erasure_ledger.read(parts(desk).erasures_file)) == 1
    case = desk.stored(reference)
    assert case.escalation.status == "closed"
    assert ("staff:2", "conversation.erased", "conversation:1") in desk.audit()


def test_a_second_time_there_is_nothing_to_erase(desk: Desk, reference: str) -> None:
    manager = desk.browser("manager")
    path = f"/cases/{reference}/erase"
    manager.post(path, {"reference": reference})
    page = manager.get(path)
    assert "Nothing personal is left" in page.text
    assert '<button class="danger"' not in page.text
    assert "nothing left to remove" in manager.post(path, {"reference": reference}).text


def test_rasas_memory_that_is_busy_is_left_to_the_sweeper(
    desk: Desk, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    from mend.desk import erasing

    def locked(*_: object) -> int:
        raise OperationalError("DELETE", {}, Exception("database is locked"))

    monkeypatch.setattr(erasing.tracker, "erase_events", locked)
    answer = desk.browser("manager").post(
        f"/cases/{reference}/erase", {"reference": reference}
    )
    assert "goes within a minute" in answer.text
    assert len(erasure_ledger.read(parts(desk).erasures_file)) == 1
    with desk.db.reading() as s:
        assert s.execute(text("SELECT count(*) FROM message")).scalar_one() == 0


def test_the_case_page_leads_there_for_managers_only(
    desk: Desk, reference: str
) -> None:
    link = re.escape(f'href="/cases/{reference}/erase"')
    assert re.search(link, desk.browser("manager").get(f"/cases/{reference}").text)
    page = desk.browser("reviewer").get(f"/cases/{reference}").text
    assert not re.search(link, page)


def test_no_such_case(desk: Desk) -> None:
    manager = desk.browser("manager")
    assert manager.get("/cases/ABC234/erase").status_code == 404
    answer = manager.post("/cases/ABC234/erase", {"reference": "ABC234"})
    assert answer.status_code == 404
