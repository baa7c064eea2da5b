"""Content lint: what a machine can check of examples, answers and advice.

The reader of the catalogue already refuses broken files; this adds what makes an
answer good: length, reading grade, honest words, examples that do not overlap.
Measures and limits follow the Flesch-Kincaid formula and common plain-language
guides (AMA and NIH ask for grade 6; 8 is our ceiling).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from mend.chat.words import fill
from mend.understanding.catalogue import Answer, Catalogue

MAX_WORDS = 90
MAX_WORDS_ADVICE = 60
MAX_WORDS_CHECK = 35
MAX_SENTENCE_WORDS = 25
MAX_GRADE = 8.0
MAX_GRADE_CLINIC = 6.0
MIN_EXAMPLES: Mapping[str, int] = {"clinic": 10, "chat": 10}
"""Fewest examples per group of answers; `MIN_EXAMPLES_ELSE` for the others."""
MIN_EXAMPLES_ELSE = 15

# Words that no plain answer on these subjects can avoid; each counts as one short
# word when the grade is measured. The raw grade is printed too.
GLOSSARY = (
    *("physiotherapist", "physiotherapy", "emergency", "instrument-assisted"),
    *("mobilisation", "lymphatic", "lymphoedema", "IASTM", "ambulance"),
)

# Claims that go beyond the evidence (section 0 of the evidence notes), refused
# unless the sentence denies them.
_BANNED = re.compile(
    r"\b(break(s|ing)? (up|down)|dissolv\w+|restart\w* (the )?healing|detox\w*|toxins?"
    r"|guarantee\w*|cures?|cured|100 ?%|safe for everyone|no side effects|faster "
    r"recovery|proven to)\b",
    re.IGNORECASE,
)
_DENIAL = re.compile(
    r"\b(not|no|cannot|can't|don't|doesn't|isn't|never|nobody|unlikely|nor|without|"
    r"rather than|hear|claim\w*|little|weak)\b",
    re.IGNORECASE,
)
_CONTACT = re.compile(r"[\w.]+@[\w.]+\.\w|(?:\d[ -]?){9,}")
_SENTENCE_END = re.compile(r"(?<=[.?!:])\s+|\n+")
_PLACEHOLDER = re.compile(r"\{[a-z_.]+\}")


@dataclass(frozen=True)
class Problem:
    """One thing to mend: where it is and what is wrong."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True)
class Readability:
    """Length and reading grade of one text."""

    words: int
    longest_sentence: int
    grade: float
    raw_grade: float


def read_examples(data_dir: Path) -> dict[str, list[tuple[str, str]]]:
    """Return (example, "file:line") per intent from all files below `data_dir`."""
    examples: dict[str, list[tuple[str, str]]] = {}
    for file in sorted(data_dir.rglob("*.yml")):
        lines = file.read_text("utf-8").splitlines()
        content = yaml.load("\n".join(lines), Loader=yaml.CSafeLoader)
        items = content.get("nlu") if isinstance(content, dict) else None
        at = 0
        for item in items or []:
            for line in str(item.get("examples") or "").splitlines():
                text = line.strip().removeprefix("- ").strip()
                if not text:
                    continue
                while at < len(lines) and text not in lines[at]:
                    at += 1
                where = f"{file.relative_to(data_dir.parent)}:{at + 1}"
                examples.setdefault(str(item["intent"]), []).append((text, where))
    return examples


def check_examples(
    examples: Mapping[str, list[tuple[str, str]]],
) -> Iterator[Problem]:
    """Yield overlaps between intents, too few examples, and contact details."""
    seen: dict[str, str] = {}
    for intent, lines in examples.items():
        if intent.startswith("faq/"):
            group = intent.removeprefix("faq/").partition(".")[0]
            least = MIN_EXAMPLES.get(group, MIN_EXAMPLES_ELSE)
            if len(lines) < least:
                yield Problem(
                    lines[0][1] if lines else intent,
                    f"{intent} has {len(lines)} examples, {least} at least",
                )
        for text, where in lines:
            key = " ".join(re.findall(r"\w+", text.casefold()))
            if key in seen:
                yield Problem(where, f"{text!r} is also an example of {seen[key]}")
            seen[key] = intent
            if text.startswith("/"):
                yield Problem(where, "an example must not begin with a slash")
            if re.search(r"\]\s*[({]", text):
                yield Problem(where, "an example must not hold [annotations](...)")
            if _CONTACT.search(text):
                yield Problem(where, "an example must not hold contact details")


def readability(text: str) -> Readability:
    """Measure one text; placeholders count as one word."""
    import textstat  # slow to import, and only the lint needs it

    plain = _PLACEHOLDER.sub("us", text)
    plain = re.sub(r"^\s*[-•]\s*", "", plain, flags=re.MULTILINE)
    sentences = [s for s in _SENTENCE_END.split(plain) if s.strip()]
    counts = [len(re.findall(r"[\w'\u2019-]+", sentence)) for sentence in sentences]
    # Every line ends a sentence, also a bullet without a full stop.
    joined = " ".join(s.strip().rstrip(".?!:;,") + "." for s in sentences)
    simplified = joined
    for word in GLOSSARY:
        simplified = re.sub(rf"\b{word}s?\b", "word", simplified, flags=re.IGNORECASE)
    return Readability(
        words=sum(counts),
        longest_sentence=max(counts, default=0),
        grade=float(textstat.flesch_kincaid_grade(simplified)),
        raw_grade=float(textstat.flesch_kincaid_grade(joined)),
    )


