from __future__ import annotations

from dataclasses import replace

import pytest

from mend.understanding.decision import Decision, Thresholds, asks, decide
from mend.understanding.ranker import Ranked

THRESHOLDS = Thresholds(
    answer=0.25,
    clarify=0.12,
    close=0.6,
    over_out=1.0,
    asked=0.35,
    told=0.6,
    limiting=0.4,
    doubt=0.2,
)
FLAG = {"flag": "RF03", "tier": "same_day", "why": "calf red and hot"}
PAIN = {"pain": True, "limits": []}
LIMITED = {"pain": True, "limits": ["climb stairs"]}


def ranking(*pairs):
    """Make a ranking in which the named intents lead and others follow."""
    known = dict(pairs)
    rest = ["faq/a.one", "faq/b.two", "faq/c.three", "faq/d.four", "out_of_scope"]
    named = [Ranked(name, confidence) for name, confidence in known.items()]
    return [*named, *(Ranked(name, 0.01) for name in rest if name not in known)]


SURE = ranking(("faq/a.one", 0.80))
LIKELY = ranking(("faq/a.one", 0.55))
NEAR = ranking(("faq/a.one", 0.20), ("faq/b.two", 0.15))
FAR = ranking(("faq/a.one", 0.05))
TIED = ranking(("faq/a.one", 0.40), ("faq/b.two", 0.24))


@pytest.mark.parametrize(
    ("ranked", "heard", "screening", "choice", "intent", "by"),
    [
        # A red flag wins over everything.
        (SURE, None, FLAG, None, "red_flag/RF03.same_day", "screening"),
        (SURE, LIMITED, FLAG, "faq/b.two", "red_flag/RF03.same_day", "screening"),
        ([], None, FLAG, None, "red_flag/RF03.same_day", "screening"),
        # An empty screening is no red flag.
        (SURE, None, {"flag": None, "tier": None}, None, "faq/a.one", "score"),
        (SURE, None, {}, None, "faq/a.one", "score"),
        # A button wins over words, a made-up button counts for nothing.
        (SURE, LIMITED, None, "faq/b.two", "faq/b.two", "choice"),
        (FAR, None, None, "faq/b.two", "faq/b.two", "choice"),
        (SURE, None, None, "faq/no.such", "faq/a.one", "score"),
        (SURE, None, None, "", "faq/a.one", "score"),
        # Pain that limits life suggests a consultation, even in a clear question.
        (SURE, LIMITED, None, None, "pain_limits_life", "heard"),
        (FAR, LIMITED, None, None, "pain_limits_life", "heard"),
        # Pain is asked about, also in a clear question.
        (LIKELY, PAIN, None, None, "pain", "heard"),
        (SURE, PAIN, None, None, "pain", "heard"),
        (NEAR, PAIN, None, None, "pain", "heard"),
        (FAR, PAIN, None, None, "pain", "heard"),
        # Unless it is plainly nothing for this clinic (a tooth).
        (ranking(("out_of_scope", 0.9)), PAIN, None, None, "out_of_scope", "score"),
        (
            ranking(("out_of_scope", 0.9)),
            LIMITED,
            None,
            None,
            "out_of_scope",
            "score",
        ),
        (
            ranking(("out_of_scope", 0.4), ("pain", 0.4)),
            PAIN,
            None,
            None,
            "pain",
            "heard",
        ),
        (TIED, PAIN, None, None, "pain", "heard"),
        # A limit without pain is not a report of pain.
        (SURE, {"pain": False, "limits": ["run"]}, None, None, "faq/a.one", "score"),
        (FAR, {}, None, None, "out_of_scope", "score"),
        # Scores.
        (SURE, None, None, None, "faq/a.one", "score"),
        (NEAR, None, None, None, "clarify", "score"),
        (FAR, None, None, None, "out_of_scope", "score"),
        ([], None, None, None, "out_of_scope", "score"),
        (ranking(("out_of_scope", 0.9)), None, None, None, "out_of_scope", "score"),
        (ranking(("out_of_scope", 0.2)), None, None, None, "out_of_scope", "score"),
        (ranking(("affirm", 0.9)), None, None, None, "affirm", "score"),
        (ranking(("pain", 0.6)), None, None, None, "pain", "score"),
        # A score may add caution, once it is sure; below that it stays a question.
        (
            ranking(("red_flag/RF08.emergency", 0.5)),
            PAIN,
            None,
            None,
            "red_flag/RF08.emergency",
            "score",
        ),
        (
            ranking(("red_flag/RF08.emergency", 0.2), ("faq/b.two", 0.1)),
            None,
            None,
            None,
            "out_of_scope",
            "score",
        ),
    ],
)
def test_decision_table(ranked, heard, screening, choice, intent, by):
    decided = decide(ranked, heard, screening, choice, THRESHOLDS)
    assert (decided.intent, decided.by) == (intent, by)


