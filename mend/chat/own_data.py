"""What a visitor is told about their own data, beside the data itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mend.chat.words import Words

ALSO_STORED = (
    "The assistant's working memory holds the same messages. It is deleted with the "
    "chat.",
    "We keep a list of what was done and when, with numbers instead of names and "
    "without your words.",
    "Notes that our staff wrote about a case are the clinic's own records. To ask for "
    "them, call us on {clinic.phone}.",
)

TOMBSTONE = (
    "That there was a chat, and when it was deleted; nothing that was said in it."
)
CASE = (
    "Case {reference}: of what kind and how urgent it was, when it came and how it "
    "ended; none of your words."
)
REQUEST = (
    "Request {reference}: your contact details and our staff's notes, until our staff "
    "close it, because you asked us to contact you. If you do not want that, cancel "
    "the request before you delete the chat."
)


def tell(stored: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """Return the stored data with what else there is, and what a deletion leaves.

    Args:
        stored: What `mend.records.erasure.export` gives.
        words: Fills in the clinic's facts.
    """
    cases = [
        words.say(
            # As `mend.records.erasure.erase` does it.
            REQUEST if case["status"] != "closed" and "contact" in case else CASE,
            reference=case["reference"],
        )
        for case in stored["cases"]
    ]
    return {
        **stored,
        "also_stored": [words.say(text) for text in ALSO_STORED],
        "kept_after_deletion": [TOMBSTONE, *cases],
    }
