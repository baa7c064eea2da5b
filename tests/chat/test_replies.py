from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mend.chat import replies
from mend.chat.rasa_client import NotAnswered, Replies
from mend.chat.replies import Malformed, decide, read
from mend.records.journal import TurnResult
from tests.chat.doubles import CATALOGUE, Evidence, Screening, reply

FACTS = {"emergency": "999", "urgent_line": "NHS 111"}
QUIET = Screening()
HOT_CALF = Screening("RF03", "same_day", (Evidence("hot"),), "Hot calf.")
CHEST = Screening("RF08", "emergency", (Evidence("chest"),), "Chest pain.")


def reading(*entries: dict[str, Any]) -> TurnResult:
    return read(Replies(list(entries)), CATALOGUE)


def deciding(asked: Replies | NotAnswered, screening: Screening) -> TurnResult:
    return decide(asked, screening, CATALOGUE, apology="Sorry.", facts=FACTS)


class TestRead:
    def test_paragraphs_and_the_data_after_them_are_one_reply(self) -> None:
        result = reading(
            {"text": "One."},
            *reply("Two.", outcome="answered", answer="scar.what_is"),
            *reply("Three.", outcome="answered", answer="healing.time"),
            {"text": "Four."},
            {"text": "- five"},
        )
        assert [r.text for r in result.replies] == [
            "One.\n\nTwo.",
            "Three.",
            "Four.\n\n- five",
        ]
        answers = [r.answer for r in result.replies]
        assert answers == ["scar.what_is", "healing.time", None]

    def test_both_in_one_entry(self) -> None:
        result = reading({"text": "One.", "custom": {"outcome": "clarify"}})
        assert (result.outcome, len(result.replies)) == ("clarify", 1)

    def test_data_alone_counts_for_the_turn(self) -> None:
        result = reading({"text": "One."}, {"custom": {"outcome": "assess"}})
        assert (result.outcome, len(result.replies)) == ("assess", 1)

    def test_the_first_outcome_counts_but_red_flag_wins(self) -> None:
        mixed = [*reply("A", outcome="assess"), *reply("B", outcome="answered")]
        assert reading(*mixed).outcome == "assess"
        flagged = [
            *reply("Book!", outcome="suggest_consultation", form="consultation"),
            *reply("Call.", outcome="red_flag", urgency="same_day", flag="RF03"),
        ]
        result = reading(*flagged)
        assert (result.outcome, result.urgency) == ("red_flag", "same_day")
        assert [r.text for r in result.replies] == ["Call."]
        (cause,) = result.escalations
        assert (cause.kind, cause.urgency) == ("red_flag", "same_day")
        assert cause.reason["flag"] == "RF03"

    def test_an_answer_along_leaves_the_outcome_to_what_follows(self) -> None:
        result = reading(
            *reply("Scars fade.", answer="scar.what_is"),
            *reply("Does it stop you?", outcome="assess"),
        )
        assert result.outcome == "assess"
        assert [r.answer for r in result.replies] == ["scar.what_is", None]

    def test_nothing_books_in_a_red_flag_reply(self) -> None:
        custom = {
            "outcome": "red_flag",
            "urgency": "soon",
            "form": "consultation",
            "followups": ["clinic.book", "scar.what_is"],
            "choices": [{"title": "Book a visit"}, {"title": "Go on", "intent": "x"}],
        }
        (said,) = reading(*reply("See a doctor.", **custom)).replies
        assert said.form is None
        titles = [choice["title"] for choice in said.choices]
        assert titles == ["Go on", "What is scar tissue?"]
        custom["urgency"] = "emergency"
        (said,) = reading(*reply("Call.", **custom)).replies
        assert list(said.choices) == []

    def test_a_red_flag_without_tier_is_an_emergency(self) -> None:
        assert reading(*reply("Call.", outcome="red_flag")).urgency == "emergency"

    def test_a_picture_gets_its_address_and_its_words(self) -> None:
        shown, unknown, none = (
            reading(*reply("A", outcome="answered", **custom)).replies[0]
            for custom in ({"picture": "pain_scale"}, {"picture": "no_such"}, {})
        )
        assert shown.picture == {
            "src": "/pictures/pain_scale.svg",
            "alt": "A line from 0 to 10.",
        }
        assert unknown.picture is None
        assert none.picture is None

    def test_sources_and_followups_get_their_titles(self) -> None:
        (said,) = reading(
            *reply(
                "A",
                outcome="answered",
                sources=["review", "unknown", "leaflet"],
                followups=["healing.time", "no.such"],
            )
        ).replies
        assert [s["title"] for s in said.sources] == ["Scars reviewed", "Blood clots"]
        assert said.sources[0]["written"] == "Doe J"
        assert said.sources[1]["written"] == "A Hospital, 2024"
        assert list(said.choices) == [
            {"title": "How long does healing take?", "intent": "faq/healing.time"}
        ]

    def test_only_web_links(self) -> None:
        class Odd:
            title, authors, year = "T", "A", 2020
            kind, strength = "expert", "s"
            url = "javascript:alert(1)"

        class OddCatalogue:
            sources = {"odd": Odd}

        found = replies._sources(["odd"], OddCatalogue())  # type: ignore[arg-type]
        assert found[0]["url"] == ""

    @pytest.mark.parametrize("kind", ["handoff", "complaint", "bad_reaction"])
    def test_escalations(self, kind: str) -> None:
        result = reading(
            *reply("A", outcome="answered", escalation=kind),
            *reply("B", outcome="answered", escalation=kind),
            *reply("C", outcome="answered", escalation="made_up"),
        )
        assert [cause.kind for cause in result.escalations] == [kind]
        assert result.escalations[0].reason["why"]

    def test_a_handoff_always_reaches_staff(self) -> None:
        result = reading(*reply("A", outcome="handoff"))
        assert [cause.kind for cause in result.escalations] == ["handoff"]

    def test_understanding_is_passed_on_to_staff(self) -> None:
        block = {
            "intent": "red_flag",
            "confidence": 1.0,
            "heard": {"limits": []},
            "screening": {"why": "Says x.", "evidence": [{"text": "x"}]},
        }
        result = reading(*reply("A", outcome="red_flag", understanding=block))
        reason = result.escalations[0].reason
        assert (reason["why"], reason["words"]) == ("Says x.", ["x"])
        assert reason["heard"] == {"limits": []}
        assert result.understanding == block

    @pytest.mark.parametrize(
        "outcome", ["answered", "assess", "suggest_consultation", "clarify"]
    )
    def test_a_bad_reaction_reaches_staff_whatever_is_answered(
        self, outcome: str
    ) -> None:
        block = {"heard": {"bad_reaction": True}}
        result = reading(*reply("A", outcome=outcome, understanding=block))
        assert (result.outcome, len(result.escalations)) == (outcome, 1)
        cause = result.escalations[0]
        assert (cause.kind, cause.urgency) == ("bad_reaction", "soon")
        assert cause.reason["heard"] == block["heard"]

    def test_a_red_flag_says_more_than_a_bad_reaction(self) -> None:
        block = {"heard": {"bad_reaction": True}}
        flagged = reply("Call.", outcome="red_flag", understanding=block)
        kinds = [cause.kind for cause in reading(*flagged).escalations]
        assert kinds == ["red_flag"]

    @pytest.mark.parametrize("heard", [None, [], "x", {}, {"bad_reaction": "yes"}])
    def test_without_a_bad_reaction_staff_are_left_in_peace(self, heard: Any) -> None:
        said = reply("A", outcome="answered", understanding={"heard": heard})
        assert reading(*said).escalations == ()

    def test_staff_see_that_a_flag_was_said_yes_to(self) -> None:
        whys = [
            reading(*reply("A", outcome="red_flag", understanding=block))
            .escalations[0]
            .reason["why"]
            for block in ({}, {"confirmed": True})
        ]
        assert whys == [
            "The assistant recognised a warning sign.",
            "The visitor said yes when asked about this warning sign.",
        ]

    @pytest.mark.parametrize(
        "entries",
        [
            [{"text": ""}, {"custom": {"outcome": "answered"}}],
            [{"text": None}, {"custom": {"outcome": "answered"}}],
            [{"text": "x" * 10_000}, {"custom": {"outcome": "answered"}}],
            [{"text": "x" * 1_000}] * 9 + [{"custom": {"outcome": "answered"}}],
            [{"image": "x"}],
            [{"text": "a", "custom": "b"}],
            reply("a"),
            reply("a", outcome=5),
            reply("a", outcome="answered", answer=5),
            reply("a", outcome="answered", form="other"),
            reply("a", outcome="answered", sources="review"),
            reply("a", outcome="answered", followups=[5]),
            reply("a", outcome="answered", choices={"title": "x"}),
            reply("a", outcome="answered", choices=["x"]),
            reply("a", outcome="answered", choices=[{"title": ""}]),
            reply("a", outcome="answered", choices=[{"title": "x", "intent": 5}]),
            reply("a", outcome="answered") * 9,
        ],
    )
    def test_malformed(self, entries: list[dict[str, Any]]) -> None:
        with pytest.raises(Malformed):
            reading(*entries)

    json = st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
        max_leaves=5,
    )
    outcomes = st.sampled_from(sorted(replies.OUTCOMES))
    customs = st.fixed_dictionaries(
        {},
        optional={
            "outcome": outcomes | json,
            **dict.fromkeys(("answer", "form", "urgency", "flag"), json),
            **dict.fromkeys(("sources", "followups", "choices"), json),
            "escalation": json,
            "understanding": st.fixed_dictionaries(
                {}, optional={"screening": json | st.just({"evidence": 5})}
            ),
        },
    )

    @given(st.lists(st.tuples(st.text(min_size=1) | json, customs | json), max_size=4))
    def test_whatever_comes_is_read_or_malformed(
        self, pairs: list[tuple[Any, Any]]
    ) -> None:
        entries = [{"text": text, "custom": custom} for text, custom in pairs]
        try:
            result = reading(*entries)
        except Malformed:
            return
        assert result.outcome in replies.OUTCOMES
        assert result.replies


