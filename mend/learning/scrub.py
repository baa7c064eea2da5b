"""Take names and contact details out of what a visitor wrote, before it is taught.

Pure. Each is replaced by plain words, so that the sentence can still be an example.
A machine does not know every name: a person reads the text before it is taught, and
`maybe_names` tells them where to look.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

SOMEONE = "someone"

# In this order: what is found first is gone when the next one looks.
_DETAILS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), words)
    for pattern, words in (
        (r"\S+@\S+\.\w+", "my e-mail"),
        (
            r"\b\w+ ?(?:\(at\)|\[at\]) ?\w+(?:\.| ?(?:\(dot\)|\[dot\]) ?)\w+",
            "my e-mail",
        ),
        (r"\b(?:https?://|www\.)\S+", "a website"),
        (r"(?<!\w)@\w{2,}", "my account"),
        # Dates of birth come as 12/03/1981, 1981-03-12 or "3 March 1981".
        (r"\b\d{1,4}[./-]\d{1,2}[./-]\d{2,4}\b", "a date"),
        (
            r"\b\d{1,2}(?:st|nd|rd|th)? (?:of )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|"
            r"oct|nov|dec)[a-z]*,? (?:19|20)\d\d\b",
            "a date",
        ),
        # Numbers of phones, of patients, of cards; spaces and dashes inside.
        (r"(?<!\w)[+(]?\d(?:[\s().-]{0,2}\d){6,}", "my number"),
        (r"\b[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}\b", "my postcode"),
        (
            r"\b\d{1,4}[a-z]?,? (?:[a-z'-]+ ){1,3}"
            r"(?:street|road|avenue|lane|close|drive|court|crescent|gardens|terrace)\b",
            "my address",
        ),
    )
)
_NAME = r"[^\W\d_][\w'-]+"
# What follows is a name even in small letters, up to two words of it.
_SAID = re.compile(
    rf"\b(my (?:full |first |last )?name(?: is|'s|:)|i am called|i'm called|"
    rf"(?:mr|mrs|ms|miss|dr|doctor|prof|professor|nurse)\.?)(\s+){_NAME}"
    rf"(?:\s+(?!(?:and|but|i|my|is|was|has|said|told|the|a|at|in|who|with|for|from|to|"
    rf"can|on|says|did)\b){_NAME})?",
    re.IGNORECASE,
)
# Here only a capital tells a name from "it is sore".
_CAPITAL = r"[A-Z][a-z'-]+(?: [A-Z][a-z'-]+)?"
_HERE = re.compile(
    rf"\b((?:[Tt]his is|[Ii]t is|[Ii]t's|[Ii] am|[Ii]'m|[Rr]egards|[Tt]hanks|"
    rf"[Cc]heers),? ){_CAPITAL}\b"
)
_WORD = re.compile(r"[^\W\d_][\w'-]*")


def scrub(text: str, names: Iterable[str] = ()) -> str:
    """Return the text without contact details and without the names that are known.

    Args:
        text: What a visitor wrote.
        names: Names of people, whole or in parts; each part of three letters or more
            is taken out wherever it stands.
    """
    for pattern, words in _DETAILS:
        text = pattern.sub(words, text)
    text = _SAID.sub(rf"\1\2{SOMEONE}", text)
    text = _HERE.sub(rf"\1{SOMEONE}", text)
    parts = {part for name in names for part in _WORD.findall(name) if len(part) > 2}
    for part in sorted(parts, key=len, reverse=True):
        text = re.sub(rf"\b{re.escape(part)}\b", SOMEONE, text, flags=re.IGNORECASE)
    return re.sub(rf"\b{SOMEONE}(?: {SOMEONE})+\b", SOMEONE, text)


def maybe_names(text: str, known: Collection[str]) -> list[str]:
    """Return words with a capital inside a sentence that no example uses.

    Args:
        text: What would be taught.
        known: Words of all examples, in small letters.
    """
    found = []
    for match in _WORD.finditer(text):
        word, before = match[0], text[: match.start()].rstrip()
        begins = not before or before[-1] in ".!?:"
        small = word.casefold().removesuffix("'s")
        if word[0].isupper() and len(word) > 1 and not begins and small not in known:
            found.append(word)
    return list(dict.fromkeys(found))