def check_text(
    where: str,
    text: str,
    max_words: int,
    measured: Readability,
    max_grade: float = MAX_GRADE,
) -> Iterator[Problem]:
    """Yield what is wrong with the length, grade and words of one text."""
    if measured.words > max_words:
        yield Problem(where, f"{measured.words} words, {max_words} at most")
    if measured.longest_sentence > MAX_SENTENCE_WORDS:
        yield Problem(
            where,
            f"a sentence of {measured.longest_sentence} words, "
            f"{MAX_SENTENCE_WORDS} at most",
        )
    if measured.grade > max_grade:
        yield Problem(where, f"reading grade {measured.grade:.1f}, {max_grade} at most")
    for sentence in _SENTENCE_END.split(text):
        found = _BANNED.search(sentence)
        if found and not _DENIAL.search(sentence):
            yield Problem(where, f"claims {found[0]!r}: {sentence.strip()!r}")
    if "!" in text:
        yield Problem(where, "has an exclamation mark")


def check_support(answer: Answer) -> Iterator[Problem]:
    """Yield what an answer of a medical kind lacks: facts, sources, follow-ups."""
    where = f"utter_faq/{answer.id}"
    if answer.outcome == "answered" and not answer.id.startswith(("clinic.", "chat.")):
        if not answer.facts:
            yield Problem(where, "names no facts")
        if not answer.sources:
            yield Problem(where, "names no sources")
    if answer.outcome == "answered" and not answer.followups:
        yield Problem(where, "has no follow-ups")
    if answer.question and answer.question != answer.title:
        yield Problem(where, f"title {answer.title!r} is not the first example")


def check_doubts(catalogue: Catalogue) -> Iterator[Problem]:
    """Yield advice without a check question to ask when it is in doubt."""
    for key in catalogue.advice:
        if key not in catalogue.checks:
            yield Problem(
                f"utter_red_flag/{key}", f"has no check question utter_check/{key}"
            )


@dataclass(frozen=True)
class Text:
    """One text to measure.

    Attributes:
        id: name in the table of measures.
        where: name in the files.
        text: as visitors read it, or nearly.
        max_words: how long it may be.
        max_grade: how hard to read it may be.
    """

    id: str
    where: str
    text: str
    max_words: int
    max_grade: float = MAX_GRADE


def texts_of(catalogue: Catalogue, facts: Mapping[str, str]) -> Iterator[Text]:
    """Yield all that visitors may read: answers, both wordings of advice, checks.

    Answers about the clinic are little more than its facts, so they come filled.
    """
    for key, answer in catalogue.answers.items():
        where = f"utter_faq/{key}"
        if facts and key.startswith("clinic."):
            where += ", filled from clinic.yml"
            filled = fill(answer.text, facts)
            yield Text(key, where, filled, MAX_WORDS, MAX_GRADE_CLINIC)
        else:
            yield Text(key, where, answer.text, MAX_WORDS)
    for key, advice in catalogue.advice.items():
        where = f"utter_red_flag/{key}"
        yield Text(key, where, advice.text, MAX_WORDS_ADVICE)
        yield Text(
            f"{key}, them", f"{where}, custom.them", advice.them, MAX_WORDS_ADVICE
        )
    for key, check in catalogue.checks.items():
        yield Text(f"{key}, check", f"utter_check/{key}", check.text, MAX_WORDS_CHECK)


def lint(
    data_dir: Path, catalogue: Catalogue, facts: Mapping[str, str] | None = None
) -> tuple[list[str], list[Problem]]:
    """Check all content.

    Args:
        data_dir: the project's ``data`` folder.
        catalogue: what was read from it.
        facts: the clinic's, by placeholder, to measure answers that state them.

    Returns:
        The rows of the table of measures, and the problems.
    """
    problems = list(check_examples(read_examples(data_dir)))
    rows, grades = [f"{'id':34}{'words':>6}{'longest':>9}{'grade':>7}{'raw':>7}"], []
    for text in texts_of(catalogue, facts or {}):
        measured = readability(text.text)
        grades.append(measured.grade)
        rows.append(
            f"{text.id:34}{measured.words:6}{measured.longest_sentence:9}"
            f"{measured.grade:7.1f}{measured.raw_grade:7.1f}"
        )
        problems += check_text(
            text.where, text.text, text.max_words, measured, text.max_grade
        )
    for answer in catalogue.answers.values():
        problems += check_support(answer)
    problems += check_doubts(catalogue)
    rows.append(
        f"{len(grades)} texts, mean grade {sum(grades) / max(1, len(grades)):.2f}"
    )
    return rows, problems
