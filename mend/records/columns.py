"""Column types that keep what is stored safe on SQLite and on PostgreSQL alike."""

import re
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import JSON, DateTime, Text
from sqlalchemy.types import TypeDecorator

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class NaiveDatetime(ValueError):
    """A datetime without a time zone was about to be stored."""


def clean_text(text: str) -> str:
    """Return `text` as it can be stored in any of our databases.

    NUL characters are dropped (PostgreSQL refuses them); halves of a surrogate pair,
    which cannot be written as UTF-8, become U+FFFD.
    """
    return _LONE_SURROGATE.sub("\ufffd", text.replace("\x00", ""))


def clean_json(value: Any) -> Any:
    """Return a JSON-able copy of `value` with every text in it cleaned."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_text(str(key)): clean_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean_json(item) for item in value]
    return value


class UTCDateTime(TypeDecorator):
    """A moment in UTC: aware in, aware out; naive datetimes are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> Any:
        """Turn an aware datetime into UTC, without its zone where none is stored."""
        if value is None:
            return None
        if value.tzinfo is None or value.utcoffset() is None:
            raise NaiveDatetime(f"a datetime without time zone: {value!r}")
        in_utc = value.astimezone(timezone.utc)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, _dialect: Any) -> Any:
        """Hand the stored moment back as an aware datetime in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=timezone.utc)
        return value.astimezone(timezone.utc)


class CleanText(TypeDecorator):
    """Text of any length, cleaned by `clean_text` on its way in."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Any) -> str | None:
        """Clean the text."""
        return None if value is None else clean_text(value)


class CleanJSON(TypeDecorator):
    """JSON whose texts are cleaned by `clean_text` on their way in."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Any) -> Any:
        """Clean every text inside the value."""
        return None if value is None else clean_json(value)