@pytest.mark.parametrize(
    ("confidence", "intent"),
    [
        (0.25, "faq/a.one"),
        (0.2499, "clarify"),
        (0.12, "clarify"),
        (0.1199, "out_of_scope"),
        (0.0, "out_of_scope"),
    ],
)
def test_thresholds_belong_to_the_better_side(confidence, intent):
    decided = decide(ranking(("faq/a.one", confidence)), None, None, None, THRESHOLDS)
    assert decided.intent == intent
    assert decided.confidence == confidence


@pytest.mark.parametrize(
    ("ranked", "along"),
    [(SURE, ("faq/a.one",)), (NEAR, ("faq/a.one",)), (FAR, ()), (TIED, ("faq/a.one",))],
)
@pytest.mark.parametrize("heard", [PAIN, LIMITED])
def test_what_somebody_in_pain_asks_is_answered_along(ranked, along, heard):
    decided = decide(ranked, heard, None, None, THRESHOLDS, "my knee aches, why?")
    assert decided.base in ("pain", "pain_limits_life")
    assert decided.along == along


def test_nothing_comes_along_with_a_warning_or_without_pain():
    ranked = ranking(("red_flag/RF08.emergency", 0.8), ("faq/a.one", 0.1))
    assert decide(ranked, PAIN, FLAG, None, THRESHOLDS).along == ()
    assert decide(ranked, PAIN, None, None, THRESHOLDS).along == ()
    assert decide(SURE, None, None, None, THRESHOLDS).along == ()


@pytest.mark.parametrize("errand", ["faq/clinic.book", "faq/chat.human"])
def test_who_wants_a_visit_or_a_person_gets_just_that(errand):
    text = "my knee aches, can I come in?"
    ranked = ranking((errand, 0.5))
    assert decide(ranked, PAIN, None, None, THRESHOLDS, text).intent == errand


@pytest.mark.parametrize(
    ("ranked", "intent"),
    [(LIKELY, "faq/a.one"), (NEAR, "pain"), (FAR, "pain"), (TIED, "clarify")],
)
def test_pain_that_was_asked_about_leaves_a_clear_question_alone(ranked, intent):
    text = "my knee aches, how long does that take"
    decided = decide(ranked, PAIN, None, None, THRESHOLDS, text, pain_known=True)
    assert decided.intent == intent
    assert decided.along == ()


@pytest.mark.parametrize(
    ("text", "asking"),
    [
        ("is it normal", True),
        ("my knee hurts. what helps", True),
        ("my knee hurts and how long will it take", True),
        ("sore heel?", True),
        ("my heel is sore since monday", False),
        ("i know what happened, it hurts", False),
        ("", False),
    ],
)
def test_asks(text, asking):
    assert asks(text) is asking


CHEST = ("red_flag/RF08.emergency", "red_flag/RF04.emergency", "red_flag/RF02.same_day")


@pytest.mark.parametrize(
    ("confidences", "intent"),
    [
        # Each alone is unsure, together they are not.
        ((0.15, 0.12, 0.05), "red_flag/RF08.emergency"),
        # Of those nearly as likely, the most urgent.
        ((0.02, 0.15, 0.16), "red_flag/RF04.emergency"),
        # Not when it is far less likely than the best.
        ((0.02, 0.05, 0.28), "red_flag/RF02.same_day"),
        ((0.10, 0.10, 0.09), "clarify"),
    ],
)
def test_red_flags_add_up_to_caution(confidences, intent):
    flags = zip(CHEST, confidences, strict=True)
    ranked = sorted(ranking(*flags, ("faq/a.one", 0.2)), key=lambda r: -r.confidence)
    thresholds = replace(THRESHOLDS, caution=0.3, over_answers=1)
    assert decide(ranked, None, None, None, thresholds).intent == intent


