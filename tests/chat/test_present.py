"""Stored messages as the API tells them: what is set apart in whose words."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from mend.chat.choices import Choices
from mend.chat.present import message
from mend.records.journal import StoredMessage

TEXT = "Most scars fade. Wait.\n\n- rest\n\nStop and get help if it grows."


def marks(**more: str | None) -> list[str | None]:
    row = {
        "sender": "assistant",
        "outcome": "answered",
        "answer": "scar.looks",
        "text": TEXT,
        **more,
    }
    stored = StoredMessage(
        seq=1,
        sources=[],
        choices=[],
        form=None,
        picture=None,
        urgency=None,
        at=datetime(2026, 11, 23, tzinfo=timezone.utc),
        client_message_id=None,
        **row,
    )
    told = message(stored, "c", Choices("k" * 40))
    assert told["text"] == row["text"]
    return [block["mark"] for block in told["blocks"]]


def test_an_answer_has_its_main_message_and_when_to_get_help_set_apart() -> None:
    assert marks() == ["main", None, None, "help"]


@pytest.mark.parametrize("outcome", ["answered", "assess", "small_talk", None])
def test_what_is_no_answer_has_no_main_message(outcome: str | None) -> None:
    assert marks(outcome=outcome, answer=None) == [None, None, "help"]


def test_in_a_warning_nothing_stands_out_from_the_rest() -> None:
    assert marks(outcome="red_flag") == [None, None, None]


def test_what_a_visitor_wrote_is_left_as_it_is() -> None:
    assert marks(sender="visitor", outcome=None, answer=None) == []
