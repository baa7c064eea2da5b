"""The page of all answers, with sources and reviews: for those who sign them off."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from flask import Blueprint, render_template

from mend.chat.assets import Assets
from mend.chat.door import FrontDoor
from mend.chat.pages import Numbers
from mend.content.facts import Facts
from mend.content.overview import overview
from mend.understanding.catalogue import Catalogue


def blueprint(
    door: FrontDoor, catalogue: Catalogue, facts: Facts, assets: Assets
) -> Blueprint:
    """Return the route of the page."""
    page = Blueprint("answers", __name__)
    numbers = Numbers(door)

    # Half a megabyte that changes with the clinic's day: made anew only then.
    @lru_cache(maxsize=2)
    def rendered(clinic_facts: tuple[tuple[str, str], ...], today: dt.date) -> str:
        return render_template(
            "answers.html",
            clinic=door.clinic,
            numbers=numbers,
            asset=assets.url,
            overview=overview(catalogue, facts, dict(clinic_facts), today),
            picture_url=lambda name: f"/pictures/{name}.svg",
        )

    @page.get("/answers")
    def answers() -> str:
        today = door.clinic.local(door.now()).date()
        return rendered(tuple(door.words.facts().items()), today)

    return page
