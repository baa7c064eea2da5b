import datetime as dt

import pytest

from mend.content.reviews import (
    Reviewed,
    check_reviews,
    count_reviewed,
    expires,
    in_words,
)
from mend.understanding.catalogue import Advice, Catalogue, Caution
from tests.content.made_up import answer


def catalogue(reviewed):
    advice = Advice("RF03.soon", "RF03", "soon", "", "Go.", reviewed=reviewed)
    caution = Caution("older", "Go.", "", (), (), (), reviewed, "")
    return Catalogue(
        {"healing.time": answer(reviewed=reviewed)},
        {"RF03.soon": advice},
        {},
        {},
        {"older": caution},
    )


def found(reviewed, today):
    items = check_reviews(catalogue(reviewed), {}, dt.date.fromisoformat(today))
    return [str(item) for item in items]


def test_a_review_is_good_for_twelve_months():
    assert found("2025-11-24", "2026-11-23") == []
    assert found("2025-11-23", "2026-11-23") == [
        "utter_faq/healing.time: reviewed on 2025-11-23, more than 12 months ago",
        "utter_red_flag/RF03.soon: reviewed on 2025-11-23, more than 12 months ago",
        "utter_caution/older: reviewed on 2025-11-23, more than 12 months ago",
    ]


def test_a_review_in_the_future_is_found():
    (first, *_) = found("2026-11-24", "2026-11-23")
    assert "yet to come" in first
    assert found("2026-11-23", "2026-11-23") == []


def test_advice_without_a_date_was_never_reviewed_and_that_is_said_elsewhere():
    assert found("", "2026-11-23") == []


@pytest.mark.parametrize(
    ("day", "last"), [("2024-02-29", "2025-03-01"), ("2025-06-01", "2026-06-01")]
)
def test_expiry(day, last):
    assert expires(dt.date.fromisoformat(day)) == dt.date.fromisoformat(last)


def test_reviewed_answers_are_counted_among_those_about_health():
    reviewers = {"a.a": "", "a.b": "Ann Lee, physiotherapist", "chat.greet": "Ann"}
    assert count_reviewed(reviewers) == Reviewed(1, 2)


@pytest.mark.parametrize(
    ("reviewed", "words"),
    [
        (Reviewed(0, 120), "no clinician has reviewed them yet"),
        (Reviewed(7, 120), "a clinician has reviewed 7 of the 120 about health so far"),
        (Reviewed(120, 120), "a clinician has reviewed all that are about health"),
        (Reviewed(0, 0), "no clinician has reviewed them yet"),
    ],
)
def test_reviews_in_words(reviewed, words):
    assert in_words(reviewed) == words
