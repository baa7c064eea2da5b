"""Reads the catalogue, and says what is wrong with its files.

They are the YAML files that Rasa is trained on, so that an author edits one place.
Reading takes a fraction of a second.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from mend import unique_keys
from mend.clinic import FACTS
from mend.errors import OperatorError
from mend.understanding.catalogue import (
    ESCALATIONS,
    FORMS,
    KINDS,
    OUTCOMES,
    REVIEWED,
    TIERS,
    Advice,
    Answer,
    Catalogue,
    Caution,
    Check,
    Deeper,
    Source,
)
from mend.understanding.circumstances import CAUTIONS
from mend.understanding.entry import Entry, only_response

PLACEHOLDERS = frozenset({*FACTS, REVIEWED})
TITLE_LIMIT = 45
FOLLOWUP_LIMIT = 3

SOURCES_FILE = "sources.yml"
PICTURES_FILE = "pictures.yml"
LEXICON_FOLDER = "lexicon"

_ANSWER = "utter_faq/"
_ADVICE = "utter_red_flag/"
_CHECK = "utter_check/"
_CAUTION = "utter_caution/"
_FAQ_INTENT = "faq/"
_ID = re.compile(r"[a-z]+\.[a-z0-9_]+")
_ADVICE_ID = re.compile(r"(?P<flag>RF\d\d)\.(?P<tier>[a-z_]+)")
_ANSWER_KEYS = frozenset(
    {"answer", "title", "outcome", "facts", "sources", "reviewed", "reviewer"}
)
_OPTIONAL_KEYS = frozenset(
    {"followups", "form", "escalation", "deeper", "repeat", "picture"}
)
_DEEPER_KEYS = frozenset({"text", "facts", "sources"})
_HEADING = "heading"
_PICTURE = "picture"
_CAUTION_KEYS = frozenset({"facts", "sources", "reviewed", "reviewer", "answers"})
SINCE = "since"
"""Placeholder of a caution: how long ago an operation was."""


class CatalogueError(OperatorError):
    """The answer files cannot be used.

    Args:
        problems: one sentence each, beginning with file and key.
    """

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


def load_catalogue(data_dir: Path) -> Catalogue:
    """Read all answers, advice and sources below a folder.

    Args:
        data_dir: the project's ``data`` folder.

    Raises:
        CatalogueError: something is missing or wrong; names every file and key.
    """
    reader = _Reader(data_dir)
    reader.read_sources()
    reader.read_pictures()
    for file in sorted(data_dir.rglob("*.yml")):
        inside = file.relative_to(data_dir)
        if inside.parts[0] not in (SOURCES_FILE, PICTURES_FILE, LEXICON_FOLDER):
            reader.read_file(file)
    return reader.finish()


class _Reader:
    """Collect answers and problems file by file."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._problems: list[str] = []
        self._answers: dict[str, Answer] = {}
        self._advice: dict[str, Advice] = {}
        self._checks: dict[str, Check] = {}
        self._sources: dict[str, Source] = {}
        self._cautions: dict[str, Caution] = {}
        self._pictures: dict[str, str] = {}
        self._questions: dict[str, str] = {}
        self._where: dict[str, str] = {}
        self._readers = {
            _ANSWER: self._read_answer,
            _ADVICE: self._read_advice,
            _CHECK: self._read_check,
            _CAUTION: self._read_caution,
        }

    def read_sources(self) -> None:
        file = self._data_dir / SOURCES_FILE
        content = self._load(file)
        entries = content.get("sources")
        if not isinstance(entries, dict):
            if file.is_file():
                self._say(file, "sources", "there must be a mapping of sources")
            return
        for key, entry in entries.items():
            if not isinstance(entry, dict):
                self._say(file, str(key), "must be a mapping")
                continue
            where = self._at(file, str(key))
            self._sources[str(key)] = _source(Entry(where, entry, self._problems))

    def read_pictures(self) -> None:
        file = self._data_dir / PICTURES_FILE
        if not file.is_file():
            return
        entries = self._load(file).get("pictures")
        if not isinstance(entries, dict):
            self._say(file, "pictures", "there must be a mapping of pictures")
            return
        for name, alt in entries.items():
            if isinstance(alt, str) and alt.strip():
                self._pictures[str(name)] = alt
            else:
                self._say(file, f"pictures.{name}", "must say what the picture shows")

    def read_file(self, file: Path) -> None:
        content = self._load(file)
        for item in content.get("nlu") or []:
            self._read_questions(item)
        responses = content.get("responses") or {}
        if not isinstance(responses, dict):
            self._say(file, "responses", "must be a mapping")
            return
        for key, variants in responses.items():
            name = str(key)
            prefix = next((it for it in self._readers if name.startswith(it)), None)
            if prefix is None:
                continue
            more = {SINCE} if prefix == _CAUTION else frozenset()
            where = self._at(file, name)
            found = only_response(where, variants, PLACEHOLDERS | more, self._problems)
            if found is not None:
                self._readers[prefix](name.removeprefix(prefix), name, *found)

    def _read_questions(self, item: Any) -> None:
        if not isinstance(item, dict):
            return
        intent, examples = item.get("intent"), item.get("examples")
        if not isinstance(intent, str) or not intent.startswith(_FAQ_INTENT):
            return
        if isinstance(examples, str) and (lines := examples.strip().splitlines()):
            first = lines[0].removeprefix("-").strip()
            self._questions.setdefault(intent.removeprefix(_FAQ_INTENT), first)

    def _read_answer(self, answer_id: str, name: str, text: str, custom: Entry) -> None:
        fields = custom.fields
        if not _ID.fullmatch(answer_id):
            custom.say("the id must look like group.name")
        if fields.get("answer") != answer_id:
            custom.say(f"custom.answer is {fields.get('answer')!r}, not the id")
        custom.has_keys(_ANSWER_KEYS, _OPTIONAL_KEYS, "custom.")
        title = custom.text("title") if "title" in fields else ""
        custom.is_short("title", title, TITLE_LIMIT)
        custom.one_of("outcome", OUTCOMES)
        custom.one_of("form", FORMS)
        custom.one_of("escalation", ESCALATIONS)
        followups = custom.texts("followups")
        if len(followups) > FOLLOWUP_LIMIT or len(set(followups)) < len(followups):
            custom.say(f"followups: {FOLLOWUP_LIMIT} different ones at most")
        repeat = fields.get("repeat", False)
        if not isinstance(repeat, bool):
            custom.say("repeat must be true or false")
        picture = _picture(custom, self._pictures)
        deeper = _deeper(custom, self._pictures)
        if not self._first(name, custom):
            return
        self._answers[answer_id] = Answer(
            id=answer_id,
            title=title,
            text=text,
            outcome=str(fields.get("outcome")),
            facts=custom.texts("facts"),
            sources=custom.texts("sources"),
            reviewed=custom.date("reviewed"),
            reviewer=str(fields.get("reviewer") or ""),
            followups=followups,
            form=fields.get("form"),
            escalation=fields.get("escalation"),
            deeper=deeper,
            repeat=bool(repeat),
            picture=picture,
        )

    def _read_caution(
        self, caution_id: str, name: str, text: str, custom: Entry
    ) -> None:
        custom.has_keys(_CAUTION_KEYS, {"them"}, "custom.")
        if caution_id not in CAUTIONS:
            custom.say(f"must end in one of {_list(CAUTIONS)}")
        if not self._first(name, custom):
            return
        fields = custom.fields
        self._cautions[caution_id] = Caution(
            id=caution_id,
            text=text,
            them=custom.words("them", PLACEHOLDERS) if "them" in fields else "",
            answers=custom.texts("answers"),
            facts=custom.texts("facts"),
            sources=custom.texts("sources"),
            reviewed=custom.date("reviewed"),
            reviewer=str(fields.get("reviewer") or ""),
        )

    def _read_advice(self, advice_id: str, name: str, text: str, custom: Entry) -> None:
        match = _flag_and_tier(advice_id, custom)
        if match is None:
            return
        fields = custom.fields
        expected = {
            "outcome": "red_flag",
            "flag": match["flag"],
            "urgency": match["tier"],
        }
        for key, value in expected.items():
            if fields.get(key) != value:
                custom.say(f"custom.{key} is {fields.get(key)!r}, not {value!r}")
        them = custom.words("them", PLACEHOLDERS)
        if not self._first(name, custom):
            return
        self._advice[advice_id] = Advice(
            id=advice_id,
            flag=match["flag"],
            tier=match["tier"],
            title=str(fields.get("title") or ""),
            text=text,
            them=them,
            facts=custom.texts("facts"),
            sources=custom.texts("sources"),
            reviewed=custom.date("reviewed"),
            reviewer=str(fields.get("reviewer") or ""),
        )

    def _read_check(self, advice_id: str, name: str, text: str, custom: Entry) -> None:
        if _flag_and_tier(advice_id, custom) is None:
            return
        custom.has_keys(frozenset(), {"yes"}, "custom.")
        yes = custom.words("yes", PLACEHOLDERS)
        custom.is_short("yes", yes, TITLE_LIMIT)
        if self._first(name, custom):
            self._checks[advice_id] = Check(advice_id, text, yes)

    def finish(self) -> Catalogue:
        self._problems += [
            *self._wrong_questions(),
            *self._wrong_followups(),
            *self._wrong_checks(),
            *self._wrong_cautions(),
            *self._wrong_sources(),
        ]
        if not self._answers:
            self._problems.append(f"{self._data_dir.name}: no answers found")
        if self._problems:
            raise CatalogueError(self._problems)
        answers = {
            key: replace(answer, question=self._questions[key])
            for key, answer in self._answers.items()
        }
        return Catalogue(
            answers=MappingProxyType(answers),
            advice=MappingProxyType(self._advice),
            sources=MappingProxyType(self._sources),
            checks=MappingProxyType(self._checks),
            cautions=MappingProxyType(self._cautions),
            pictures=MappingProxyType(self._pictures),
        )

    def _wrong_questions(self) -> Iterator[str]:
        for key in self._answers:
            if key not in self._questions:
                yield f"{self._where[_ANSWER + key]}: no example questions under nlu"
        for key in self._questions:
            if key not in self._answers:
                yield f"faq/{key}: has questions but no answer"

    def _wrong_followups(self) -> Iterator[str]:
        for answer in self._answers.values():
            where = self._where[_ANSWER + answer.id]
            for followup in answer.followups:
                if followup not in self._answers:
                    yield f"{where}: no answer {followup} to follow up"
                if followup == answer.id:
                    yield f"{where}: follows up on itself"

    def _wrong_checks(self) -> Iterator[str]:
        for key in self._checks:
            if _ADVICE + key not in self._where:
                yield f"{self._where[_CHECK + key]}: no advice {key} to check for"

    def _wrong_cautions(self) -> Iterator[str]:
        for key, caution in self._cautions.items():
            for answer_id in caution.answers:
                if answer_id not in self._answers:
                    where = self._where[_CAUTION + key]
                    yield f"{where}: no answer {answer_id} to add it to"

    def _wrong_sources(self) -> Iterator[str]:
        used = {_ADVICE + key: item.sources for key, item in self._advice.items()}
        used |= {_CAUTION + key: item.sources for key, item in self._cautions.items()}
        for key, answer in self._answers.items():
            more = answer.deeper.sources if answer.deeper else ()
            used[_ANSWER + key] = answer.sources + more
        for name, sources in used.items():
            for source in sources:
                if source not in self._sources:
                    yield f"{self._where[name]}: no source {source} in {SOURCES_FILE}"

    def _load(self, file: Path) -> dict[str, Any]:
        name = self._name(file)
        try:
            content = unique_keys.load(file.read_text("utf-8"))
        except FileNotFoundError:
            self._problems.append(f"{name}: not found")
        except UnicodeDecodeError:
            self._problems.append(f"{name}: is not UTF-8 text")
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else "?"
            self._problems.append(f"{name}, line {line}: {error.problem}")
        except yaml.YAMLError as error:
            self._problems.append(f"{name}: {error}")
        else:
            if isinstance(content, dict):
                return content
            self._problems.append(f"{name}: must be a mapping with keys")
        return {}

    def _first(self, name: str, entry: Entry) -> bool:
        if name in self._where:
            entry.say(f"is there twice; see {self._where[name]}")
            return False
        self._where[name] = entry.where
        return True

    def _say(self, file: Path, key: str, problem: str) -> None:
        self._problems.append(f"{self._at(file, key)}: {problem}")

    def _at(self, file: Path, key: str) -> str:
        return f"{self._name(file)}, {key}"

    def _name(self, file: Path) -> str:
        return f"{self._data_dir.name}/{file.relative_to(self._data_dir).as_posix()}"