def test_red_flags_less_likely_than_the_answers_only_raise_doubt():
    ranked = ranking(("faq/a.one", 0.45), ("red_flag/RF08.emergency", 0.42))
    assert decide(ranked, None, None, None, THRESHOLDS).intent == "faq/a.one"


def test_words_meant_otherwise_ask_more_of_the_score():
    ranked = ranking(("red_flag/RF08.emergency", 0.5), ("faq/a.one", 0.1))
    asked = (ranked, None, None, None, THRESHOLDS)
    assert decide(*asked).base == "red_flag"
    quiet = decide(*asked, silence="otherwise")
    assert quiet.base != "red_flag"
    assert quiet.doubt == "RF08.emergency"
    sure = ranking(("red_flag/RF08.emergency", 0.6), ("faq/a.one", 0.1))
    surely = (sure, None, None, None, THRESHOLDS)
    assert decide(*surely, silence="otherwise").base == "red_flag"
    assert decide(*surely, silence="denied").doubt == "RF08.emergency"


@pytest.mark.parametrize(
    ("scored", "intent"),
    [
        # Of two tiers the higher; a score never lowers what the screening found.
        ("red_flag/RF04.emergency", "red_flag/RF04.emergency"),
        ("red_flag/RF11.soon", "red_flag/RF03.same_day"),
    ],
)
def test_the_higher_tier_of_screening_and_score_counts(scored, intent):
    decided = decide(ranking((scored, 0.9)), None, FLAG, None, THRESHOLDS)
    assert decided.intent == intent


@pytest.mark.parametrize("caution", [0.0, -0.1, 1.1, float("nan")])
def test_a_caution_that_cannot_work_is_refused(caution):
    with pytest.raises(ValueError, match="caution"):
        Thresholds(caution=caution)


@pytest.mark.parametrize(
    ("pain", "intent"), [(0.05, "red_flag/RF08.emergency"), (0.08, "pain")]
)
def test_ordinary_pain_is_weighed_against_caution(pain, intent):
    ranked = ranking(("red_flag/RF08.emergency", 0.4), ("pain", pain))
    thresholds = replace(THRESHOLDS, caution=0.35, over_pain=6)
    assert decide(ranked, PAIN, None, None, thresholds).intent == intent


@pytest.mark.parametrize(
    ("answer", "intent", "doubt"),
    [
        (0.1, "red_flag/RF08.emergency", None),
        (0.2, "clarify", "RF08.emergency"),
    ],
)
def test_answers_are_weighed_against_caution_and_leave_a_doubt(answer, intent, doubt):
    ranked = ranking(("red_flag/RF08.emergency", 0.5), ("faq/a.one", answer))
    thresholds = replace(THRESHOLDS, caution=0.45, over_answers=3)
    decided = decide(ranked, None, None, None, thresholds)
    assert (decided.intent, decided.doubt) == (intent, doubt)


@pytest.mark.parametrize("name", ["over_out", "limiting", "over_pain", "over_answers"])
@pytest.mark.parametrize("value", [-0.1, float("nan")])
def test_a_weight_that_cannot_work_is_refused(name, value):
    with pytest.raises(ValueError, match=f"{name} must be 0 or more"):
        Thresholds(**{name: value})


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("my knee hurts on stairs, how long does that take", "faq/a.one"),
        ("my knee hurts and I can't do stairs", "pain_limits_life"),
    ],
)
def test_a_limit_told_again_gets_a_suggestion_unless_much_is_asked(text, intent):
    asked = (LIMITED, None, None, THRESHOLDS, text)
    assert decide(SURE, *asked, pain_known=True).intent == intent
    for decided in (decide(LIKELY, *asked, pain_known=True), decide(SURE, *asked)):
        assert decided.intent == "pain_limits_life"


@pytest.mark.parametrize(
    ("plain", "limiting", "intent"),
    [(0.3, 0.5, "pain_limits_life"), (0.3, 0.35, "pain"), (0.5, 0.45, "pain")],
)
def test_the_score_adds_limits_that_were_not_heard(plain, limiting, intent):
    ranked = ranking(("pain", plain), ("pain_limits_life", limiting))
    assert decide(ranked, PAIN, None, None, THRESHOLDS).intent == intent


