"""The catalogue: every written answer and every red-flag advice, with its sources.

Read from the same YAML files that Rasa is trained on, so that an author edits one
place. The front door and the desk use it to turn ids into titles; nothing here needs
Rasa, and reading takes a fraction of a second.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from mend import unique_keys
from mend.clinic import FACTS
from mend.errors import OperatorError
from mend.understanding.circumstances import CAUTIONS

OUTCOMES = ("answered", "small_talk", "handoff")
TIERS = ("emergency", "same_day", "soon")
FORMS = ("consultation",)
ESCALATIONS = ("handoff", "complaint", "bad_reaction")
KINDS = (
    "guideline",
    "systematic review",
    "RCT",
    "narrative review",
    "lab study",
    "survey",
    "patient leaflet",
    "expert",
)
REVIEWED = "answers.reviewed"
"""Placeholder that says how many answers a clinician has reviewed."""
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
_BRACES = re.compile(r"\{([^{}]*)\}")
_ANSWER_KEYS = frozenset(
    {"answer", "title", "outcome", "facts", "sources", "reviewed", "reviewer"}
)
_OPTIONAL_KEYS = frozenset(
    {"followups", "form", "escalation", "deeper", "repeat", "picture"}
)
_DEEPER_KEYS = frozenset({"text", "facts", "sources"})
_HEADING = "heading"
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


@dataclass(frozen=True)
class Source:
    """Where a fact comes from.

    Attributes:
        title: of the work.
        authors: as printed, possibly shortened.
        year: of publication; None where the work gives none.
        kind: one of `KINDS`.
        strength: how far to trust it, in plain words.
        url: "" where there is none.
    """

    title: str
    authors: str
    year: int | None
    kind: str
    strength: str
    url: str


@dataclass(frozen=True)
class Deeper:
    """What is said when an answer is asked for again: more, not the same.

    Attributes:
        text: as written, placeholders unfilled.
        facts: evidence ids.
        sources: keys of `Catalogue.sources`.
        heading: a few words that say what the text is about, "" if none.
    """

    text: str
    facts: tuple[str, ...]
    sources: tuple[str, ...]
    heading: str = ""


@dataclass(frozen=True)
class Caution:
    """A line added to answers for somebody whom they do not fit as they are.

    Attributes:
        id: one of `circumstances.CAUTIONS`.
        text: as written, placeholders unfilled.
        them: the same, when it was told of somebody else; "" if it fits both.
        answers: catalogue ids to which it is added.
        facts: evidence ids.
        sources: keys of `Catalogue.sources`.
        reviewed: ISO date of the last review.
        reviewer: who reviewed it.
    """

    id: str
    text: str
    them: str
    answers: tuple[str, ...]
    facts: tuple[str, ...]
    sources: tuple[str, ...]
    reviewed: str
    reviewer: str


@dataclass(frozen=True)
class Answer:
    """One written answer.

    Attributes:
        id: catalogue id, such as ``healing.time``.
        title: short title for buttons.
        text: as written, placeholders unfilled.
        outcome: one of `OUTCOMES`.
        facts: evidence ids.
        sources: keys of `Catalogue.sources`.
        reviewed: ISO date of the last review.
        reviewer: who reviewed it; "" if no clinician has yet.
        followups: catalogue ids to go on with.
        form: "consultation" if the answer offers the form.
        escalation: kind of escalation it causes, if any.
        question: the first example question.
        deeper: what is said the second time, if something was written.
        repeat: said in full each time, because it says what to do in an emergency.
        picture: key of `Catalogue.pictures`, if one helps.
    """

    id: str
    title: str
    text: str
    outcome: str
    facts: tuple[str, ...]
    sources: tuple[str, ...]
    reviewed: str
    reviewer: str
    followups: tuple[str, ...] = ()
    form: str | None = None
    escalation: str | None = None
    question: str = ""
    deeper: Deeper | None = None
    repeat: bool = False
    picture: str | None = None


@dataclass(frozen=True)
class Advice:
    """What to do about a red flag.

    Attributes:
        id: such as ``RF03.same_day``.
        flag: such as ``RF03``.
        tier: one of `TIERS`.
        title: short title, "" if none was written.
        text: as written, placeholders unfilled.
        them: the same, said when the visitor is worried about somebody else.
        facts: evidence ids.
        sources: keys of `Catalogue.sources`.
        reviewed: ISO date of the last review, "" if never.
        reviewer: who reviewed it.
        outcome: always ``red_flag``.
    """

    id: str
    flag: str
    tier: str
    title: str
    text: str
    them: str = ""
    facts: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    reviewed: str = ""
    reviewer: str = ""
    outcome: str = "red_flag"


@dataclass(frozen=True)
class Check:
    """What is said first when it is in doubt whether there is a red flag.

    Attributes:
        id: of the advice it is about, such as ``RF03.same_day``.
        text: a question and what to do if so, placeholders unfilled.
        yes: title of the button that leads to the advice.
    """

    id: str
    text: str
    yes: str


@dataclass(frozen=True)
class Catalogue:
    """All answers, advice, check questions and sources, by id.

    Attributes:
        answers: by catalogue id, in the order of the files.
        advice: by ``<flag>.<tier>``.
        sources: by key.
        checks: by the id of their advice.
        cautions: by name.
        pictures: the words for those who do not see a picture, by its name.
    """

    answers: Mapping[str, Answer]
    advice: Mapping[str, Advice]
    sources: Mapping[str, Source]
    checks: Mapping[str, Check] = field(default_factory=lambda: MappingProxyType({}))
    cautions: Mapping[str, Caution] = field(
        default_factory=lambda: MappingProxyType({})
    )
    pictures: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def titles(self) -> dict[str, str]:
        """Return the short title of every answer, by id."""
        return {key: answer.title for key, answer in self.answers.items()}

    def answer(self, answer_id: str) -> Answer:
        """Return one answer.

        Raises:
            KeyError: no such answer.
        """
        return self.answers[answer_id]

    def red_flag_advice(self, flag: str, tier: str) -> Advice:
        """Return the advice for a red flag found at a tier.

        Raises:
            KeyError: nothing was written for this pair.
        """
        return self.advice[f"{flag}.{tier}"]

    def sources_of(self, answer: Answer | Advice) -> tuple[Source, ...]:
        """Return the sources of an answer, in its order."""
        return tuple(self.sources[key] for key in answer.sources)


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
            self._sources[str(key)] = self._source(file, str(key), entry)

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

    def _source(self, file: Path, key: str, entry: dict[str, Any]) -> Source:
        words = {}
        for name in ("title", "authors", "strength", "kind"):
            words[name] = self._text(file, key, entry, name)
        if words["kind"] and words["kind"] not in KINDS:
            self._say(file, key, f"kind {words['kind']!r} is not one of {_list(KINDS)}")
        year = entry.get("year")
        if year is not None and (isinstance(year, bool) or not isinstance(year, int)):
            self._say(file, key, f"year must be a number or null, not {year!r}")
            year = None
        url = entry.get("url") or ""
        if not isinstance(url, str) or (
            url and not url.startswith(("https://", "http://"))
        ):
            # Shown to visitors as a link: no other scheme may get there.
            self._say(file, key, "url must begin with https:// or be empty")
            url = ""
        return Source(year=year, url=url, **words)

    def read_file(self, file: Path) -> None:
        content = self._load(file)
        for item in content.get("nlu") or []:
            self._read_questions(item)
        responses = content.get("responses") or {}
        if not isinstance(responses, dict):
            self._say(file, "responses", "must be a mapping")
            return
        for name, variants in responses.items():
            if str(name).startswith(_ANSWER):
                self._read_answer(file, str(name), variants)
            elif str(name).startswith(_ADVICE):
                self._read_advice(file, str(name), variants)
            elif str(name).startswith(_CHECK):
                self._read_check(file, str(name), variants)
            elif str(name).startswith(_CAUTION):
                self._read_caution(file, str(name), variants)

    def _read_questions(self, item: Any) -> None:
        if not isinstance(item, dict):
            return
        intent, examples = item.get("intent"), item.get("examples")
        if not isinstance(intent, str) or not intent.startswith(_FAQ_INTENT):
            return
        if isinstance(examples, str) and (lines := examples.strip().splitlines()):
            first = lines[0].removeprefix("-").strip()
            self._questions.setdefault(intent.removeprefix(_FAQ_INTENT), first)

    def _read_answer(self, file: Path, name: str, variants: Any) -> None:
        answer_id = name.removeprefix(_ANSWER)
        response = self._only_variant(file, name, variants)
        if response is None:
            return
        custom = response["custom"]
        if not _ID.fullmatch(answer_id):
            self._say(file, name, "the id must look like group.name")
        if custom.get("answer") != answer_id:
            self._say(
                file, name, f"custom.answer is {custom.get('answer')!r}, not the id"
            )
        for key in sorted(_ANSWER_KEYS - set(custom)):
            self._say(file, name, f"custom.{key} is missing")
        for key in sorted(set(custom) - _ANSWER_KEYS - _OPTIONAL_KEYS):
            self._say(file, name, f"custom.{key} is not known")
        title = self._text(file, name, custom, "title")
        if len(title) > TITLE_LIMIT:
            self._say(
                file,
                name,
                f"title has {len(title)} characters, {TITLE_LIMIT} at most",
            )
        self._one_of(file, name, "outcome", custom.get("outcome"), OUTCOMES)
        for key, allowed in (("form", FORMS), ("escalation", ESCALATIONS)):
            if custom.get(key) is not None:
                self._one_of(file, name, key, custom[key], allowed)
        followups = self._texts(file, name, custom, "followups")
        if len(followups) > FOLLOWUP_LIMIT or len(set(followups)) < len(followups):
            self._say(file, name, f"followups: {FOLLOWUP_LIMIT} different ones at most")
        repeat = custom.get("repeat", False)
        if not isinstance(repeat, bool):
            self._say(file, name, "repeat must be true or false")
        picture = custom.get("picture")
        if picture is not None and picture not in self._pictures:
            self._say(file, name, f"no picture {picture!r} in {PICTURES_FILE}")
        deeper = self._deeper(file, name, custom)
        if not self._first(file, name):
            return
        self._answers[answer_id] = Answer(
            id=answer_id,
            title=title,
            text=response["text"],
            outcome=str(custom.get("outcome")),
            facts=self._texts(file, name, custom, "facts"),
            sources=self._texts(file, name, custom, "sources"),
            reviewed=self._date(file, name, custom),
            reviewer=str(custom.get("reviewer") or ""),
            followups=followups,
            form=custom.get("form"),
            escalation=custom.get("escalation"),
            deeper=deeper,
            repeat=bool(repeat),
            picture=picture,
        )

    def _deeper(self, file: Path, name: str, custom: dict[str, Any]) -> Deeper | None:
        if "deeper" not in custom:
            return None
        name = f"{name}, custom.deeper"
        entry = custom["deeper"]
        if not isinstance(entry, dict):
            self._say(file, name, "must have text, facts and sources")
            return None
        for key in sorted(str(key) for key in (set(entry) - {_HEADING}) ^ _DEEPER_KEYS):
            self._say(
                file, name, f"{key} is {'not known' if key in entry else 'missing'}"
            )
        text = self._text(file, name, entry, "text")
        self._check_placeholders(file, name, text)
        return Deeper(
            text,
            self._texts(file, name, entry, "facts"),
            self._texts(file, name, entry, "sources"),
            self._text(file, name, entry, _HEADING) if _HEADING in entry else "",
        )

    def _read_caution(self, file: Path, name: str, variants: Any) -> None:
        response = self._only_variant(file, name, variants, {SINCE})
        if response is None:
            return
        custom = response["custom"]
        for key in sorted(_CAUTION_KEYS - set(custom)):
            self._say(file, name, f"custom.{key} is missing")
        for key in sorted(set(custom) - _CAUTION_KEYS - {"them"}):
            self._say(file, name, f"custom.{key} is not known")
        caution_id = name.removeprefix(_CAUTION)
        if caution_id not in CAUTIONS:
            self._say(file, name, f"must end in one of {_list(CAUTIONS)}")
        if not self._first(file, name):
            return
        self._cautions[caution_id] = Caution(
            id=caution_id,
            text=response["text"],
            them=self._words(file, name, custom, "them") if "them" in custom else "",
            answers=self._texts(file, name, custom, "answers"),
            facts=self._texts(file, name, custom, "facts"),
            sources=self._texts(file, name, custom, "sources"),
            reviewed=self._date(file, name, custom),
            reviewer=str(custom.get("reviewer") or ""),
        )

    def _read_advice(self, file: Path, name: str, variants: Any) -> None:
        advice_id = name.removeprefix(_ADVICE)
        response = self._only_variant(file, name, variants)
        if response is None:
            return
        match = self._flag_and_tier(file, name, advice_id)
        if match is None:
            return
        custom = response["custom"]
        expected = {
            "outcome": "red_flag",
            "flag": match["flag"],
            "urgency": match["tier"],
        }
        for key, value in expected.items():
            if custom.get(key) != value:
                self._say(
                    file, name, f"custom.{key} is {custom.get(key)!r}, not {value!r}"
                )
        them = self._words(file, name, custom, "them")
        if not self._first(file, name):
            return
        self._advice[advice_id] = Advice(
            id=advice_id,
            flag=match["flag"],
            tier=match["tier"],
            title=str(custom.get("title") or ""),
            text=response["text"],
            them=them,
            facts=self._texts(file, name, custom, "facts"),
            sources=self._texts(file, name, custom, "sources"),
            reviewed=self._date(file, name, custom) if "reviewed" in custom else "",
            reviewer=str(custom.get("reviewer") or ""),
        )

    def _read_check(self, file: Path, name: str, variants: Any) -> None:
        advice_id = name.removeprefix(_CHECK)
        response = self._only_variant(file, name, variants)
        if response is None or self._flag_and_tier(file, name, advice_id) is None:
            return
        custom = response["custom"]
        for key in sorted(str(key) for key in set(custom) - {"yes"}):
            self._say(file, name, f"custom.{key} is not known")
        yes = self._words(file, name, custom, "yes")
        if len(yes) > TITLE_LIMIT:
            self._say(
                file, name, f"yes has {len(yes)} characters, {TITLE_LIMIT} at most"
            )
        if self._first(file, name):
            self._checks[advice_id] = Check(advice_id, response["text"], yes)

    def _flag_and_tier(
        self, file: Path, name: str, advice_id: str
    ) -> re.Match[str] | None:
        match = _ADVICE_ID.fullmatch(advice_id)
        if match is None or match["tier"] not in TIERS:
            self._say(file, name, f"must end in RFnn.tier, tier one of {_list(TIERS)}")
            return None
        return match

    def finish(self) -> Catalogue:
        for answer in self._answers.values():
            where = self._where[_ANSWER + answer.id]
            if answer.id not in self._questions:
                self._problems.append(f"{where}: no example questions under nlu")
            for followup in answer.followups:
                if followup not in self._answers:
                    self._problems.append(f"{where}: no answer {followup} to follow up")
                if followup == answer.id:
                    self._problems.append(f"{where}: follows up on itself")
        self._problems += [
            f"{self._where[_CHECK + key]}: no advice {key} to check for"
            for key in self._checks
            if _ADVICE + key not in self._where
        ]
        for answer_id in self._questions:
            if answer_id not in self._answers:
                self._problems.append(f"faq/{answer_id}: has questions but no answer")
        used = {_ANSWER + key: item.sources for key, item in self._answers.items()}
        used |= {_ADVICE + key: item.sources for key, item in self._advice.items()}
        used |= {_CAUTION + key: item.sources for key, item in self._cautions.items()}
        for answer in self._answers.values():
            used[_ANSWER + answer.id] += answer.deeper.sources if answer.deeper else ()
        self._problems += [
            f"{self._where[_CAUTION + key]}: no answer {answer_id} to add it to"
            for key, caution in self._cautions.items()
            for answer_id in caution.answers
            if answer_id not in self._answers
        ]
        for name, keys in used.items():
            self._problems += [
                f"{self._where[name]}: no source {key} in {SOURCES_FILE}"
                for key in keys
                if key not in self._sources
            ]
        if not self._answers:
            self._problems.append(f"{self._data_dir.name}: no answers found")
        if self._problems:
            raise CatalogueError(self._problems)
        answers = {
            key: _with_question(answer, self._questions[key])
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

    def _only_variant(
        self, file: Path, name: str, variants: Any, more: Set[str] = frozenset()
    ) -> dict[str, Any] | None:
        """Return the one response of a name if its shape is right.

        Args:
            file: where it stands.
            name: of the response.
            variants: what stands under the name.
            more: placeholders besides the clinic's facts.
        """
        if not isinstance(variants, list) or len(variants) != 1:
            self._say(file, name, "must have exactly one response")
            return None
        response = variants[0]
        if not isinstance(response, dict) or not isinstance(
            response.get("custom"), dict
        ):
            self._say(file, name, "must have text and custom")
            return None
        text = self._text(file, name, response, "text")
        self._check_placeholders(file, name, text, more)
        return {"text": text, "custom": response["custom"]}

    def _words(self, file: Path, name: str, custom: dict[str, Any], key: str) -> str:
        """Return words under ``custom`` that visitors read."""
        if key not in custom:
            self._say(file, name, f"custom.{key} is missing")
            return ""
        words = self._text(file, name, custom, key)
        self._check_placeholders(file, f"{name}, custom.{key}", words)
        return words

    def _check_placeholders(
        self, file: Path, name: str, text: str, more: Set[str] = frozenset()
    ) -> None:
        for placeholder in _BRACES.findall(text):
            if placeholder not in PLACEHOLDERS | more:
                self._say(file, name, f"unknown placeholder {{{placeholder}}}")
        if set("{}") & set(_BRACES.sub("", text)):
            self._say(file, name, "has a brace that belongs to no placeholder")

    def _text(self, file: Path, name: str, entry: dict[str, Any], key: str) -> str:
        value = entry.get(key)
        if isinstance(value, str) and value.strip():
            return value
        if key in entry or key != "title":
            self._say(file, name, f"{key} must be text")
        return ""

    def _texts(
        self, file: Path, name: str, entry: dict[str, Any], key: str
    ) -> tuple[str, ...]:
        value = entry.get(key)
        if value is None:
            value = []
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self._say(file, name, f"{key} must be a list of names")
        return ()

    def _date(self, file: Path, name: str, custom: dict[str, Any]) -> str:
        value = custom.get("reviewed")
        if isinstance(value, str):
            try:
                return dt.date.fromisoformat(value).isoformat()
            except ValueError:
                pass
        if "reviewed" in custom:
            # A bare date would be a date object to Rasa, which cannot be sent as JSON.
            self._say(
                file, name, f'reviewed must be a quoted date "2026-11-23", not {value}'
            )
        return ""

    def _one_of(
        self, file: Path, name: str, key: str, value: Any, allowed: tuple[str, ...]
    ) -> None:
        if value not in allowed and value is not None:
            self._say(file, name, f"{key} {value!r} is not one of {_list(allowed)}")

    def _first(self, file: Path, name: str) -> bool:
        if name in self._where:
            self._say(file, name, f"is there twice; see {self._where[name]}")
            return False
        self._where[name] = f"{self._name(file)}, {name}"
        return True

    def _say(self, file: Path, key: str, problem: str) -> None:
        self._problems.append(f"{self._name(file)}, {key}: {problem}")

    def _name(self, file: Path) -> str:
        return f"{self._data_dir.name}/{file.relative_to(self._data_dir).as_posix()}"


def _with_question(answer: Answer, question: str) -> Answer:
    return Answer(**{**answer.__dict__, "question": question})


def _list(words: tuple[str, ...]) -> str:
    return ", ".join(words)
