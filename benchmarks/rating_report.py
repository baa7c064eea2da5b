"""The report of two raters, in Markdown. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from benchmarks.rating_scores import (
    agreement,
    mean,
    mean_score,
    missing,
    score,
    score_of,
    settled,
    strict,
)
from benchmarks.rating_sheets import INDEX, PEMAT, Groups, Item, Score, Scores, Sheet

STRICT_INDEX = "index, strict"
AIMS: Mapping[str, int] = {
    "understandability": 90,
    "actionability": 80,
    INDEX: 90,
    STRICT_INDEX: 90,
}
"""Percent at least, as we set ourselves; 70 is PEMAT's usual mark, 90 CDC's."""
LOWEST = 5
"""So many answers of a group are named, at most."""


@dataclass(frozen=True)
class Ratings:
    """What two raters said.

    Attributes:
        one: the first rater's sheet.
        other: the second's.
        agreed: what they settled on where they differed, if they have.
        items: what was scored.
        groups: which answers.
    """

    one: Sheet
    other: Sheet
    agreed: Sheet | None
    items: Mapping[str, Item]
    groups: Groups

    @property
    def sheets(self) -> tuple[Sheet, Sheet, Sheet]:
        """Both sheets, and what counts in the end."""
        return self.one, self.other, self._settled

    @cached_property
    def _settled(self) -> Sheet:
        one, other, agreed = self.one, self.other, self.agreed
        return Sheet(
            "settled",
            "",
            {
                group: settled(
                    scores,
                    other.groups[group],
                    agreed.groups.get(group, {}) if agreed else {},
                )
                for group, scores in one.groups.items()
            },
            {
                answer: settled(
                    scores,
                    other.answers[answer],
                    agreed.answers.get(answer, {}) if agreed else {},
                )
                for answer, scores in one.answers.items()
            },
        )


def report(ratings: Ratings) -> str:
    """Return the report."""
    one, other, agreed = ratings.one, ratings.other, ratings.agreed
    lines = [
        "# How clear the answers are: PEMAT-P and CDC Clear Communication Index",
        "",
        "Written by `make ratings` from the sheets in [`ratings/`](ratings/README.md). "
        "Percent of the points that can be had.",
        "",
        "* understandability and actionability (PEMAT): a group counts as one piece, "
        "all its answers with their buttons and pictures.",
        "* index: each answer by itself, its first text and what is said when asked "
        "again together; the mean of the group's answers.",
        "* index, strict: the group as one piece; an item counts only if **every** "
        "answer to which it applies meets it.",
        f"* Rater A ({one.name}): {one.rater}",
        f"* Rater B ({other.name}): {other.rater}",
        "* Settled: what both said; where they differed, what they agreed on "
        f"({'`agreed.yml`' if agreed else 'no `agreed.yml` yet'}); otherwise no.",
        "",
        "| group | scale | A | B | settled | aim | |",
        "|---|---|---:|---:|---:|---:|---|",
        *_figures(ratings),
        "",
        "## Lowest answers",
        "",
        f"Settled index below {AIMS[INDEX]}; of a group {LOWEST} at most.",
        "",
        *_lowest(ratings),
        "",
        "## What answers miss",
        "",
        "Percent of the answers to which an item of the index applies that miss it; "
        "of each group as settled.",
        "",
        *_missed(ratings),
        "",
        "## Agreement",
        "",
        "| scale | items | same | kappa |",
        "|---|---:|---:|---:|",
        *_agreement(ratings),
        "",
        "## Where they differ",
        "",
        *(list(_disputes(ratings)) or ["Nowhere."]),
        "",
        "## What they saw",
        "",
        *(list(_seen(ratings)) or ["No notes."]),
    ]
    return "\n".join(lines) + "\n"


def figures_of(
    sheet: Sheet, items: Mapping[str, Item], groups: Groups
) -> dict[str, dict[str, float | None]]:
    """Return what a sheet comes to, by group and by the scales of `AIMS`."""
    found: dict[str, dict[str, float | None]] = {}
    for group, answers in groups.items():
        rated = [sheet.answers[answer] for answer in answers]
        found[group] = {
            **{s: score_of(sheet.groups[group], items, s) for s in PEMAT},
            INDEX: mean_score(rated),
            STRICT_INDEX: score(strict(rated).values()),
        }
    return found


def percent(value: float | None) -> str:
    """Return a figure as it is printed."""
    return "-" if value is None else f"{value:.0f}"


def _figures(ratings: Ratings) -> Iterator[str]:
    found = [figures_of(it, ratings.items, ratings.groups) for it in ratings.sheets]
    for group in ratings.groups:
        yield from _rows(group, [by_group[group] for by_group in found])
    means = [
        {scale: mean(it[scale] for it in by_group.values()) for scale in AIMS}
        for by_group in found
    ]
    yield from _rows("mean of the groups", means)


def _rows(name: str, found: Sequence[Mapping[str, float | None]]) -> Iterator[str]:
    for scale, aim in AIMS.items():
        values = [figures[scale] for figures in found]
        final = values[-1]
        short = "" if final is None or final >= aim else "below"
        shown = " | ".join(percent(value) for value in values)
        yield f"| {name} | {scale} | {shown} | {aim} | {short} |"


def _lowest(ratings: Ratings) -> list[str]:
    lines = []
    for answers in ratings.groups.values():
        rows = []
        for answer in answers:
            by_sheet = [sheet.answers[answer] for sheet in ratings.sheets]
            values = [score(scores.values()) for scores in by_sheet]
            final = values[-1]
            if final is not None and final < AIMS[INDEX]:
                unmet = [key for key, said in by_sheet[-1].items() if said is False]
                shown = " | ".join(percent(value) for value in values)
                rows.append((final, f"| {answer} | {shown} | {', '.join(unmet)} |"))
        lines += [line for _, line in sorted(rows, key=lambda row: row[0])[:LOWEST]]
    if not lines:
        return ["None."]
    return ["| answer | A | B | settled | misses |", "|---|---:|---:|---:|---|", *lines]


def _missed(ratings: Ratings) -> Iterator[str]:
    one, other, final = ratings.sheets
    yield f"| item | A | B | settled | {' | '.join(ratings.groups)} |"
    yield "|---|" + "---:|" * (3 + len(ratings.groups))
    for item in ratings.items.values():
        if item.scale != INDEX:
            continue
        shares = [missing(it.answers.values(), item.key) for it in (one, other, final)]
        shares += [
            missing([final.answers[answer] for answer in answers], item.key)
            for answers in ratings.groups.values()
        ]
        shown = " | ".join(percent(value) for value in shares)
        yield f"| {item.key} {item.asks} | {shown} |"


def _agreement(ratings: Ratings) -> Iterator[str]:
    one, other = ratings.one, ratings.other
    parts = [
        (scale, [_pemat(it, ratings, (scale,)) for it in (one, other)])
        for scale in PEMAT
    ]
    index = [_index(it, ratings) for it in (one, other)]
    whole = [_strict_index(it, ratings) for it in (one, other)]
    every = [[*_pemat(it, ratings, PEMAT), *_index(it, ratings)] for it in (one, other)]
    for name, (a, b) in [
        *parts,
        (INDEX, index),
        (STRICT_INDEX, whole),
        ("all but the strict", every),
    ]:
        found = agreement(a, b)
        share = percent(100 * found.same / found.items) if found.items else "-"
        kappa = "not defined" if found.kappa is None else f"{found.kappa:.2f}"
        yield f"| {name} | {found.items} | {share} % | {kappa} |"


def _pemat(sheet: Sheet, ratings: Ratings, scales: Sequence[str]) -> list[Score]:
    return [
        sheet.groups[group][key]
        for group in ratings.groups
        for key, item in ratings.items.items()
        if item.scale in scales
    ]


def _index(sheet: Sheet, ratings: Ratings) -> list[Score]:
    return [
        sheet.answers[answer][key]
        for answers in ratings.groups.values()
        for answer in answers
        for key, item in ratings.items.items()
        if item.scale == INDEX
    ]


def _strict_index(sheet: Sheet, ratings: Ratings) -> list[Score]:
    said: list[Score] = []
    for answers in ratings.groups.values():
        whole = strict([sheet.answers[answer] for answer in answers])
        said += [whole[key] for key in ratings.items if key in whole]
    return said


def _disputes(ratings: Ratings) -> Iterator[str]:
    one, other, agreed = ratings.one, ratings.other, ratings.agreed
    for group, answers in ratings.groups.items():
        decided = agreed.groups.get(group, {}) if agreed else {}
        both = one.groups[group], other.groups[group]
        for key, words in _differing(*both, decided, ratings.items):
            yield f"* {group}, {key} ({ratings.items[key].asks}): {words}"
        for answer in answers:
            decided = agreed.answers.get(answer, {}) if agreed else {}
            both = one.answers[answer], other.answers[answer]
            for key, words in _differing(*both, decided, ratings.items):
                yield f"* {answer}, {key} ({ratings.items[key].asks}): {words}"


def _differing(
    one: Scores, other: Scores, decided: Scores, items: Mapping[str, Item]
) -> Iterator[tuple[str, str]]:
    """Yield each item that two differ on, with what they said and how it ended."""
    for key in items:
        if key in one and one[key] is not other[key]:
            end = _word(decided[key]) if key in decided else "open, counts as no"
            yield key, f"A {_word(one[key])}, B {_word(other[key])}; {end}"


def _word(said: Score) -> str:
    return "does not apply" if said is None else "yes" if said else "no"


def _seen(ratings: Ratings) -> Iterator[str]:
    for name, sheet in (("A", ratings.one), ("B", ratings.other)):
        for note in sheet.notes:
            yield f"* {name}: {note.group}, {note.item} {note.answer}: {note.saw}"
