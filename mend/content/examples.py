"""Example questions: enough of them, none twice, nothing private in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from mend.content.finding import Finding

MIN_EXAMPLES: Mapping[str, int] = {"clinic": 10, "chat": 10}
"""Fewest examples per group of answers; `MIN_EXAMPLES_ELSE` for the others."""
MIN_EXAMPLES_ELSE = 15

_CONTACT = re.compile(r"[\w.]+@[\w.]+\.\w|(?:\d[ -]?){9,}")

Examples = Mapping[str, list[tuple[str, str]]]
"""(example, "file:line") per intent."""


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


def check_examples(examples: Examples) -> Iterator[Finding]:
    """Yield overlaps between intents, too few examples, and contact details."""
    seen: dict[str, str] = {}
    for intent, lines in examples.items():
        if intent.startswith("faq/"):
            group = intent.removeprefix("faq/").partition(".")[0]
            least = MIN_EXAMPLES.get(group, MIN_EXAMPLES_ELSE)
            if len(lines) < least:
                yield Finding(
                    lines[0][1] if lines else intent,
                    f"{intent} has {len(lines)} examples, {least} at least",
                )
        for text, where in lines:
            key = " ".join(re.findall(r"\w+", text.casefold()))
            if key in seen:
                yield Finding(where, f"{text!r} is also an example of {seen[key]}")
            seen[key] = intent
            if text.startswith("/"):
                yield Finding(where, "an example must not begin with a slash")
            if re.search(r"\]\s*[({]", text):
                yield Finding(where, "an example must not hold [annotations](...)")
            if _CONTACT.search(text):
                yield Finding(where, "an example must not hold contact details")