def _source(entry: Entry) -> Source:
    title, authors, strength, kind = (
        entry.text(key) for key in ("title", "authors", "strength", "kind")
    )
    if kind:
        entry.one_of("kind", KINDS)
    year = entry.fields.get("year")
    if year is not None and (isinstance(year, bool) or not isinstance(year, int)):
        entry.say(f"year must be a number or null, not {year!r}")
        year = None
    url = entry.fields.get("url") or ""
    if not isinstance(url, str) or (
        url and not url.startswith(("https://", "http://"))
    ):
        # Shown to visitors as a link: no other scheme may get there.
        entry.say("url must begin with https:// or be empty")
        url = ""
    return Source(title, authors, year, kind, strength, url)


def _picture(entry: Entry, known: Mapping[str, str]) -> str | None:
    """Return the name of the picture of an entry; say so if none is called that."""
    name: str | None = entry.fields.get(_PICTURE)
    if name is not None and name not in known:
        entry.say(f"no picture {name!r} in {PICTURES_FILE}")
    return name


def _deeper(custom: Entry, pictures: Mapping[str, str]) -> Deeper | None:
    if "deeper" not in custom.fields:
        return None
    where, fields = f"{custom.where}, custom.deeper", custom.fields["deeper"]
    entry = Entry(where, fields, custom.problems)
    if not isinstance(fields, dict):
        entry.say("must have text, facts and sources")
        return None
    entry.has_keys(_DEEPER_KEYS, {_HEADING, _PICTURE})
    text = entry.text("text")
    entry.has_only(PLACEHOLDERS, text)
    return Deeper(
        text,
        entry.texts("facts"),
        entry.texts("sources"),
        entry.text(_HEADING) if _HEADING in fields else "",
        _picture(entry, pictures),
    )


def _flag_and_tier(advice_id: str, entry: Entry) -> re.Match[str] | None:
    match = _ADVICE_ID.fullmatch(advice_id)
    if match is None or match["tier"] not in TIERS:
        entry.say(f"must end in RFnn.tier, tier one of {_list(TIERS)}")
        return None
    return match


def _list(words: tuple[str, ...]) -> str:
    return ", ".join(words)
