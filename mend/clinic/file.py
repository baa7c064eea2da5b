"""Reading ``clinic.yml``, with errors that name the key and say what to write."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from mend.clinic.clinic import Clinic
from mend.errors import OperatorError

# What to write, by pydantic's type of error; others explain themselves.
_WRITE: Mapping[str, str] = {
    "value_error.missing": "is missing; it must be there",
    "type_error.none.not_allowed": "must not be empty",
    "type_error.str": 'must be words; put them in quotes, like "so"',
    "value_error.strictbool": "must be true, false, or a sentence in your own words",
    "value_error.any_str.max_length": "is too long; {limit_value} characters at most",
    "type_error.integer": "must be a whole number, such as 45",
    "type_error.decimal": "must be a number, such as 68 or 67.50, without a sign",
    "value_error.decimal.not_finite": "must be a number, such as 68 or 67.50",
    "value_error.decimal.max_places": "must have two decimals at most, such as 67.50",
    "value_error.number.not_ge": "must be {limit_value} or more",
    "value_error.number.not_le": "must be {limit_value} or less",
    "type_error.tuple": "must be a list: [one, two], or a line with a hyphen each",
    "type_error.dict": "must have keys of its own, further in on the next lines",
    "type_error.date": "must be a date, such as 2026-12-25",
    "value_error.date": "must be a date, such as 2026-12-25",
}
_NO_RULE = ("value_error.strictbool", "type_error.str")
_UNKNOWN = "value_error.extra"
_ALIKE = 0.6


class ClinicError(OperatorError):
    """``clinic.yml`` cannot be used; the message names the key and what would do."""


def load_clinic(path: Path) -> Clinic:
    """Read and check the clinic's facts.

    Raises:
        ClinicError: the file is missing, is not YAML, or a key cannot be used.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ClinicError(
            f"{path} is missing; copy the clinic.yml that Mend comes with"
        ) from None
    except UnicodeDecodeError:
        raise ClinicError(f"{path} is not UTF-8 text; save it as UTF-8") from None
    except yaml.YAMLError as error:
        raise ClinicError(f"{path} is not valid YAML: {error}") from None
    if not isinstance(content, dict):
        raise ClinicError(f"{path} must hold keys and values, such as 'name: ...'")
    if not all(isinstance(key, str) for key in content):
        raise ClinicError(f"{path.name}: every key must be a word")
    # A key that only its comments follow is as good as left out.
    filled = {key: value for key, value in content.items() if value is not None}
    try:
        return Clinic(**filled)
    except ValidationError as error:
        problems = _problems(error.errors())
        raise ClinicError("\n".join(f"{path.name}: {it}" for it in problems)) from None


def _problems(errors: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield one line per key: which, what is wrong and what to write."""
    by_place: dict[tuple[str | int, ...], list[Mapping[str, Any]]] = {}
    for error in errors:
        by_place.setdefault(error["loc"], []).append(error)
    for place, several in by_place.items():
        # A rule that is words, but bad ones, is not true or false either.
        words = [it for it in several if it["type"] not in _NO_RULE]
        error = (words or several)[0]
        yield ": ".join(part for part in (_key(place), _what(error, place)) if part)


def _what(error: Mapping[str, Any], place: tuple[str | int, ...]) -> str:
    if error["type"] == _UNKNOWN:
        return _unknown(place)
    limits = {key: str(value) for key, value in (error.get("ctx") or {}).items()}
    write = _WRITE.get(error["type"], "").format_map(limits)
    return write or str(error["msg"])


def _key(place: tuple[str | int, ...]) -> str:
    """Write where a key is: ``prices.treatments, entry 2, price``."""
    written = ""
    for part in place:
        if part in ("__root__", "__key__"):
            continue
        if isinstance(part, int):
            written += f", entry {part + 1}"
        elif written:
            written += f"{', ' if 'entry' in written else '.'}{part}"
        else:
            written = part
    return written


def _unknown(place: tuple[str | int, ...]) -> str:
    """Say which known key was probably meant."""
    *before, last = place
    here = list(_model_at(before).__fields__)
    known = {key: key.rpartition(".")[2] for key in [*here, *_keys(Clinic)]}
    nearest = max(known, key=lambda key: _likeness(str(last), known[key]))
    if _likeness(str(last), known[nearest]) < _ALIKE:
        return f"is not a known key; known here: {', '.join(here)}"
    return f"is not a known key; did you mean {nearest}?"


def _likeness(word: str, known: str) -> float:
    if known in word.split("_"):
        return 0.9 + 0.1 * (word == known)
    return difflib.SequenceMatcher(None, word, known).ratio()


def _model_at(place: Sequence[str | int]) -> type[BaseModel]:
    model: type[BaseModel] = Clinic
    for part in place:
        if isinstance(part, str):
            model = model.__fields__[part].type_
    return model


def _keys(model: type[BaseModel], before: str = "") -> Iterator[str]:
    for name, field in model.__fields__.items():
        inner = field.type_
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield f"{before}{name}"
            yield from _keys(inner, f"{before}{name}.")
        else:
            yield f"{before}{name}"
