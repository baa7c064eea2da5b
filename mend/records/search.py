"""Find cases by what visitors wrote, by name, e-mail, phone or reference.

Words of visitors with a case are kept in rows of their own (`SearchWord`), in small
letters; a word that is looked for finds every word that begins with it. Names and
e-mail addresses are looked for anywhere inside, phone numbers by their digits.
"""

import re
from collections.abc import Iterable
from typing import Any

import phonenumbers
from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from mend.records.columns import clean_text
from mend.records.tables import Contact, Escalation, Message, SearchWord

QUERY_MAX = 200
"""Longest text that can be looked for (characters)."""
LEAST_LETTERS = 2
LEAST_DIGITS = 4
_WORD_MAX = 40  # the column's width
_WORDS_USED = 8  # more words find nothing more
_LAST_LETTER = "\U0010ffff"
_ESCAPE = "\\"
_PHONE = re.compile(r"[0-9 +()./-]+")


class TooShort(ValueError):
    """There is nothing in the text that could be looked for."""


def matches(typed: str) -> list[Any]:
    """Return the conditions that a case must meet to be found.

    Args:
        typed: What somebody typed: a reference, a phone number, an e-mail address,
            or words, all of which must be found. Nothing in it is a wildcard.

    Raises:
        TooShort: Fewer than `LEAST_LETTERS` letters or `LEAST_DIGITS` digits.
    """
    typed = clean_text(typed)[:QUERY_MAX].strip()
    by_reference = Escalation.reference == "".join(typed.split()).upper()
    if _PHONE.fullmatch(typed):
        numbers = _numbers(typed)
        if not numbers:
            raise TooShort
        found = [Contact.phone_digits.contains(number) for number in numbers]
        return [or_(by_reference, _has_contact(or_(*found)), *_said([_digits(typed)]))]
    if "@" in typed and not typed.startswith("@"):
        return [_has_contact(_holds(typed.casefold()))]
    wanted = [word for word in words_of(typed) if len(word) >= LEAST_LETTERS]
    if not wanted:
        raise TooShort
    each = [
        or_(said, _has_contact(_holds(word)))
        for word, said in zip(wanted, _said(wanted), strict=False)
    ]
    if len(wanted) > 2:
        return each
    # Two groups of letters may be a reference that somebody read out.
    return [or_(by_reference, each[0] if len(each) == 1 else each[0] & each[1])]


def words_of(text: str) -> list[str]:
    """Return the words of a text as they are kept, each once, in order."""
    words = re.findall(r"\w+", clean_text(text).casefold())
    return list(dict.fromkeys(word[:_WORD_MAX] for word in words))


def keep_words(s: Session, conversation_id: int, texts: Iterable[str]) -> None:
    """Make a chat findable by the words of these texts.

    The caller holds the lock on the conversation.
    """
    words = {word for text in texts for word in words_of(text)}
    known = s.execute(
        select(SearchWord.word).where(SearchWord.conversation_id == conversation_id)
    ).scalars()
    words.difference_update(known)
    s.add_all(
        SearchWord(conversation_id=conversation_id, word=word) for word in sorted(words)
    )


def keep_chat(s: Session, conversation_id: int) -> None:
    """Make a chat findable by everything that the visitor wrote in it."""
    texts = s.execute(
        select(Message.text).where(
            Message.conversation_id == conversation_id, Message.sender == "visitor"
        )
    ).scalars()
    keep_words(s, conversation_id, texts)


def forget_chat(s: Session, conversation_id: int) -> None:
    """Delete the words of an erased chat."""
    s.execute(
        delete(SearchWord)
        .where(SearchWord.conversation_id == conversation_id)
        .execution_options(synchronize_session=False)
    )


def contact_keys(
    name: str, phone: str | None, email: str | None
) -> dict[str, str | None]:
    """Return what contact details are found by, as columns of `Contact`."""
    named = "\n".join(part for part in (name, email) if part)
    return {
        "folded": named.casefold(),
        "phone_digits": _digits(phone or "")[:_WORD_MAX] or None,
    }


def _said(words: list[str]) -> list[Any]:
    """Return for each word: the visitor wrote one that begins with it."""
    return [
        Escalation.conversation_id.in_(
            select(SearchWord.conversation_id).where(
                SearchWord.word >= word, SearchWord.word < word + _LAST_LETTER
            )
        )
        for word in words[:_WORDS_USED]
    ]


def _has_contact(condition: Any) -> Any:
    return Escalation.id.in_(select(Contact.escalation_id).where(condition))


def _holds(part: str) -> Any:
    escaped = re.sub(r"([\\%_])", r"\\\1", part)
    return Contact.folded.like(f"%{escaped}%", escape=_ESCAPE)


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)


def _numbers(typed: str) -> set[str]:
    """Return the digits to look for in numbers, however they were written.

    0 before a national number and the country's code are left out of one form, so
    that "020 7946 0000" and "+44 20 7946 0000" find each other.
    """
    found = {_digits(typed), _digits(typed).lstrip("0")}
    if typed.startswith(("+", "00")):
        try:
            parsed = phonenumbers.parse(re.sub("^00", "+", typed), None)
        except phonenumbers.NumberParseException:
            pass
        else:
            found = {str(parsed.national_number)}
    return {number for number in found if len(number) >= LEAST_DIGITS}
