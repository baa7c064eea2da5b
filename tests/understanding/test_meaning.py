"""Questions, subject and decision together, with a small made-up model."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mend.understanding.decision import Thresholds
from mend.understanding.meaning import Found, Understanding
from mend.understanding.ranker import Ranked
from mend.understanding.subject import Named, Subject, Subjects, Talk

SUBJECTS = Subjects(
    {
        "iastm": Subject("iastm", "treatment", "graston", ("iastm.",)),
        "cupping": Subject("cupping", "treatment", "cupping", ("treatment.cupping",)),
        "knee": Subject("knee", "complaint", "knee pain", ("condition.knee",)),
    }
)
WORDS = {"graston": "iastm", "cupping": "cupping", "knee": "knee"}
FLAG = {"flag": "RF03", "tier": "same_day"}
INTENTS = (
    "faq/iastm.what_is",
    "faq/iastm.hurts",
    "faq/treatment.cupping",
    "faq/clinic.prices",
    "faq/clinic.hours",
    "faq/chat.thanks",
    "out_of_scope",
    "affirm",
    "pain",
)


def rank(text):
    """Rank as a model could that looks at a few words."""
    text = text.lower()
    words = {
        "faq/iastm.what_is": "what is graston" in text,
        "faq/iastm.hurts": "hurt" in text and "graston" in text,
        "faq/treatment.cupping": "cupping" in text and "cost" not in text,
        "faq/clinic.prices": "cost" in text,
        "faq/clinic.hours": "open" in text,
        "faq/chat.thanks": "thanks" in text,
        "affirm": text == "yes",
        "out_of_scope": "football" in text,
    }
    ranking = [Ranked(name, 0.9 * words.get(name, False)) for name in INTENTS]
    return tuple(sorted(ranking, key=lambda ranked: -ranked.confidence))


def named(text):
    found = [(text.lower().find(word), word) for word in WORDS]
    return [
        Named(WORDS[word], start, start + len(word))
        for start, word in sorted(found)
        if start >= 0
    ]


UNDERSTANDING = Understanding(rank, SUBJECTS, Thresholds())


def meaning(text, talk=None, **found):
    found = Found(**{"named": named(text), **found})
    return UNDERSTANDING.of(text, found, talk or Talk())


def talked(*texts):
    """Return the talk after some messages."""
    talk = Talk()
    for text in texts:
        talk = meaning(text, talk).talk
    return talk


@pytest.mark.parametrize(
    ("texts", "intent"),
    [
        # A follow-up is about what was talked about last.
        (["what is graston", "does it hurt"], "faq/iastm.hurts"),
        (["does it hurt"], "out_of_scope"),
        (
            ["what is graston", "does cupping work", "does it hurt"],
            "faq/treatment.cupping",
        ),
        # The same of another one, and back.
        (["does graston hurt", "and cupping?"], "faq/treatment.cupping"),
        (
            ["does graston hurt", "and cupping?", "and the other one?"],
            "faq/iastm.hurts",
        ),
        # The clinic, thanks and refusals in between change no subject.
        (["what is graston", "when are you open?", "does it hurt"], "faq/iastm.hurts"),
        (["what is graston", "thanks", "does it hurt"], "faq/iastm.hurts"),
        (
            ["what is graston", "who won the football", "does it hurt"],
            "faq/iastm.hurts",
        ),
        (["what is graston", "yes", "?", "", "{}", "does it hurt"], "faq/iastm.hurts"),
        # ... and stay what they are.
        (["what is graston", "thanks"], "faq/chat.thanks"),
        (["what is graston", "yes"], "affirm"),
        (["what is graston", "when are you open?"], "faq/clinic.hours"),
        (["what is graston", "who won the football?"], "out_of_scope"),
        (["what is graston", "?"], "out_of_scope"),
    ],
)
def test_the_last_message_of_a_conversation(texts, intent):
    *before, last = texts
    assert meaning(last, talked(*before)).decision.intent == intent


@pytest.mark.parametrize(
    ("text", "several"),
    [
        # In their order; each goes on from the one before.
        (
            "what is graston, does it hurt and what does it cost?",
            ["faq/iastm.what_is", "faq/iastm.hurts", "faq/clinic.prices"],
        ),
        (
            "what does it cost? what is graston? does it hurt?",
            ["faq/clinic.prices", "faq/iastm.what_is", "faq/iastm.hurts"],
        ),
        # An answer is given once.
        (
            "what is cupping, what does it cost and is cupping safe?",
            ["faq/treatment.cupping", "faq/clinic.prices"],
        ),
        ("what is cupping? is cupping safe?", []),
        # A subject named before the first question counts.
        (
            "I read about graston. does it hurt? what does it cost?",
            ["faq/iastm.hurts", "faq/clinic.prices"],
        ),
        # All or nothing: each must have a clear answer.
        ("what is graston? who won the football?", []),
        ("what is graston? is it blue?", []),
        ("what is graston?", []),
    ],
)
def test_several_questions(text, several):
    decided = meaning(text).decision
    assert list(decided.several) == several
    assert (decided.intent == "several") is bool(several)
    assert not (several and decided.suggestions)


def test_after_several_the_first_answers_subject_is_talked_about():
    after = meaning("what is graston? is cupping nice?").talk
    assert after.subjects == ("iastm", "cupping")
    assert meaning("does it hurt?", after).decision.intent == "faq/iastm.hurts"


TWO = "what is graston and what does it cost?"


@pytest.mark.parametrize(
    ("found", "intent"),
    [
        # What wins over a score wins over several questions too.
        ({"screening": FLAG}, "red_flag/RF03.same_day"),
        ({"choice": "faq/clinic.hours"}, "faq/clinic.hours"),
        ({"heard": {"pain": True, "limits": []}}, "pain"),
        ({}, "several"),
        ({"choice": "faq/gone"}, "several"),
    ],
)
def test_several_questions_are_no_way_round_the_order(found, intent):
    assert meaning(TWO, **found).decision.intent == intent


@pytest.mark.parametrize("limits", [[], ["walk"]])
def test_what_is_asked_in_pain_is_answered_along_and_talked_about(limits):
    heard = {"pain": True, "limits": limits}
    found = meaning(TWO, heard=heard)
    assert found.decision.along == ("faq/iastm.what_is", "faq/clinic.prices")
    assert meaning("does it hurt?", found.talk).decision.intent == "faq/iastm.hurts"


def test_what_is_asked_in_pain_that_is_known_is_answered_alone():
    heard = {"pain": True, "limits": []}
    decided = meaning(TWO, heard=heard, pain_known=True).decision
    assert (decided.intent, decided.along) == ("several", ())


def test_told_pain_is_not_split_into_questions():
    heard = {"pain": True, "limits": ["walk"]}
    decided = meaning("my knee hurts. is it blue? can I walk?", heard=heard).decision
    assert decided.intent == "pain_limits_life"
    assert decided.several == ()


@pytest.mark.parametrize("about", [(), ("iastm",)])
def test_a_red_flag_wins_whatever_was_talked_about(about):
    talk = Talk(about, "does {} hurt")
    found = meaning("does it hurt", talk, screening=FLAG)
    assert found.decision.intent == "red_flag/RF03.same_day"
    assert found.talk.subjects == about
    assert found.talk.asked == "does {} hurt"


def test_a_red_flag_in_the_score_is_not_hidden_by_the_subject():
    def alarmed(text):
        flags = 0.0 if "graston" in text else 0.5
        ranking = [Ranked("red_flag/RF08.emergency", flags), *rank(text)]
        return sorted(ranking, key=lambda ranked: -ranked.confidence)

    understanding = Understanding(alarmed, SUBJECTS, Thresholds())
    found = understanding.of("does it hurt", Found(), Talk(("iastm",)))
    assert found.decision.intent == "red_flag/RF08.emergency"


def test_a_buttons_answer_becomes_the_subject():
    pressed = meaning("Does it leave marks?", choice="faq/treatment.cupping")
    assert pressed.talk.subjects == ("cupping",)
    after = meaning("does it hurt?", pressed.talk)
    assert after.decision.intent == "faq/treatment.cupping"


def test_a_button_of_the_clinic_keeps_the_subject():
    pressed = meaning("Prices", talked("what is graston"), choice="faq/clinic.prices")
    assert pressed.talk.subjects == ("iastm",)


def test_what_was_asked_stays_until_something_else_is_asked_and_answered():
    assert talked("does graston hurt").asked == "does {} hurt"
    assert talked("does graston hurt", "when are you open?").asked == "does {} hurt"
    assert talked("does graston hurt", "who won the football").asked == "does {} hurt"
    assert talked("what is graston", "does it hurt").asked == "does {} hurt"
    assert talked("does graston hurt", "and cupping?").asked == "does {} hurt"
    assert talked("knee blues").asked == ""


def test_words_that_name_no_subject_count_for_nothing():
    """The lexicon has `about_treatment` too; it stopped follow-ups."""
    extra = [Named("treatment", 9, 13)]
    found = meaning("does one hurt", talked("what is graston"), named=extra)
    assert found.decision.intent == "faq/iastm.hurts"
    assert found.talk.subjects == ("iastm",)


@pytest.mark.parametrize(
    "talk",
    [
        Talk(("gone",), "does {} hurt"),
        Talk(("gone", "iastm"), "{"),
        Talk(("", "{}", "1"), "{} {}"),
        Talk(("iastm",) * 50, "x" * 5000),
    ],
)
@pytest.mark.parametrize("text", ["does it hurt", "and the other one?", "and cupping?"])
def test_a_stored_talk_may_name_what_is_gone(talk, text):
    found = meaning(text, talk)
    assert len(found.talk.subjects) <= 3
    assert Talk.from_dict(found.talk.as_dict()) == found.talk


@pytest.mark.parametrize(
    "text",
    ["", " ", "?", "?!.,", "{}", "}{", "{x}?", "🙂", "\0", " " * 1000, "?" * 1000],
)
@pytest.mark.parametrize("about", [(), ("iastm", "cupping")])
def test_nothing_in_words_is_out_of_scope(text, about):
    found = meaning(text, Talk(about, "does {} hurt"))
    assert found.decision.intent == "out_of_scope"
    assert found.talk == Talk(about, "does {} hurt")


@pytest.mark.parametrize("text", ["what is graston " * 62, "does it hurt? " * 71])
def test_a_thousand_characters(text):
    assert meaning(text, Talk(("iastm",))).talk.subjects == ("iastm",)


def test_an_empty_ranking_is_out_of_scope():
    untrained = Understanding(lambda _: (), Subjects({}), Thresholds())
    found = untrained.of(TWO, Found(named=named(TWO)), Talk(("iastm",)))
    assert found.decision.intent == "out_of_scope"
    assert found.ranking == ()


_WORDS = ["does it hurt", "what is", "and", "the other one", "cost", "thanks", "for"]
PIECES = st.sampled_from([*_WORDS, *WORDS, "{}", *"{?.\n", "my", "yes", "football"])
CONVERSATIONS = st.lists(
    st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=9).map(" ".join)),
    max_size=5,
)


@given(texts=CONVERSATIONS)
def test_no_conversation_raises_and_its_talk_is_small(texts):
    talk = Talk()
    for text in texts:
        found = meaning(text, talk)
        talk = found.talk
        assert all(name in SUBJECTS for name in talk.subjects)
        assert len(talk.subjects) == len(set(talk.subjects)) <= 3
        assert talk.asked.count("{}") == bool(talk.asked)
        assert len(found.decision.several) != 1


def joined(text):
    """Rank danger only where a hot calf and a swollen one come together."""
    danger = "calf is sore" in text and "swollen" in text
    flag = Ranked("red_flag/RF03.same_day", 0.8 if danger else 0.05)
    out = Ranked("out_of_scope", 0.7 if "football" in text else 0.1)
    return tuple(sorted([flag, out], key=lambda ranked: -ranked.confidence))


@pytest.mark.parametrize(
    ("earlier", "text", "flag"),
    [
        (["my calf is sore"], "it is hot and swollen", True),
        ([], "it is hot and swollen", False),
        (["my knee is sore"], "it is hot and swollen", False),
        # Plainly about something else, or hardly a word: nothing is added.
        (["my calf is sore", "swollen"], "who won the football", False),
        (["my calf is sore", "swollen"], "ok thanks", False),
    ],
)
def test_danger_shows_in_messages_together(earlier, text, flag):
    understanding = Understanding(joined, SUBJECTS, Thresholds())
    decided = understanding.of(text, Found(earlier=earlier), Talk()).decision
    assert (decided.base == "red_flag") is flag


def test_a_button_is_not_read_together_with_what_was_said():
    understanding = Understanding(joined, SUBJECTS, Thresholds())
    found = Found(earlier=["my calf is sore"], choice="out_of_scope")
    decided = understanding.of("it is hot and swollen", found, Talk()).decision
    assert decided.intent == "out_of_scope"


def in_passing(text):
    """Rank as a model does from which other words hide most of a danger."""
    danger = 0.0
    if "cannot feel my legs" in text:
        danger = 0.8 if len(text.split()) < 10 else 0.2
    if "my chair" in text:
        danger = 0.05
    ranking = [
        Ranked("red_flag/RF10.emergency", danger),
        Ranked("faq/clinic.prices", 0.8 - danger),
    ]
    return tuple(sorted(ranking, key=lambda ranked: -ranked.confidence))


@pytest.mark.parametrize(
    ("text", "found", "intent"),
    [
        (
            "I want to know what you charge. I cannot feel my legs today. Thank you.",
            {},
            "red_flag/RF10.emergency",
        ),
        (
            "What do you charge these days, and I cannot feel my legs now",
            {},
            "red_flag/RF10.emergency",
        ),
        ("I want to know what you charge. Thanks a lot.", {}, "faq/clinic.prices"),
        (
            "I cannot feel my legs today. It was my chair, they woke up. Your prices?",
            {},
            "faq/clinic.prices",
        ),
        (
            "I want to know what you charge. I cannot feel my legs today.",
            {"silence": "denied"},
            "faq/clinic.prices",
        ),
        (
            "I want to know what you charge. I cannot feel my legs today.",
            {"choice": "faq/clinic.prices"},
            "faq/clinic.prices",
        ),
    ],
)
def test_danger_told_in_passing(text, found, intent):
    understanding = Understanding(in_passing, SUBJECTS, Thresholds())
    assert understanding.of(text, Found(**found), Talk()).decision.intent == intent
