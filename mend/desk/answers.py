"""What the desk calls the assistant's answers: their titles instead of their ids."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from mend.understanding.catalogue_files import load_catalogue

DATA = Path("data")

GROUP_WORDS = {
    "chat": "Talk about the chat",
    "clinic": "The clinic",
    "condition": "Conditions",
    "fascia": "Fascia",
    "healing": "Healing",
    "iastm": "IASTM",
    "injury": "Injuries",
    "mld": "Lymph drainage",
    "physio": "Physiotherapy",
    "scar": "Scars",
    "surgery": "After surgery",
    "treatment": "Other treatments",
}
INTENT_WORDS = {
    "pain": "A report of pain",
    "pain_limits_life": "Pain that limits daily life",
    "out_of_scope": "Not ours",
    "clarify": "Asked back",
    "several": "Several questions at once",
    "new_topic": "New topic",
}
# What people tell rather than ask; a warning sign is not taught here.
TOLD = ("pain", "pain_limits_life")
FAQ = "faq/"


@cache
def titles() -> Mapping[str, str]:
    """Return the title of each answer by its id; read once, as the chat does."""
    return load_catalogue(DATA).titles


def grouped() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return (group, [(intent, title)]) of all answers that can be taught."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for key, title in titles().items():
        name = key.partition(".")[0]
        groups.setdefault(GROUP_WORDS.get(name, name.title()), []).append(
            (FAQ + key, title)
        )
    told = [(intent, INTENT_WORDS[intent]) for intent in TOLD]
    answers = sorted(
        (name, sorted(rows, key=lambda row: row[1].casefold()))
        for name, rows in groups.items()
    )
    return [("Not a question", told), *answers]


def can_be_taught(intent: str) -> bool:
    """Tell whether staff may choose an intent as what a message should have been."""
    return intent in TOLD or intent.removeprefix(FAQ) in titles()


def in_words(intent: str | None) -> str:
    """Return what an intent is called; an unknown one by its own name."""
    if not intent:
        return "Nothing"
    if intent.startswith("red_flag"):
        return "Warning sign"
    known = titles().get(intent.removeprefix(FAQ)) or INTENT_WORDS.get(intent)
    return known or intent.removeprefix(FAQ).replace("_", " ")
