"""Reviews: how many answers a clinician has read, and which are too old (A16)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mend.content.finding import Finding
from mend.content.places import Place, place_of
from mend.understanding.catalogue import Catalogue

MAX_AGE_MONTHS = 12


@dataclass(frozen=True)
class Reviewed:
    """How many answers were reviewed by a clinician.

    Attributes:
        by_clinician: answers that name a reviewer.
        of: all answers about health.
    """

    by_clinician: int
    of: int


def is_about_health(answer_id: str) -> bool:
    """Tell answers that a clinician has to read from those on clinic and chat."""
    return not answer_id.startswith(("clinic.", "chat."))


def count_reviewed(reviewers: Mapping[str, str]) -> Reviewed:
    """Count the answers about health, and those of them that a clinician reviewed.

    Args:
        reviewers: by answer id, "" where there is none.
    """
    medical = [who for key, who in reviewers.items() if is_about_health(key)]
    return Reviewed(sum(map(bool, medical)), len(medical))


def in_words(reviewed: Reviewed) -> str:
    """Say how many answers were reviewed, to go on "They are general, and ..."."""
    if reviewed.by_clinician == 0:
        return "no clinician has reviewed them yet"
    if reviewed.by_clinician == reviewed.of:
        return "a clinician has reviewed all that are about health"
    return (
        f"a clinician has reviewed {reviewed.by_clinician} of the {reviewed.of} "
        "about health so far"
    )


def expires(reviewed: dt.date) -> dt.date:
    """Return the day from which a review is too old: twelve months later."""
    try:
        return reviewed.replace(year=reviewed.year + MAX_AGE_MONTHS // 12)
    except ValueError:  # 29 February
        return dt.date(reviewed.year + 1, 3, 1)


def check_reviews(
    catalogue: Catalogue, places: Mapping[str, Place], today: dt.date
) -> Iterator[Finding]:
    """Yield reviews that are older than twelve months, or in the future.

    Args:
        catalogue: answers and advice with the dates of their reviews.
        places: where the responses stand.
        today: the day to reckon from.
    """
    items = {f"utter_faq/{key}": it.reviewed for key, it in catalogue.answers.items()}
    items |= {
        f"utter_red_flag/{key}": it.reviewed for key, it in catalogue.advice.items()
    }
    items |= {
        f"utter_caution/{key}": it.reviewed for key, it in catalogue.cautions.items()
    }
    for name, reviewed in items.items():
        if not reviewed:
            continue
        day = dt.date.fromisoformat(reviewed)
        where = place_of(places, name, f'reviewed: "{reviewed}"')
        if day > today:
            yield Finding(where, f"reviewed on {reviewed}, which is yet to come")
        elif expires(day) <= today:
            yield Finding(
                where,
                f"reviewed on {reviewed}, more than {MAX_AGE_MONTHS} months ago",
            )
