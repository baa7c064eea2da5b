"""Passages, facts and places made up for tests."""

from __future__ import annotations

from typing import Any

from mend.content.facts import Fact, Facts, Quantity
from mend.content.finding import Finding
from mend.content.passage import Passage
from mend.content.places import Place
from mend.understanding.catalogue import Answer

HARD = "Physiological rehabilitation necessitates multidisciplinary collaboration."


def passage(text: str, id: str = "healing.time", **more: Any) -> Passage:
    """Return a text that stands from line 10 of a file."""
    name = more.pop("name", f"utter_faq/{id}")
    lines = (f"{name}:", "- text: |-", *(f"    {line}" for line in text.splitlines()))
    places = {name: Place("data/faq/made_up.yml", 10, lines)}
    return Passage(**{"id": id, "name": name, "text": text, "places": places, **more})


def answer(id: str = "healing.time", **more: Any) -> Answer:
    """Return an answer that has all it needs."""
    return Answer(
        **{
            "id": id,
            "title": "How long does it take?",
            "text": "It takes time.",
            "outcome": "answered",
            "facts": ("H3",),
            "sources": ("leaflet",),
            "reviewed": "2026-11-23",
            "reviewer": "",
            "followups": ("healing.phases",),
            **more,
        }
    )


def facts(*quantities: Quantity, of_sources: Any = None, **memory: bool) -> Facts:
    """Return fact H3 with quantities, and others that are from memory or not."""
    found = {"H3": Fact("H3", "It takes time.", False, quantities)}
    found |= {key: Fact(key, "So it is.", old, ()) for key, old in memory.items()}
    return Facts(found, of_sources or {})


def said(findings: Any) -> list[str]:
    """Return what findings say, without where."""
    return [finding.what for finding in findings if isinstance(finding, Finding)]
