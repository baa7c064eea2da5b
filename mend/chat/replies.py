"""From Rasa's entries and our own screening to the result of a turn.

Pure decisions, no I/O. What Rasa sends is checked like anything that comes from
outside; what cannot be read counts as not answered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import structlog

from mend.chat.rasa_client import NotAnswered, Replies
from mend.chat.words import ADVICE_WITHOUT_CATALOGUE, fill
from mend.records.journal import EscalationCause, Reply, TurnResult

log = structlog.get_logger("mend.chat")

OUTCOMES = frozenset(
    (
        "answered",
        "small_talk",
        "clarify",
        "out_of_scope",
        "assess",
        "suggest_consultation",
        "red_flag",
        "handoff",
        "unavailable",
    )
)
URGENCIES = ("emergency", "same_day", "soon")  # most urgent first
ESCALATIONS = frozenset(("handoff", "complaint", "bad_reaction", "two_misses"))

# How soon staff should look at what is not a red flag. Someone whom treatment may have
# harmed, or who got no answer at all, should not wait behind routine requests.
ESCALATION_URGENCY = {"bad_reaction": "soon", "unavailable": "soon"}
ESCALATION_WHY = {
    "handoff": "The visitor asked for a person.",
    "complaint": "The visitor is unhappy and complained.",
    "bad_reaction": "The visitor reported a bad reaction to treatment.",
    "two_misses": "The assistant could not help twice in a row.",
    "unavailable": "The assistant did not answer.",
}

# Why a red flag was raised where no written pattern found it.
FLAG_WHY = {
    "score": "The assistant recognised a warning sign.",
    "confirmed": "The visitor said yes when asked about this warning sign.",
}

MAX_REPLIES = 8
MAX_TEXT = 6000
MAX_CHOICES = 8
MAX_TITLE = 200

_BOOKING_INTENTS = ("clinic.", "affirm", "pain", "chat.human")
_BOOKING_TITLE = re.compile(
    r"\b(book|booking|appointment|consultation|visit)\b", re.IGNORECASE
)


class Malformed(ValueError):
    """Rasa's answer does not have the form that was agreed."""


class AnswerLike(Protocol):
    """What we need of a catalogue answer."""

    @property
    def id(self) -> str:
        """Catalogue id."""

    @property
    def title(self) -> str:
        """Short title for buttons."""

    @property
    def text(self) -> str:
        """The answer with its placeholders."""

    @property
    def sources(self) -> Sequence[str]:
        """Keys of sources."""


class CatalogueLike(Protocol):
    """What we need of the catalogue."""

    @property
    def sources(self) -> Mapping[str, Any]:
        """Sources by key."""

    @property
    def pictures(self) -> Mapping[str, str]:
        """What each picture shows, by its name."""

    def answer(self, answer_id: str) -> AnswerLike:
        """Return an answer by its id; raises KeyError."""

    def red_flag_advice(self, flag: str, tier: str) -> AnswerLike:
        """Return the advice for a red flag; raises KeyError."""


class ScreeningLike(Protocol):
    """What we need of the matcher's finding."""

    @property
    def flag(self) -> str | None:
        """Red flag, such as RF03."""

    @property
    def tier(self) -> str | None:
        """Urgency of the flag."""

    @property
    def evidence(self) -> Sequence[Any]:
        """Words that triggered it."""

    @property
    def why(self) -> str:
        """Reason in words for staff."""


@dataclass(frozen=True)
class _Entry:
    """One reply of Rasa: a text, and the data that came with it."""

    text: str | None
    custom: dict[str, Any] | None


