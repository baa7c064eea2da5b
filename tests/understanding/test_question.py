"""Several questions in one message, and which reading of a question is taken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mend.understanding.question import (
    LEANING,
    MOST_QUESTIONS,
    Question,
    Reading,
    named_within,
    questions_in,
    settle,
    with_flags_of,
)
from mend.understanding.ranker import Ranked
from mend.understanding.subject import Named, Subject, Subjects, Talk

SUBJECTS = Subjects(
    {
        "iastm": Subject("iastm", "treatment", "IASTM", ("iastm.",)),
        "cupping": Subject("cupping", "treatment", "cupping", ("treatment.cupping",)),
        "knee": Subject("knee", "complaint", "knee pain", ("condition.knee",)),
        "injury": Subject("injury", "complaint", "injury", ("injury.",), weak=True),
    }
)
ENOUGH = 0.3


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        # Question marks, full stops and line ends.
        ("What is it? Does it hurt?", ["What is it", "Does it hurt"]),
        ("what is it. does it hurt", ["what is it", "does it hurt"]),
        ("what is it\ndoes it hurt\n", ["what is it", "does it hurt"]),
        ("what is it ?!? does it hurt ??", ["what is it", "does it hurt"]),
        # "And" and commas, where a question follows.
        (
            "what is it, does it hurt and what does it cost?",
            ["what is it", "does it hurt", "what does it cost"],
        ),
        ("what is it & how much is it", ["what is it", "how much is it"]),
        ("what is it , and also how long", ["what is it", "how long"]),
        ("how do I book plus where are you", ["how do I book", "where are you"]),
        # A mark makes a question of anything.
        ("my knee? my hip? or both?", ["my knee", "my hip", "or both"]),
        # What is no question is left out.
        ("Hi there. What is it? Does it hurt?", ["What is it", "Does it hurt"]),
        (
            "I fell. Is it broken? Can I walk? Thanks",
            ["Is it broken", "Can I walk"],
        ),
    ],
)
def test_questions_of_a_message(text, pieces):
    assert [one.text for one in questions_in(text)] == pieces


@pytest.mark.parametrize(
    "text",
    [
        # One question, or none.
        "what is it?",
        "does rest and ice help?",
        "is it swelling and bruising",
        "my knee hurts. It began on Monday.",
        "What helps? Please. Thanks.",
        # More than can be answered at once.
        "Who is it? What is it? Where is it? When is it?",
        # Questions of one word are no questions by themselves.
        "why? how?",
        "a? b? c?",
        "",
        " ",
        "?!?!",
        "{}? {}?",
        "and and and and",
        "🙂",
    ],
)
def test_one_question_is_the_whole_message(text):
    assert questions_in(text) == (Question(text),)


PIECES = st.sampled_from(
    [
        *("what is", "does it", "and", "also", "&", "how much", "can I", "is it"),
        *("hurt", "knee", "{}", "?", ".", ",", ", ", "\n", "  ", "\u00a0", "é", "🙂"),
    ]
)


@given(text=st.one_of(st.text(max_size=100), st.lists(PIECES).map(" ".join)))
def test_questions_are_parts_of_the_message_in_its_order(text):
    questions = questions_in(text)
    assert 1 <= len(questions) <= MOST_QUESTIONS
    reached = 0
    for one in questions:
        assert reached <= one.start
        reached = one.start + len(one.text)
        assert text[one.start : reached] == one.text
    assert len(questions) > 1 or questions[0].text == text


@pytest.mark.parametrize("filler", [" ", "\t", "\n", ",", " ,", "and ", "?", "& ", "x"])
def test_long_messages_are_read_whole(filler):
    """A pattern that backtracks would never come back from these."""
    text = "what is" + filler * (1000 // len(filler)) + "!"
    questions = questions_in(text)
    assert questions[0].text.startswith("what is")


def test_named_within_moves_places_into_the_question():
    first, second = questions_in("What is cupping? Does graston hurt?")
    names = [Named("cupping", 8, 15), Named("iastm", 22, 29)]
    (inside,) = named_within(second, names)
    assert second.text[inside.start : inside.end] == "graston"
    assert named_within(first, names) == (names[0],)
    assert named_within(first, [Named("iastm", 5, 29)]) == ()  # reaches beyond it
    assert named_within(Question("x", 40), names) == ()


class Model:
    """A rank function: by text, otherwise nothing; keeps what it was asked."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[tuple[str, float], ...]] = {}
        self.asked: list[str] = []

    def knows(self, text: str, *pairs: tuple[str, float]) -> Model:
        self.known[text] = pairs
        return self

    def __call__(self, text: str) -> tuple[Ranked, ...]:
        self.asked.append(text)
        pairs = self.known.get(text, ())
        ranking = [Ranked(name, confidence) for name, confidence in pairs]
        return tuple(sorted(ranking, key=lambda ranked: -ranked.confidence))


