"""Two misses in a row offer a person; a button is no miss."""

from typing import Any

import pytest

from actions.clarify import Clarify
from actions.out_of_scope import OutOfScope
from tests.actions.test_actions import run, said

NEAR = {"suggestions": ["faq/a.b"]}
CHOSEN = {"by": "choice"}
PRESSED = {"event": "user", "parse_data": {"understanding": CHOSEN}}
TYPED = {"event": "user", "parse_data": {"understanding": {"by": "score"}}}


def ran(name: str) -> dict[str, Any]:
    return {"event": "action", "name": name}


CLARIFY, REFUSED = ran("action_clarify"), ran("action_out_of_scope")


@pytest.fixture(autouse=True)
def titles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actions.clarify.titles", lambda: {"a.b": "A or B?"})


@pytest.mark.parametrize(
    ("events", "response"),
    [
        ([TYPED], "utter_clarify"),
        ([TYPED, ran("utter_faq"), TYPED], "utter_clarify"),
        ([TYPED, CLARIFY, TYPED], "utter_clarify_again"),
        ([TYPED, REFUSED, TYPED], "utter_clarify_again"),
        ([TYPED, CLARIFY, PRESSED, ran("utter_faq"), TYPED], "utter_clarify"),
        ([TYPED, CLARIFY, PRESSED, REFUSED, TYPED], "utter_clarify_again"),
        ([PRESSED, REFUSED, TYPED], "utter_clarify"),
    ],
)
def test_a_second_clarification_in_a_row_keeps_its_choices_and_offers_a_person(
    events: list[dict[str, Any]], response: str
) -> None:
    messages, _ = run(
        Clarify(), said("x", "clarify", understanding=NEAR), events=events
    )

    assert messages[0]["response"] == response
    assert messages[0]["choices"] == [{"title": "A or B?", "intent": "faq/a.b"}]


def test_a_clarification_without_choices_is_a_miss_like_another() -> None:
    message = said("x", "clarify", understanding={"suggestions": ["faq/gone"]})
    messages, _ = run(Clarify(), message, events=[TYPED, CLARIFY, TYPED])

    assert messages[0]["response"] == "utter_two_misses"


def test_none_of_these_is_no_second_miss() -> None:
    pressed = said("None of these", "out_of_scope", understanding=CHOSEN)
    messages, _ = run(OutOfScope(), pressed, events=[TYPED, CLARIFY, PRESSED])
    assert messages[0]["response"] == "utter_out_of_scope"

    typed = said("what", "out_of_scope")
    events = [TYPED, CLARIFY, PRESSED, REFUSED, TYPED]
    messages, _ = run(OutOfScope(), typed, events=events)
    assert messages[0]["response"] == "utter_two_misses"