def read(asked: Replies, catalogue: CatalogueLike) -> TurnResult:
    """Return what Rasa's entries say.

    Args:
        asked: The entries as they came.
        catalogue: Resolves source keys and follow-up ids.

    Raises:
        Malformed: An entry has the wrong form, or there is no text or no outcome.
    """
    entries = list(_joined(asked.entries))
    customs = [entry.custom for entry in entries if entry.custom is not None]
    outcomes = [_outcome(custom) for custom in customs]
    named = [outcome for outcome in outcomes if outcome]
    if not named:
        raise Malformed("no outcome")
    outcome = "red_flag" if "red_flag" in named else named[0]
    if outcome == "red_flag":  # nothing else is said in the same breath
        entries = [
            entry
            for entry in entries
            if entry.custom is None or _outcome(entry.custom) in ("red_flag", None)
        ]
        customs = [entry.custom for entry in entries if entry.custom is not None]
    replies = tuple(
        _reply(entry.text, entry.custom or {}, catalogue)
        for entry in entries
        if entry.text is not None
    )
    if not replies or len(replies) > MAX_REPLIES:
        raise Malformed("number of replies")
    understanding: dict[str, Any] = {}
    for custom in customs:
        block = custom.get("understanding")
        if isinstance(block, dict):
            understanding = {**block, **understanding}
    urgency = None
    if outcome == "red_flag":  # without a tier, assume the worst
        named_tiers = (custom.get("urgency") for custom in customs)
        urgency = _most_urgent(named_tiers) or "emergency"
    result = TurnResult(
        outcome=outcome,
        urgency=urgency,
        replies=replies,
        escalations=tuple(_escalations(outcome, urgency, customs, understanding)),
        understanding=understanding,
    )
    return without_booking(result) if outcome == "red_flag" else result


def decide(
    asked: Replies | NotAnswered,
    screening: ScreeningLike,
    catalogue: CatalogueLike,
    *,
    apology: str,
    facts: Mapping[str, str],
) -> TurnResult:
    """Return the turn's result: the union of our screening and Rasa's answer.

    The more careful of the two wins. If Rasa did not answer, the visitor is told so
    and staff will see it, or gets the red-flag advice when the matcher saw one.

    Args:
        asked: What Rasa said, or why it did not.
        screening: What the matcher found in this message, before Rasa was asked.
        catalogue: The written answers.
        apology: What to say when there is no answer.
        facts: Placeholders of the catalogue's advice.
    """
    result: TurnResult | None = None
    if isinstance(asked, Replies):
        try:
            result = read(asked, catalogue)
        except Malformed as error:
            log.warning("rasa.malformed", reason=str(error))
    else:
        log.warning("rasa.not_answered", reason=asked.reason)
    if screening.flag and screening.tier:
        ours = _rank(screening.tier)
        theirs = _rank(result.urgency) if result else len(URGENCIES)
        if result is None or result.outcome != "red_flag" or ours < theirs:
            understanding = dict(result.understanding) if result else {}
            return advice(screening, catalogue, facts, understanding)
    if result is None or result.outcome == "unavailable":
        return unavailable(apology, result.understanding if result else {})
    return result


def advice(
    screening: ScreeningLike,
    catalogue: CatalogueLike,
    facts: Mapping[str, str],
    understanding: dict[str, Any],
) -> TurnResult:
    """Return the red-flag advice for what the matcher found, with its escalation."""
    flag, tier = str(screening.flag), str(screening.tier)
    try:
        written = catalogue.red_flag_advice(flag, tier)
        reply = Reply(
            fill(written.text, facts),
            sources=_sources(list(written.sources), catalogue),
        )
    except KeyError:
        log.error("red_flag.no_advice", flag=flag, tier=tier)
        text = ADVICE_WITHOUT_CATALOGUE.get(tier, ADVICE_WITHOUT_CATALOGUE["emergency"])
        reply = Reply(fill(text, facts))
    urgency = tier if tier in URGENCIES else "emergency"
    reason = {
        "why": screening.why,
        "words": [str(getattr(e, "text", e)) for e in screening.evidence],
        "flag": flag,
        "tier": tier,
        **_about(understanding),
    }
    return TurnResult(
        outcome="red_flag",
        urgency=urgency,
        replies=(reply,),
        escalations=(EscalationCause("red_flag", urgency, reason),),
        understanding=understanding,
    )


def unavailable(apology: str, understanding: dict[str, Any]) -> TurnResult:
    """Return the result of a turn without an answer."""
    reason = {"why": ESCALATION_WHY["unavailable"], "words": [], **_about({})}
    return TurnResult(
        outcome="unavailable",
        urgency=None,
        replies=(Reply(apology, form="consultation"),),
        escalations=(
            EscalationCause("unavailable", ESCALATION_URGENCY["unavailable"], reason),
        ),
        understanding=understanding,
    )


