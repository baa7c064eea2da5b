from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from mend.records import corrections, journal
from mend.records.database import Database
from mend.records.feedback import record_feedback
from mend.records.journal import TurnResult
from mend.records.misses import same_as
from mend.records.tables import Miss

from .making import (
    NOW,
    answered,
    new_conversation,
    new_staff,
    red_flag,
    refused,
    turn,
)


def misses(db: Database) -> list[tuple[int, str]]:
    with db.reading() as s:
        rows = s.execute(select(Miss).order_by(Miss.id)).scalars()
        return [(row.message_id, row.why) for row in rows]


def scored(best: float, second: float) -> TurnResult:
    ranking = [
        {"name": "faq/healing.time", "confidence": best},
        {"name": "faq/scar.what_is", "confidence": second},
    ]
    found = {"by": "score", "intent": "faq/healing.time", "ranking": ranking}
    return replace(answered(), understanding=found)


def clarify() -> TurnResult:
    return replace(refused(), outcome="clarify")


def test_what_was_refused_is_noted(db: Database) -> None:
    message = turn(db, "do you sell shoes", refused())
    assert misses(db) == [(message.id, "out_of_scope")]


@pytest.mark.parametrize("text", ["5", "7/10", "?!", "\U0001f44d"])
def test_nobody_learns_from_a_message_without_letters(db: Database, text: str) -> None:
    turn(db, text, refused())
    assert misses(db) == []


@pytest.mark.parametrize(
    ("best", "second", "noted"),
    [(0.8, 0.1, False), (0.8, 0.4, True), (0.32, 0.01, True), (0.34, 0.01, False)],
)
def test_answers_with_a_low_margin_are_noted(
    db: Database, best: float, second: float, noted: bool
) -> None:
    turn(db, "how long", scored(best, second))
    assert [why for _, why in misses(db)] == ["narrow"] * noted


def test_a_warning_sign_is_never_a_miss(db: Database) -> None:
    chat = new_conversation(db)
    turn(db, "crushing chest pain", red_flag(), conversation=chat)
    with db.transaction() as s:
        record_feedback(s, chat, 3, False, "not helpful", NOW)
    assert misses(db) == []


def test_a_clarification_counts_until_a_button_is_pressed(db: Database) -> None:
    chat = new_conversation(db)
    asked = turn(db, "the scraping", clarify(), conversation=chat)
    assert misses(db) == [(asked.id, "clarified")]
    turn(db, "IASTM", answered(), conversation=chat, choice="faq/iastm.what")
    assert misses(db) == []


def test_a_button_after_something_else_takes_nothing_back(db: Database) -> None:
    chat = new_conversation(db)
    turn(db, "the scraping", clarify(), conversation=chat)
    turn(db, "never mind, how long", answered(), conversation=chat)
    turn(db, "IASTM", answered(), conversation=chat, choice="faq/iastm.what")
    assert [why for _, why in misses(db)] == ["clarified"]


def test_thumbs_down_are_noted_and_taken_back(db: Database) -> None:
    chat = new_conversation(db)
    asked = turn(db, "how long does it take", answered(), conversation=chat)
    with db.transaction() as s:
        record_feedback(s, chat, 3, False, None, NOW)
    assert misses(db) == [(asked.id, "thumbs_down")]
    with db.transaction() as s:
        record_feedback(s, chat, 3, True, None, NOW)
    assert misses(db) == []


def test_a_thumb_down_on_a_button_teaches_nothing(db: Database) -> None:
    chat = new_conversation(db)
    turn(db, "Healing", answered(), conversation=chat, choice="faq/healing.time")
    with db.transaction() as s:
        record_feedback(s, chat, 3, False, None, NOW)
    assert misses(db) == []


def test_the_same_words_are_the_same_whatever_their_case() -> None:
    assert same_as("Do you sell  SHOES?") == same_as("do you sell shoes")
    assert same_as("do you sell shoes") != same_as("do you sell boots")


def test_what_was_skipped_does_not_come_back_with_the_next_visitor(
    db: Database,
) -> None:
    first = turn(db, "asdf", refused())
    kim = new_staff(db, "kim@clinic.example", "Kim", "reviewer")
    with db.transaction() as s:
        corrections.skip(s, first.id, staff_id=kim, now=NOW)
    turn(db, "ASDF!", refused())
    with db.reading() as s:
        assert corrections.inbox(s, NOW).groups == []


def test_misses_go_with_their_messages(db: Database) -> None:
    chat = new_conversation(db)
    turn(db, "do you sell shoes", refused(), conversation=chat)
    with db.transaction() as s:
        journal.erase(s, chat, NOW)
    assert misses(db) == []