class TestDecide:
    """Design §2: the union of both; a red flag always wins."""

    ANSWER = Replies(reply("A", outcome="suggest_consultation", form="consultation"))
    FLAG = Replies(reply("Call.", outcome="red_flag", urgency="same_day", flag="RF03"))

    def test_table(self) -> None:
        broken = Replies([{"text": "no outcome"}])
        down = NotAnswered("timeout")
        table = [
            (self.ANSWER, QUIET, "suggest_consultation", None),
            (self.FLAG, QUIET, "red_flag", "same_day"),
            (self.ANSWER, HOT_CALF, "red_flag", "same_day"),
            (self.FLAG, HOT_CALF, "red_flag", "same_day"),
            (self.FLAG, CHEST, "red_flag", "emergency"),
            (down, QUIET, "unavailable", None),
            (down, HOT_CALF, "red_flag", "same_day"),
            (broken, QUIET, "unavailable", None),
            (broken, CHEST, "red_flag", "emergency"),
        ]
        for asked, screening, outcome, urgency in table:
            result = deciding(asked, screening)
            assert (result.outcome, result.urgency) == (outcome, urgency)
            kinds = [cause.kind for cause in result.escalations]
            if outcome in ("red_flag", "unavailable"):
                assert kinds == [outcome]
            if outcome == "red_flag":
                assert all(r.form is None for r in result.replies)
                assert not any(r.choices for r in result.replies)

    def test_advice_is_filled_and_says_where_from(self) -> None:
        (said,) = deciding(self.ANSWER, HOT_CALF).replies
        assert said.text == "Have that leg checked today. Call NHS 111."
        assert said.sources[0]["title"] == "Blood clots"

    @pytest.mark.parametrize("tier", ["emergency", "same_day", "soon", "unheard_of"])
    def test_a_flag_without_written_advice_still_gets_some(self, tier: str) -> None:
        result = deciding(NotAnswered("empty"), Screening("RF99", tier, (), "?"))
        assert result.outcome == "red_flag"
        assert result.urgency in replies.URGENCIES
        assert "{" not in result.replies[0].text

    def test_what_rasa_understood_is_kept(self) -> None:
        said = Replies(reply("A", outcome="answered", understanding={"intent": "i"}))
        assert deciding(said, HOT_CALF).understanding == {"intent": "i"}