def after_silence(result: TurnResult, text: str) -> TurnResult:
    """Return a result that first says that the assistant started afresh.

    In front of a warning nothing else is said.
    """
    if result.outcome == "red_flag":
        return result
    return replace(result, replies=(Reply(text), *result.replies))


def without_booking(result: TurnResult) -> TurnResult:
    """Return a red-flag result in which nothing offers a visit.

    Forms go, and buttons that book. In an emergency all buttons go: there is one thing
    to do, and it is in the text (red_flags.md, rule 5).
    """
    keep_choices = result.urgency != "emergency"
    return replace(
        result,
        replies=tuple(
            replace(
                reply,
                form=None,
                choices=tuple(
                    choice
                    for choice in reply.choices
                    if keep_choices and not _books(choice)
                ),
            )
            for reply in result.replies
        ),
    )


def _books(choice: Mapping[str, Any]) -> bool:
    intent = (choice.get("intent") or "").removeprefix("faq/")
    return intent.startswith(_BOOKING_INTENTS) or bool(
        _BOOKING_TITLE.search(choice["title"])
    )


def _rank(urgency: str | None) -> int:
    return URGENCIES.index(urgency) if urgency in URGENCIES else len(URGENCIES)


def _most_urgent(urgencies: Iterable[Any]) -> str | None:
    known = [u for u in urgencies if u in URGENCIES]
    return min(known, key=_rank) if known else None


def _joined(entries: Sequence[Mapping[str, Any]]) -> Iterable[_Entry]:
    """Join the paragraphs of each text, and the data that follows them.

    Rasa's REST channel sends a response as one entry per paragraph and one for its
    data. Data without a text before it stands alone; paragraphs at the end, without
    data after them, are one text.
    """
    paragraphs: list[str] = []

    def text() -> str | None:
        joined = "\n\n".join(paragraphs)
        if len(joined) > MAX_TEXT:
            raise Malformed("length of text")
        paragraphs.clear()
        return joined or None

    for entry in entries:
        if "text" not in entry and "custom" not in entry:
            raise Malformed("entry without text and custom")
        if "text" in entry:
            if not isinstance(entry["text"], str) or not entry["text"].strip():
                raise Malformed("text")
            paragraphs.append(entry["text"].strip())
        custom = entry.get("custom")
        if custom is not None:
            if not isinstance(custom, dict):
                raise Malformed("custom")
            yield _Entry(text(), custom)
    if paragraphs:
        yield _Entry(text(), None)


def _outcome(custom: Mapping[str, Any]) -> str | None:
    outcome = custom.get("outcome")
    if outcome is None:
        return None
    if not isinstance(outcome, str) or outcome not in OUTCOMES:
        raise Malformed("unknown outcome")
    return outcome


def _reply(text: str, custom: Mapping[str, Any], catalogue: CatalogueLike) -> Reply:
    answer = custom.get("answer")
    form = custom.get("form")
    if answer is not None and not isinstance(answer, str):
        raise Malformed("answer")
    if form not in (None, "consultation"):
        raise Malformed("form")
    choices = [*_choices(custom), *_followups(custom, catalogue)]
    titles = [choice["title"] for choice in choices]
    return Reply(
        text.strip(),
        answer=answer,
        sources=_sources(_strings(custom, "sources"), catalogue),
        choices=tuple(
            choice
            for position, choice in enumerate(choices)
            if choice["title"] not in titles[:position]
        )[:MAX_CHOICES],
        form=form,
        picture=_picture(custom.get("picture"), catalogue),
    )


def _picture(name: object, catalogue: CatalogueLike) -> dict[str, str] | None:
    """Return address and words of a picture; None if there is none of that name."""
    if name is None:
        return None
    if not isinstance(name, str):
        raise Malformed("picture")
    alt = catalogue.pictures.get(name)
    if alt is None:
        log.warning("catalogue.unknown_picture", picture=name)
        return None
    return {"src": f"/pictures/{name}.svg", "alt": alt}