def settled(model, text, *about, named=(), asks=True):
    talk = Talk(about, "does {} hurt?")
    return settle(text, named, talk, SUBJECTS, model, asks=asks, enough=ENOUGH)


PLAIN, FULL = "does it hurt", "does IASTM hurt"
HOURS, HOURS_FULL = "when are you open", "when are you open with IASTM"


@pytest.mark.parametrize(
    ("plain", "full", "about"),
    [
        # As written nothing is likely: asked in full.
        ([("faq/iastm.hurts", 0.1)], 0.8, "iastm"),
        ([], 0.8, "iastm"),
        ([("out_of_scope", 0.5)], 0.8, "iastm"),
        # In full it is hardly likelier, or less likely than that nobody here knows.
        ([("faq/clinic.book", 0.1)], ENOUGH / 2 - 0.01, None),
        ([("out_of_scope", 0.9)], 0.8, None),
        # As written it is a guess about a subject that is not named.
        ([("faq/treatment.cupping", 0.9)], 0.4, "iastm"),
        # It could stand alone, but points back: in full it may be a little less sure.
        ([("faq/clinic.prices", 0.6)], 0.6 - LEANING + 0.01, "iastm"),
        ([("faq/clinic.prices", 0.6)], 0.6 - LEANING - 0.01, None),
        # A greeting, yes, no, pain or danger is never asked in full ...
        ([("affirm", 0.9)], 0.95, None),
        ([("pain", 0.9)], 0.95, None),
        ([("red_flag/RF08.emergency", 0.9)], 0.95, None),
        # ... unless it is unsure, or small talk that points back.
        ([("affirm", 0.2)], 0.95, "iastm"),
        ([("faq/chat.thanks", 0.6)], 0.8, "iastm"),
    ],
)
def test_a_question_that_points_back(plain, full, about):
    model = Model().knows(PLAIN, *plain).knows(FULL, ("faq/iastm.hurts", full))
    found = settled(model, PLAIN, "iastm")
    assert found.about == about
    assert found.gapped == ("does {} hurt" if about else "")


@pytest.mark.parametrize(
    ("plain", "full", "about"),
    [
        # Opening hours are opening hours, whatever was talked about.
        (("faq/clinic.hours", 0.6), 0.6 + LEANING - 0.01, None),
        (("faq/clinic.hours", 0.6), 0.6 + LEANING + 0.01, "iastm"),
        (("faq/clinic.hours", ENOUGH - 0.1), 0.5, "iastm"),
        (("faq/chat.greet", 0.6), 0.99, None),
    ],
)
def test_a_question_that_could_stand_alone(plain, full, about):
    model = Model().knows(HOURS, plain).knows(HOURS_FULL, ("faq/iastm.x", full))
    assert settled(model, HOURS, "iastm").about == about


