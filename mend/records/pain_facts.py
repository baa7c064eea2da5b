"""What a visitor told about the pain, over all messages, for the staff.

Pure, and built only from what was said: place, how long, how bad, and what it stops in
the visitor's own words. Nothing is concluded.
"""

from collections.abc import Mapping, Sequence
from typing import Any

FACTS = ("body_part", "side", "sensation", "score", "duration", "better", "who")


def pain_facts(understood: Sequence[Mapping[str, Any] | None]) -> dict[str, Any]:
    """Collect the facts of the last report of pain and of what followed it.

    What was said last counts, so that a correction does; answers to our questions
    count before what was heard in passing. An earlier report of another body part is
    another matter.

    Args:
        understood: What was understood of each visitor message, the newest first:
            ``heard`` (`mend.understanding.pain.Heard`) and ``told``
            (`mend.understanding.told`).
    """
    facts: dict[str, Any] = {}
    limits: list[str] = []
    answered = False  # an older answer about limits was put right since
    for block in understood:
        told, heard = _mapping(block, "told"), _mapping(block, "heard")
        if not (heard.get("pain") or heard.get("limits")):
            heard = {}  # a word about a knee in passing is no report
        if _is_other_place(facts, heard):
            break
        for source in (told, heard):
            for name in FACTS:
                if source.get(name) not in (None, ""):
                    facts.setdefault(name, source[name])
            if "body_part" in facts:
                facts.setdefault("side", None)  # none was said of this place
        limits = _before(_strings(heard.get("limits")), limits)
        if told.get("limits") and not answered:
            limits = _before(_strings(told["limits"]), limits)
            answered = True
    known = {name: value for name, value in facts.items() if value is not None}
    return {"limits": limits, **known} if limits else known


def pain_summary(facts: Any) -> str:
    """Return the facts in one line: "left knee, can't run, 6 weeks, 7 of 10"."""
    if not isinstance(facts, Mapping):
        return ""
    score = facts.get("score")
    place = (facts.get("side"), facts.get("body_part"))
    parts = [
        " ".join(word for word in place if isinstance(word, str) and word),
        *_strings(facts.get("limits")),
        facts.get("duration"),
        None if score is None else f"{score} of 10",
    ]
    return ", ".join(part for part in parts if isinstance(part, str) and part)


def _before(earlier: list[str], later: list[str]) -> list[str]:
    return [*earlier, *(one for one in later if one not in earlier)]


def _is_other_place(facts: Mapping[str, Any], heard: Mapping[str, Any]) -> bool:
    here, there = (
        str(one.get("body_part") or "").lower().removesuffix("s")
        for one in (facts, heard)
    )
    return bool(here and there) and here != there


def _mapping(block: Mapping[str, Any] | None, key: str) -> Mapping[str, Any]:
    found = block.get(key) if isinstance(block, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _strings(value: Any) -> list[str]:
    if not isinstance(value, list | tuple):
        return []
    return [one for one in value if isinstance(one, str) and one]