def test_pain_by_score_alone_must_beat_answers_and_out_of_scope():
    told = [Ranked("pain", 0.2), Ranked("pain_limits_life", 0.15)]
    assert decide(told, None, None, None, THRESHOLDS).intent == "pain"
    outdone = [Ranked("out_of_scope", 0.4), *told]
    assert decide(outdone, None, None, None, THRESHOLDS).intent == "out_of_scope"


@pytest.mark.parametrize(
    ("danger", "answer", "doubt"),
    [(0.25, 0.1, "RF08.emergency"), (0.19, 0.1, None), (0.25, 0.5, None)],
)
def test_a_doubt_is_asked_about_unless_the_answer_is_clear(danger, answer, doubt):
    ranked = ranking(("red_flag/RF08.emergency", danger), ("faq/a.one", answer))
    ranked = sorted(ranked, key=lambda r: -r.confidence)
    assert decide(ranked, None, None, None, THRESHOLDS).doubt == doubt


def test_clarify_offers_the_three_nearest_answers_only():
    ranked = ranking(
        ("affirm", 0.2),
        ("faq/c.three", 0.15),
        ("red_flag/RF08.emergency", 0.14),
        ("faq/a.one", 0.1),
        ("out_of_scope", 0.09),
        ("faq/d.four", 0.05),
        ("faq/b.two", 0.04),
    )
    decided = decide(ranked, None, None, None, THRESHOLDS)
    assert decided.intent == "clarify"
    assert decided.suggestions == ("faq/c.three", "faq/a.one", "faq/d.four")


def test_nothing_to_offer_is_out_of_scope():
    ranked = [Ranked("affirm", 0.2), Ranked("deny", 0.1)]
    assert decide(ranked, None, None, None, THRESHOLDS).intent == "out_of_scope"


def test_only_clarify_has_suggestions():
    assert decide(SURE, None, None, None, THRESHOLDS).suggestions == ()


def test_base_is_what_the_rules_see():
    assert Decision("faq/healing.time", 0.9, "score").base == "faq"
    assert Decision("pain", 0.9, "score").base == "pain"


@pytest.mark.parametrize(
    ("answer", "clarify"), [(0.1, 0.2), (1.1, 0.2), (0.3, -0.1), (float("nan"), 0.1)]
)
def test_thresholds_out_of_order_are_refused(answer, clarify):
    with pytest.raises(ValueError, match="thresholds"):
        Thresholds(answer=answer, clarify=clarify)


@pytest.mark.parametrize(
    ("second", "intent"), [(0.24, "clarify"), (0.2399, "faq/a.one"), (0.4, "clarify")]
)
def test_two_answers_close_together_are_both_offered(second, intent):
    ranked = ranking(("faq/a.one", 0.40), ("faq/b.two", second))
    decided = decide(ranked, None, None, None, THRESHOLDS)
    assert decided.intent == intent
    if intent == "clarify":
        assert decided.suggestions[:2] == ("faq/a.one", "faq/b.two")


@pytest.mark.parametrize(
    ("out", "intent"), [(0.24, "faq/a.one"), (0.26, "out_of_scope")]
)
def test_answers_must_outweigh_out_of_scope(out, intent):
    ranked = [Ranked("faq/a.one", 0.4), Ranked("out_of_scope", out)]
    thresholds = replace(THRESHOLDS, over_out=1.6)
    assert decide(ranked, None, None, None, thresholds).intent == intent


def test_only_answers_compete_with_an_answer():
    ranked = ranking(("faq/a.one", 0.40), ("out_of_scope", 0.38), ("affirm", 0.3))
    assert decide(ranked, None, None, None, THRESHOLDS).intent == "faq/a.one"
    ranked = ranking(("affirm", 0.40), ("faq/a.one", 0.38))
    assert decide(ranked, None, None, None, THRESHOLDS).intent == "affirm"


def test_a_single_answer_has_no_second():
    ranked = [Ranked("faq/a.one", 0.4), Ranked("out_of_scope", 0.3)]
    assert decide(ranked, None, None, None, THRESHOLDS).intent == "faq/a.one"


@pytest.mark.parametrize("close", [0.0, -1.0, float("nan")])
def test_close_must_be_above_zero(close):
    with pytest.raises(ValueError, match="close"):
        Thresholds(close=close)
