"""Notice emergencies in a visitor's words, in every state of the conversation.

`Screener.screen` is a pure function from texts to a `Screening`; it needs no model,
no Rasa, no network, and answers in a few milliseconds. The Rasa pipeline and the
front door use the same one.

The rules are data (`data/lexicon/red_flags.yml`): a rule names a flag, a tier, the
groups of cues that must be said together, and why staff should look. A cue counts
when it is meant: not denied, not long ago, not settled, not only asked, not a saying,
not merely the name of a condition (see `context`). One rule is enough; if several
fire, the higher tier wins, and nothing lowers it. Flags and tiers are those of the
clinic's red-flag table, RF01 to RF21, which a registered clinician has to sign.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import yaml

from mend.understanding.context import Context
from mend.understanding.lexicon import Lexicon, LexiconError
from mend.understanding.reading import Match, Reading

TIERS = ("emergency", "same_day", "soon")
RULES_FILE = "red_flags.yml"
_MESSAGES = 3  # this message and the two before it
_YAML = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one is much faster
_SENSES = frozenset({"denied", "past", "settled", "asked", "named"})
_OVER = frozenset({"past", "settled"})
_KINDLY = frozenset({"RF16"})  # even when over, a support line is shown
_MINE = frozenset({"i", "im", "ive", "me"})
HISTORY = "history"
Silence = Literal["denied", "otherwise"]
_WITHIN = frozenset({"near", "clause", "sentence", "message"})
_NEAR = 12  # words
_CHOICES = 2000  # ways to pick one cue of each group, at most
_SCREENED_CHARACTERS = 4000


@dataclass(frozen=True)
class Evidence:
    """Words that raised a flag.

    `start` and `end` count characters in the original text of `message`: 0 is the
    message being screened, -1 the one before it.
    """

    text: str
    start: int
    end: int
    message: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Give a JSON-able form."""
        return {
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "message": self.message,
        }


