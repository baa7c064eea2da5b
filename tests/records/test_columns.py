from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from mend.records.columns import NaiveDatetime, clean_json, clean_text
from mend.records.database import Database
from mend.records.tables import Conversation, Message

from .making import NOW, receive


def test_nul_goes_and_lone_surrogates_are_replaced() -> None:
    assert clean_text("a\x00b\ud800c\udfff 😀") == "ab\ufffdc\ufffd 😀"


def test_cleaning_reaches_into_json() -> None:
    dirty = {"a\x00": ["x\ud800", ("y\x00", 1, None, True)]}
    assert clean_json(dirty) == {"a": ["x\ufffd", ["y", 1, None, True]]}


def test_naive_datetime_is_refused(db: Database) -> None:
    with pytest.raises(StatementError) as caught, db.transaction() as s:
        naive = datetime(2026, 11, 23)
        s.add(Conversation(sender_id="x", created_at=naive, last_seen_at=NOW))
    assert isinstance(caught.value.orig, NaiveDatetime)


def test_moments_come_back_aware_and_in_utc(db: Database) -> None:
    tokyo = timezone(timedelta(hours=9))
    moment = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=tokyo)
    with db.transaction() as s:
        s.add(Conversation(sender_id="x", created_at=moment, last_seen_at=moment))
    with db.reading() as s:
        stored = s.execute(select(Conversation.created_at)).scalar_one()
    assert stored == moment
    assert stored.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "text",
    ["nul \x00 inside", "lone \ud83d half", "\u202eright to left", "Z̸͉̆a", "👩🏽‍⚕️"],
)
def test_any_text_can_be_stored(
    db: Database, conversation: Conversation, text: str
) -> None:
    message = receive(db, conversation, text)
    with db.reading() as s:
        assert s.get(Message, message.id).text == clean_text(text)
