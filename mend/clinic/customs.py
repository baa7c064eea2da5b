"""Times, days, money and lists as people of the clinic's country write them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton
from babel.numbers import format_currency, get_territory_currencies

# English as written in Europe: 24 hours, the day before the month.
_ELSEWHERE = Locale("en", territory="150")


@dataclass(frozen=True)
class Customs:
    """Ways of writing of one country.

    Attributes:
        country: two-letter code, or None where it is not known.
        currency: three-letter code, or None where it is not known.
    """

    country: str | None
    currency: str | None

    @property
    def _locale(self) -> Locale:
        try:
            return Locale("en", territory=self.country) if self.country else _ELSEWHERE
        except UnknownLocaleError:
            return _ELSEWHERE

    def time(self, time: dt.time) -> str:
        """Write a time of day: 18:00, or 6:00 pm."""
        if "a" in self._locale.time_formats["short"].pattern:
            half = "am" if time.hour < 12 else "pm"
            return f"{time.hour % 12 or 12}:{time:%M} {half}"
        return f"{time.hour}:{time:%M}"

    def day(self, day: dt.date) -> str:
        """Write a day of the year: 25 December, or December 25."""
        return format_skeleton("MMMMd", day, locale=self._locale)

    def money(self, amount: Decimal) -> str:
        """Write an amount in the clinic's currency; whole amounts without cents."""
        if self.currency is None:
            return f"{amount.normalize():f}"
        written = self._locale.currency_formats["standard"].pattern
        whole = amount == amount.to_integral_value()
        return format_currency(
            amount,
            self.currency,
            written.replace(".00", "") if whole else written,
            locale=self._locale,
            currency_digits=not whole,
        ).replace("\N{NO-BREAK SPACE}", " ")


def currency_of(country: str) -> str | None:
    """Return the code of a country's currency, or None if there is not one."""
    codes: Sequence[str] = get_territory_currencies(country)
    return codes[0] if codes else None


def listed(items: Sequence[str], last: str = "and") -> str:
    """Write items one after the other: "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def counted(number: int, what: str) -> str:
    """Write how many: "1 hour", "24 hours"."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def sentence(words: str) -> str:
    """Write words as a sentence: capital letter, full stop."""
    return words[0].upper() + words[1:] + ("" if words[-1] in ".?" else ".")