@dataclass(frozen=True)
class Screening:
    """What was noticed: a flag and its tier, or neither. `why` is for staff."""

    flag: str | None = None
    tier: str | None = None
    evidence: tuple[Evidence, ...] = ()
    why: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Give a JSON-able form."""
        return {
            "flag": self.flag,
            "tier": self.tier,
            "evidence": [piece.as_dict() for piece in self.evidence],
            "why": self.why,
        }


NOTHING = Screening()


@dataclass(frozen=True)
class Rule:
    """One row of `red_flags.yml`.

    Attributes:
        groups: each a set of cue labels of which one must be said.
        unless: cue labels that take the rule back when they are in this message, not
            denied ("no injury" excuses nothing).
        within: "near" (twelve words of a sentence), "clause", "sentence" or "message":
            how close together the groups must be said.
        together: how many of the groups, from the first, must be that close; the rest
            may be said anywhere in the message.
        apart: cue labels that must not stand between those groups ("my partner and I
            hurt my back").
        even_if: senses that do not silence a cue here ("settled" for a passed TIA).
        across: whether earlier messages may supply some of the groups.
    """

    flag: str
    tier: str
    why: str
    groups: tuple[frozenset[str], ...]
    unless: frozenset[str]
    within: str
    together: int
    apart: frozenset[str]
    even_if: frozenset[str]
    across: bool
    row: int

    @classmethod
    def from_data(
        cls, row: int, data: Mapping[str, Any], known: frozenset[str]
    ) -> Rule:
        """Read a rule.

        Raises:
            LexiconError: it names a cue, a tier or a sense that does not exist.
        """

        def labels(line: str) -> frozenset[str]:
            names = frozenset(name.strip() for name in line.split("|"))
            if unknown := names - known:
                raise LexiconError(
                    f"{RULES_FILE}: rule {row}: no cue {sorted(unknown)}"
                )
            return names

        even_if = frozenset(data.get("even_if", ()))
        within = data.get("within", "message")
        size = len(data.get("all", ()))
        together = data.get("together", size)
        wrong = [
            name
            for name, fine in (
                ("tier", data.get("tier") in TIERS),
                ("within", within in _WITHIN),
                ("even_if", even_if <= _SENSES),
                ("why", bool(data.get("why"))),
                ("all", bool(data.get("all"))),
                ("together", together == size or 1 < together < size),
            )
            if not fine
        ]
        if wrong:
            raise LexiconError(f"{RULES_FILE}: rule {row}: wrong {', '.join(wrong)}")
        return cls(
            flag=str(data["flag"]),
            tier=str(data["tier"]),
            why=str(data["why"]),
            groups=tuple(labels(line) for line in data["all"]),
            unless=frozenset().union(*map(labels, data.get("unless", ()))),
            within=within,
            together=together,
            apart=frozenset().union(*map(labels, data.get("apart", ()))),
            even_if=even_if,
            across=bool(data.get("across", False)),
            row=row,
        )

    def rank(self) -> tuple[int, int, int]:
        """Order of rules that fire together: tier, then how much they rest on."""
        return TIERS.index(self.tier), -len(self.groups), self.row


@dataclass(frozen=True)
class _Words:
    """Labels of the rules: all, those of signs, and those that need more care.

    Attributes:
        diagnoses: past when merely "had".
        conditions: names, which report nothing by themselves.
        cries: conditions that count when typed alone.
    """

    cues: frozenset[str]
    signs: frozenset[str]
    diagnoses: frozenset[str]
    conditions: frozenset[str]
    cries: frozenset[str]


class _Said:
    """One message: its cues and the sense of each, worked out when asked for."""

    def __init__(self, reading: Reading, words: _Words, message: int):
        self.reading = reading
        self.message = message
        self.labels = frozenset(reading.by_label) & words.cues
        self._context = Context(reading)
        self._words = words
        self._signs = tuple(m for m in reading.matches if m.label in words.signs)
        self._senses: dict[Match, frozenset[str] | None] = {}

    def senses(self, cue: Match) -> frozenset[str] | None:
        """Give the senses that speak against a cue; None for a saying."""
        if cue not in self._senses:
            self._senses[cue] = self._find_senses(cue)
        return self._senses[cue]

    def _find_senses(self, cue: Match) -> frozenset[str] | None:
        context = self._context
        if context.is_saying(cue):
            return None
        diagnosis = cue.label in self._words.diagnoses
        against = {
            "named": cue.label in self._words.conditions
            and context.is_only_named(cue, cry=cue.label in self._words.cries),
            "denied": context.is_denied(cue, self._signs),
            "past": context.is_past(cue, diagnosis=diagnosis),
            "settled": context.is_settled(cue),
            "asked": context.is_asked(cue),
        }
        return frozenset(sense for sense, is_so in against.items() if is_so)

    def meant(self, group: frozenset[str], even_if: frozenset[str]) -> list[Match]:
        """Give the cues of a group that count."""
        meant = []
        for label in group & self.labels:
            for cue in self.reading.find(label):
                against = self.senses(cue)
                if against is not None and not against - even_if:
                    meant.append(cue)
        return meant

    def denies(self, group: frozenset[str]) -> bool:
        """Tell whether the message denies a group ("it is not swollen")."""
        return any(
            "denied" in (self.senses(cue) or ())
            for label in group & self.labels
            for cue in self.reading.find(label)
        )

    def mostly_denies(self) -> bool:
        """Tell whether more signs are denied than said in any other sense."""
        senses = [self.senses(sign) for sign in self._signs]
        meant = [against for against in senses if against is not None]
        denied = sum("denied" in against for against in meant)
        return denied > len(meant) - denied

    def excuses(self, labels: frozenset[str], cues: Sequence[Match] = ()) -> bool:
        """Tell whether the message takes a rule back, and does not deny what does.

        Words elsewhere in a message take nothing back ("chest pain. A friend had a
        massage here."), unless their sentence goes on about the same ("It is only
        when I press it.").

        Args:
            labels: what takes the rule back.
            cues: what the rule found; without any, all of the message counts.
        """
        sentence = self._context.sentence
        about = {sentence(cue.first) for cue in cues}
        return any(
            "denied" not in (self.senses(excuse) or ())
            and (
                not about
                or sentence(excuse.first) in about
                or self._context.goes_on(sentence(excuse.first))
            )
            for label in labels & self.labels
            for excuse in self.reading.find(label)
        )

    def close(
        self, cues: Sequence[Match], within: str, apart: frozenset[str] = frozenset()
    ) -> bool:
        """Tell whether cues stand in one clause or sentence, nothing `apart` between.

        Args:
            cues: one of each group.
            within: see `Rule`.
            apart: labels that must not stand between them.
        """
        if apart & self.labels:
            start = min(cue.last for cue in cues)
            end = max(cue.first for cue in cues)
            for label in apart & self.labels:
                if any(start <= m.first < end for m in self.reading.find(label)):
                    return False
        if within == "message":
            return True
        if within == "near":
            within = "sentence"
            first = min(cue.first for cue in cues)
            if max(cue.last for cue in cues) - first > _NEAR:
                return False
        part = self._context.clause if within == "clause" else self._context.sentence
        return len({part(cue.first) for cue in cues}) == 1

    def evidence(self, cues: Sequence[Match]) -> list[Evidence]:
        """Give cues as pieces of the original text, overlapping ones as one."""
        spans = sorted(self.reading.span(cue) for cue in cues)
        merged: list[tuple[int, int]] = []
        for start, end in spans:
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        text = self.reading.text
        return [Evidence(text[a:b], a, b, self.message) for a, b in merged]


class Screener:
    """Screen messages for red flags. Make it once with `load`; it holds no state."""

    def __init__(
        self,
        lexicon: Lexicon,
        rules: Sequence[Rule],
        names: Mapping[str, frozenset[str]],
    ):
        self.lexicon = lexicon
        self.rules = tuple(sorted(rules, key=Rule.rank))
        signs = frozenset[str]().union(*(g for rule in rules for g in rule.groups))
        excuses = frozenset[str]().union(*(r.unless | r.apart for r in rules))
        self._words = _Words(signs | excuses, signs, **names)

    @classmethod
    def load(cls, lexicon_dir: Path, lexicon: Lexicon | None = None) -> Screener:
        """Read cues and rules from a lexicon folder.

        Args:
            lexicon_dir: `data/lexicon`.
            lexicon: the lexicon of that folder, if it is already loaded.

        Raises:
            LexiconError: a file contradicts itself; the message names it.
        """
        lexicon = lexicon or Lexicon.load(lexicon_dir)
        text = (lexicon_dir / RULES_FILE).read_text(encoding="utf-8")
        data = yaml.load(text, _YAML)  # noqa: S506
        names = {
            kind: frozenset(data[kind]) for kind in ("diagnoses", "conditions", "cries")
        }
        if unknown := frozenset[str]().union(*names.values()) - lexicon.labels:
            raise LexiconError(f"{RULES_FILE}: no cue {sorted(unknown)}")
        rules = [
            Rule.from_data(row, rule, lexicon.labels)
            for row, rule in enumerate(data["screening"], start=1)
        ]
        return cls(lexicon, rules, names)

    def screen(self, text: str, history: Sequence[str] = ()) -> Screening:
        """Screen a message.

        Args:
            text: the visitor's message, as typed.
            history: the visitor's earlier messages, oldest first.
        """
        return self.screen_reading(
            self.lexicon.read(text[:_SCREENED_CHARACTERS]), history
        )

    def screen_reading(
        self, reading: Reading, history: Sequence[str] = ()
    ) -> Screening:
        """Screen a message that the lexicon has already read."""
        now = _Said(reading, self._words, 0)
        earlier: list[_Said] | None = None
        said = now.labels
        for rule in self.rules:
            if all(not group.isdisjoint(now.labels) for group in rule.groups):
                cues = self._together(rule, now)
                if cues:
                    return self._screening(rule, now.evidence(cues))
            elif (
                rule.across
                and history
                and any(not group.isdisjoint(now.labels) for group in rule.groups)
            ):
                if earlier is None:
                    earlier = self._earlier(history)
                    said = now.labels.union(*(past.labels for past in earlier))
                if any(group.isdisjoint(said) for group in rule.groups):
                    continue
                if evidence := self._across(rule, now, earlier):
                    return self._screening(rule, evidence)
        return NOTHING

    def silence(self, reading: Reading) -> Silence | None:
        """Tell whether a rule would fire but for how its words are meant.

        Denied, past, asked in general, a saying: the sentence encoder hardly sees
        such things, so its score alone must be surer of a message of this kind.

        Args:
            reading: a message in which `screen_reading` found no flag.

        Returns:
            None: no rule has all of its words here. "denied": one has, and the
            message denies more signs than it reports. "otherwise": one has.
        """
        said = _Said(reading, self._words, 0)
        for rule in self.rules:
            if all(not group.isdisjoint(said.labels) for group in rule.groups):
                groups = [
                    [
                        cue
                        for label in group & said.labels
                        for cue in reading.find(label)
                    ]
                    for group in rule.groups[: rule.together]
                ]
                choices = itertools.islice(itertools.product(*groups), _CHOICES)
                if any(said.close(c, rule.within, rule.apart) for c in choices):
                    return "denied" if said.mostly_denies() else "otherwise"
        return None

    def past_event(self, reading: Reading) -> str | None:
        """Return what dangerous thing a message says is over: a flag, or "history".

        It is no emergency, but a fact that a therapist must know before treatment
        (red-flag table, rule 8): a clot years ago, cancer that is all clear.

        Args:
            reading: a message in which `screen_reading` found no flag.
        """
        said = _Said(reading, self._words, 0)
        for rule in self.rules:
            if rule.flag in _KINDLY and said.labels & rule.groups[0]:
                over = replace(rule, even_if=rule.even_if | _OVER)
                cues = self._together(over, said)
                if cues and any(_OVER & (said.senses(c) or frozenset()) for c in cues):
                    return rule.flag
        context = Context(reading)
        mine = any(token.word in _MINE for token in reading.tokens)
        if reading.find("somebody_else") and not mine:
            return None
        for event in reading.find(HISTORY):
            past = context.is_past(event, diagnosis=True) or context.is_settled(event)
            if past and not context.is_denied(event):
                return HISTORY
        return None

    def _earlier(self, history: Sequence[str]) -> list[_Said]:
        """Read the messages before this one, the latest first."""
        return [
            _Said(self.lexicon.read(past[:_SCREENED_CHARACTERS]), self._words, -back)
            for back, past in enumerate(reversed(history[-(_MESSAGES - 1) :]), start=1)
        ]

    @staticmethod
    def _together(rule: Rule, said: _Said) -> Sequence[Match] | None:
        groups = [said.meant(group, rule.even_if) for group in rule.groups]
        if not all(groups):
            return None
        rest = [group[0] for group in groups[rule.together :]]
        choices = itertools.islice(
            itertools.product(*groups[: rule.together]), _CHOICES
        )
        for cues in choices:
            if said.close(cues, rule.within, rule.apart) and not said.excuses(
                rule.unless, cues
            ):
                return [*cues, *rest]
        return None

    @staticmethod
    def _across(
        rule: Rule, now: _Said, earlier: Sequence[_Said]
    ) -> list[Evidence] | None:
        evidence: list[Evidence] = []
        said_now = False
        for group in rule.groups:
            cues = [
                cue
                for cue in now.meant(group, rule.even_if)
                if not now.excuses(rule.unless, [cue])
            ]
            if cues:
                said_now = True
                evidence += now.evidence(cues[:1])
                continue
            if now.denies(group):
                return None
            for past in earlier:
                if past.excuses(rule.unless):
                    continue
                if cues := past.meant(group, rule.even_if):
                    evidence += past.evidence(cues[:1])
                    break
            else:
                return None
        return evidence if said_now else None

    @staticmethod
    def _screening(rule: Rule, evidence: Sequence[Evidence]) -> Screening:
        ordered = tuple(sorted(evidence, key=lambda e: (e.message, e.start)))
        return Screening(rule.flag, rule.tier, ordered, rule.why)