def _strings(custom: Mapping[str, Any], key: str) -> list[str]:
    values = custom.get(key) or []
    if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
        raise Malformed(key)
    return values


def _choices(custom: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    choices = custom.get("choices") or []
    if not isinstance(choices, list):
        raise Malformed("choices")
    for choice in choices:
        title = choice.get("title") if isinstance(choice, dict) else None
        if not isinstance(title, str) or not 0 < len(title.strip()) <= MAX_TITLE:
            raise Malformed("choice")
        intent = choice.get("intent")
        if intent is not None and not isinstance(intent, str):
            raise Malformed("choice")
        yield {"title": title.strip(), "intent": intent}


def _followups(
    custom: Mapping[str, Any], catalogue: CatalogueLike
) -> Iterable[dict[str, Any]]:
    for answer_id in _strings(custom, "followups"):
        title = title_of(catalogue, answer_id)
        if title is None:
            log.warning("catalogue.unknown_followup", answer=answer_id)
        else:
            yield {"title": title, "intent": f"faq/{answer_id}"}


def title_of(catalogue: CatalogueLike, answer_id: str) -> str | None:
    """Return the short title of an answer, or None if there is no such answer."""
    try:
        return catalogue.answer(answer_id).title or None
    except KeyError:
        return None


def _sources(
    keys: Sequence[str], catalogue: CatalogueLike
) -> tuple[dict[str, Any], ...]:
    found = []
    for key in keys:
        source = catalogue.sources.get(key)
        if source is None:
            log.warning("catalogue.unknown_source", source=key)
            continue
        # Only web addresses become links; never javascript: or the like.
        url = source.url if str(source.url).startswith(("https://", "http://")) else ""
        written = ", ".join(str(p) for p in (source.authors, source.year) if p)
        found.append(
            {
                "title": source.title,
                "url": url,
                "written": written,
                "kind": source.kind,
                "strength": source.strength,
            }
        )
    return tuple(found)


def _about(understanding: Mapping[str, Any]) -> dict[str, Any]:
    """Return what staff may want to know about how a message was understood."""
    return {
        key: understanding.get(key)
        for key in ("intent", "confidence", "heard", "model")
    }


def _reports_bad_reaction(understanding: Mapping[str, Any]) -> bool:
    heard = understanding.get("heard")
    return isinstance(heard, dict) and heard.get("bad_reaction") is True


def _escalations(
    outcome: str,
    urgency: str | None,
    customs: Sequence[Mapping[str, Any]],
    understanding: Mapping[str, Any],
) -> Iterable[EscalationCause]:
    if outcome == "red_flag":
        screening = understanding.get("screening")
        screening = screening if isinstance(screening, dict) else {}
        flag = next((c["flag"] for c in customs if c.get("flag")), None)
        evidence = screening.get("evidence")
        words = [
            str(e.get("text", "")) if isinstance(e, dict) else str(e)
            for e in (evidence if isinstance(evidence, list) else ())
        ]
        reason = {
            "why": screening.get("why")
            or FLAG_WHY["confirmed" if understanding.get("confirmed") else "score"],
            "words": words,
            "flag": flag or screening.get("flag"),
            "tier": urgency,
            **_about(understanding),
        }
        yield EscalationCause("red_flag", urgency or "emergency", reason)
    kinds = []
    for custom in customs:
        kind = custom.get("escalation")
        if kind is None:
            continue
        if isinstance(kind, str) and kind in ESCALATIONS:
            kinds.append(kind)
        elif kind != "red_flag":
            log.warning("rasa.unknown_escalation")
    if outcome == "handoff" and not kinds:
        kinds.append("handoff")
    if outcome != "red_flag" and _reports_bad_reaction(understanding):
        kinds.append("bad_reaction")  # whatever was answered; a red flag says more
    for kind in dict.fromkeys(kinds):
        reason = {"why": ESCALATION_WHY[kind], "words": [], **_about(understanding)}
        yield EscalationCause(kind, ESCALATION_URGENCY.get(kind, "routine"), reason)