def test_the_same_answer_in_full_makes_it_no_less_sure():
    model = Model().knows(PLAIN, ("faq/iastm.hurts", 0.8))
    model.knows(FULL, ("faq/iastm.hurts", 0.3))
    found = settled(model, PLAIN, "iastm")
    assert found.answer == Ranked("faq/iastm.hurts", 0.8)
    assert (found.about, found.gapped) == ("iastm", "does {} hurt")


def test_the_surest_way_is_taken():
    model = Model().knows("IASTM when are you open", ("faq/iastm.session", 0.9))
    model.knows(HOURS_FULL, ("faq/iastm.hurts", 0.5))
    found = settled(model, HOURS, "iastm")
    assert found.answer == Ranked("faq/iastm.session", 0.9)
    assert model.asked == [HOURS, HOURS_FULL, "IASTM when are you open"]


@pytest.mark.parametrize(("about", "taken"), [("knee", "knee"), ("iastm", None)])
def test_what_is_true_of_injuries_is_asked_of_the_complaint(about, taken):
    model = Model().knows("can I run with it", ("faq/injury.exercise", 0.9))
    for say in ("knee pain", "IASTM"):
        model.knows(f"can I run with {say}", ("faq/condition.knee", 0.4))
    assert settled(model, "can I run with it", about).about == taken


def test_an_answer_about_what_is_named_does_not_lean():
    text = "is it the same as cupping"
    model = Model().knows(text, ("faq/treatment.cupping", 0.9))
    model.knows("is IASTM the same as cupping", ("faq/iastm.x", 0.5))
    named = [Named("cupping", 18, 25)]
    assert settled(model, text, "iastm", named=named).about is None


@pytest.mark.parametrize(
    ("names", "left"),
    [
        (["injury", "knee"], "is injury of the {} bad"),  # a weak name gives way
        (["injury"], "is {} of the knee bad"),
        ([], ""),
    ],
)
def test_the_gap_is_where_the_subject_stands(names, left):
    text = "is injury of the knee bad"
    named = [
        Named(name, text.find(name), text.find(name) + len(name)) for name in names
    ]
    assert settled(Model(), text, named=named).gapped == left


@pytest.mark.parametrize("about", [(), ("gone",)])
def test_without_a_subject_the_model_is_asked_once(about):
    model = Model().knows(PLAIN, ("faq/iastm.hurts", 0.9))
    assert settled(model, PLAIN, *about).about is None
    assert model.asked == [PLAIN]


@pytest.mark.parametrize("text", ["", "?", "{}", "?!" * 500, " " * 1000])
def test_nothing_in_words_is_asked_as_written(text):
    model = Model()
    found = settled(model, text, "iastm")
    assert (found.ranking, found.gapped, found.about) == ((), "", None)
    assert found.answer is None
    assert found.sure == 0.0
    assert model.asked == [text]


def test_words_from_earlier_hide_no_danger():
    model = Model().knows(PLAIN, ("red_flag/RF08.emergency", 0.2))
    in_full = [("faq/iastm.hurts", 0.8), ("red_flag/RF02.soon", 0.1)]
    found = settled(model.knows(FULL, *in_full), PLAIN, "iastm")
    assert [ranked.name for ranked in found.ranking] == [
        "faq/iastm.hurts",
        "red_flag/RF08.emergency",
    ]


def test_rankings_stay_sorted_with_the_flags_of_another():
    plain = [Ranked("red_flag/RF01.soon", 0.5), Ranked("faq/a.one", 0.4)]
    full = [Ranked("faq/b.two", 0.6), Ranked("faq/a.one", 0.2)]
    assert with_flags_of(plain, full) == (full[0], plain[0], full[1])
    assert with_flags_of([], full) == tuple(full)
    assert with_flags_of(plain, []) == (plain[0],)


def test_the_answer_of_a_reading_is_its_likeliest():
    ranking = [Ranked("affirm", 0.5), Ranked("faq/a", 0.3), Ranked("faq/b", 0.2)]
    assert Reading(ranking, "").answer == Ranked("faq/a", 0.3)
