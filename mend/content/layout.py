"""How a text is laid out: its paragraphs and lists, and which of them stand out.

One place decides it for the chat, the page of all answers and the report. Authors
write plain paragraphs; two things are found by how they begin. The first sentence of
an answer is its main message, and "In short:" says it again. A short first line without
a full stop is a heading and stands out, too. A paragraph that opens by telling the
reader to stop, to call or to be seen says when to get help, as does a list that such a
line leads to.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "bullets", "steps"]
Mark = Literal["main", "help"]
HEADING_LIMIT = 60
"""How many characters a heading may have."""

_WHO = r"(?:doctor|gp|physio\w*|pharmacist|surgeon|surgical team|midwife|dentist|nurse)"
_DO = (
    r"(?:stop(?: it)?(?: and|,| if\b)|take it off and|get (?:\w+ ){0,2}help\b"
    r"|get (?:it|them|this) checked|call (?!us\b)|seek\b"
    rf"|see (?:a|an|your) (?:\w+ )?{_WHO}\b"
    r"|be (?:seen|checked)\b|have (?:it|them|this) (?:checked|looked at|seen)\b"
    r"|go to (?:a |an |the )?(?:hospital|emergency|a&e|urgent care))"
)
# "If a face droops, call ...", "After neck work, stop and call ...", "Today: call ..."
_WHEN = (
    r"(?:(?:(?:if|after|for|with|when|over|the same day|same day|today|now|at once"
    r"|first)\b[^.?!]*?[,:?]|not sure\?) (?:and )?)?"
)
_HELP = re.compile(_WHEN + _DO, re.IGNORECASE)
# Wherever in a paragraph a sentence begins so, the paragraph is about it.
_STRONG = re.compile(
    r"(?:stop and get|get (?:medical |emergency |urgent )?help"
    r"|call (?!us\b)\S+ (?:now|if|for)\b)",
    re.IGNORECASE,
)
_SENTENCES = re.compile(r"(?<=[.?!])\s+(?=\S)")
_SUM_UP = "In short:"
_STEP = re.compile(r"\d{1,2}[.)] +")


@dataclass(frozen=True)
class Block:
    """A paragraph, or a list.

    Attributes:
        kind: one paragraph of text, a list, or a list in an order.
        items: its text, or the items of the list without bullets and numbers.
        mark: the main message, or when to get help; None for all else.
    """

    kind: Kind
    items: tuple[str, ...]
    mark: Mark | None = None


def marks_for(outcome: str | None, answer: str | None) -> tuple[Mark, ...]:
    """Return what stands out in something that is said.

    Args:
        outcome: of the turn (design, section 3).
        answer: id of the written answer, None for all else.
    """
    if outcome == "red_flag":  # all of it is about getting help
        return ()
    return ("main", "help") if outcome == "answered" and answer else ("help",)


def headed(heading: str | None, text: str) -> str:
    """Return a text under its heading, a line by itself; None or "": it has none."""
    return f"{heading}\n\n{text}" if heading else text


def blocks_of(text: str, marks: Collection[Mark] = ()) -> tuple[Block, ...]:
    """Cut a text into paragraphs and lists, and mark what has to stand out.

    Args:
        text: as authors write it: blank lines part paragraphs, "- " begins an item of
            a list, "1. " one of a list in an order.
        marks: what to look for: "main" for a heading, the first sentence of an answer
            and what sums it up, "help".
    """
    found: list[Block] = []
    paragraphs = list(_paragraphs(text))
    if "main" in marks and len(paragraphs) > 1 and _is_heading(paragraphs[0][0]):
        found.append(Block("text", (paragraphs.pop(0)[0],), "main"))
    for position, (paragraph, is_help) in enumerate(paragraphs):
        first = "main" in marks and not position
        mark: Mark | None = None
        if is_help and not first:
            mark = "help"
        elif paragraph.startswith(_SUM_UP):
            mark = "main"
        if mark not in marks:
            mark = None
        blocks = [Block(kind, items, mark) for kind, items in _cut(paragraph)]
        found += _with_main(blocks) if first else blocks
    # Of a single sentence nothing can stand out.
    return tuple(found) if len(found) > 1 else tuple(_plain(found))


def help_in(text: str) -> str:
    """Return the paragraphs that say when to get help, "" if there are none."""
    return "\n\n".join(words for words, is_help in _paragraphs(text) if is_help)


def _is_heading(paragraph: str) -> bool:
    short = len(paragraph) <= HEADING_LIMIT and "\n" not in paragraph
    return short and paragraph[-1].isalpha()


def _paragraphs(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each paragraph, and whether it says when to get help."""
    goes_on = False
    for part in text.strip().split("\n\n"):
        paragraph = part.strip()
        if not paragraph:
            continue
        is_list = paragraph.startswith("- ") or bool(_STEP.match(paragraph))
        is_help = (goes_on and is_list) or _says_help(paragraph)
        goes_on = is_help and paragraph.endswith(":")
        yield paragraph, is_help


def _says_help(paragraph: str) -> bool:
    words = re.sub(r"(?m)^(?:- |\d{1,2}[.)] )", "", paragraph)
    if _HELP.match(words):
        return True
    return any(_STRONG.match(sentence) for sentence in _SENTENCES.split(words))


def _cut(paragraph: str) -> Iterator[tuple[Kind, tuple[str, ...]]]:
    """Yield the runs of lines of one kind; plain lines are one paragraph."""
    kind: Kind | None = None
    lines: list[str] = []
    for line in (line.strip() for line in paragraph.splitlines()):
        step = _STEP.match(line)
        this: Kind = "bullets" if line.startswith("- ") else "steps" if step else "text"
        if kind not in (None, this):
            yield kind, _items(kind, lines)
            lines = []
        kind = this
        lines.append(
            line[2:] if this == "bullets" else line[step.end() if step else 0 :]
        )
    if kind:
        yield kind, _items(kind, lines)


def _items(kind: Kind, lines: list[str]) -> tuple[str, ...]:
    return (" ".join(lines),) if kind == "text" else tuple(lines)


def _with_main(blocks: list[Block]) -> list[Block]:
    """Set the first sentence of a paragraph apart; "Yes." takes the next with it."""
    if blocks[0].kind != "text":
        return blocks
    sentences = _SENTENCES.split(blocks[0].items[0])
    count = 1 if len(sentences[0].split()) > 2 else 2
    main, rest = " ".join(sentences[:count]), " ".join(sentences[count:])
    after = [Block("text", (rest,))] if rest else []
    return [Block("text", (main,), "main"), *after, *blocks[1:]]


def _plain(blocks: list[Block]) -> Iterator[Block]:
    return (Block(block.kind, block.items) for block in blocks)
