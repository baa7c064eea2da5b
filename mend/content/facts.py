"""The facts that answers rest on, with the numbers they state (``data/facts.yml``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from mend.errors import OperatorError

FACTS_FILE = "facts.yml"

_IN_DAYS = {"hours": 1 / 24, "days": 1.0, "weeks": 7.0}
_IN_MONTHS = {"months": 1.0, "years": 12.0}
UNITS = (
    *("", "%", "minutes", *_IN_DAYS, *_IN_MONTHS, "trials", "people", "sessions"),
    *("degrees", "tools", "times", "steps", "in 10"),
)


class FactsError(OperatorError):
    """The file of facts cannot be used; the message names the entry."""


@dataclass(frozen=True)
class Quantity:
    """One thing that is measured, and the numbers a fact states for it.

    Attributes:
        of: what is measured; the same words mean the same thing in every fact.
        values: the numbers that may be stated; a range is its ends.
        unit: one of `UNITS`.
        source: key of the source that says so, "" where it is from memory or ours.
    """

    of: str
    values: tuple[float, ...]
    unit: str
    source: str = ""

    def states(self, values: Iterable[float], unit: str) -> bool:
        """Tell whether these numbers, in this unit or a related one, are stated."""
        ours = {in_base_unit(value, self.unit) for value in self.values}
        return all(in_base_unit(value, unit) in ours for value in values)


def in_base_unit(value: float, unit: str) -> tuple[float, str]:
    """Return a number so that 48 hours equal 2 days, and 24 months 2 years.

    Days and months are kept apart: no answer may turn the one into the other.
    """
    for base, factors in (("days", _IN_DAYS), ("months", _IN_MONTHS)):
        if unit in factors:
            return round(value * factors[unit], 6), base
    return float(value), unit


@dataclass(frozen=True)
class Fact:
    """One fact.

    Attributes:
        id: such as ``H3``.
        says: the fact in our words.
        from_memory: whether no text was seen that says so.
        quantities: the numbers it states.
    """

    id: str
    says: str
    from_memory: bool
    quantities: tuple[Quantity, ...]


@dataclass(frozen=True)
class Facts:
    """All facts by id, and numbers of sources that were found later, by source."""

    facts: Mapping[str, Fact]
    of_sources: Mapping[str, tuple[Quantity, ...]]

    def quantities(
        self, facts: Iterable[str], sources: Iterable[str]
    ) -> list[Quantity]:
        """Return the numbers that a text with these facts and sources may state."""
        found = [
            q for key in facts if key in self.facts for q in self.facts[key].quantities
        ]
        return found + [q for key in sources for q in self.of_sources.get(key, ())]


NO_FACTS = Facts({}, {})


def load_facts(data_dir: Path) -> Facts:
    """Read the facts.

    Args:
        data_dir: the project's ``data`` folder.

    Raises:
        FactsError: the file is missing, or an entry has the wrong form.
    """
    file = data_dir / FACTS_FILE
    try:
        content = yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader)
        return Facts(
            {key: _fact(key, entry) for key, entry in content["facts"].items()},
            {
                key: tuple(
                    _quantity(key, {**entry, "source": key}) for entry in entries
                )
                for key, entries in (content.get("sources") or {}).items()
            },
        )
    except FileNotFoundError:
        raise FactsError(f"data/{FACTS_FILE}: not found") from None
    except yaml.YAMLError as error:
        raise FactsError(f"data/{FACTS_FILE}: {error}") from None
    except (KeyError, TypeError, AttributeError) as error:
        raise FactsError(
            f"data/{FACTS_FILE}: not of the form its first lines describe ({error!r})"
        ) from None


def _fact(key: str, entry: Mapping[str, Any]) -> Fact:
    says = entry["says"]
    if not isinstance(says, str) or not says.strip():
        raise FactsError(f"data/{FACTS_FILE}, {key}: says must be text")
    quantities = tuple(_quantity(key, it) for it in entry.get("quantities") or ())
    return Fact(str(key), says.strip(), entry.get("from_memory") is True, quantities)


def _quantity(key: str, entry: Mapping[str, Any]) -> Quantity:
    unit, values = entry["unit"], entry["values"]
    if unit not in UNITS:
        raise FactsError(f"data/{FACTS_FILE}, {key}: unit {unit!r} is not known")
    if not values or not all(isinstance(value, int | float) for value in values):
        raise FactsError(f"data/{FACTS_FILE}, {key}: values must be numbers")
    numbers = tuple(float(value) for value in values)
    return Quantity(str(entry["of"]), numbers, unit, str(entry.get("source") or ""))
