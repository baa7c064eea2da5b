"""The subject last talked about, and open questions asked in full."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mend.understanding.catalogue_files import load_catalogue
from mend.understanding.lexicon import Lexicon, LexiconError
from mend.understanding.subject import (
    CUE,
    GAP,
    KINDS,
    REMEMBERED,
    SUBJECTS_FILE,
    Named,
    Subject,
    Subjects,
    Talk,
    Way,
    adds_on,
    completions,
    gapped,
    named_in,
    points_back,
    remember,
)

LEXICON_DIR = Path("data/lexicon")
ROWS = yaml.safe_load((LEXICON_DIR / SUBJECTS_FILE).read_text("utf-8"))["subjects"]

SUBJECTS = Subjects(
    {
        one.name: one
        for one in (
            Subject("iastm", "treatment", "IASTM", ("iastm.",)),
            Subject("cupping", "treatment", "cupping", ("treatment.cupping",)),
            Subject("massage", "treatment", "massage", ("treatment.massage",), True),
            Subject("elbow", "complaint", "elbow pain", ("condition.elbow",)),
            Subject("knee", "complaint", "knee pain", ("condition.",)),
            Subject("operation", "complaint", "surgery", ("surgery.",), join="after"),
            Subject("injury", "complaint", "injury", ("injury.",), True),
        )
    }
)
WORDS = {
    "graston": "iastm",
    "cupping": "cupping",
    "massage": "massage",
    "tennis elbow": "elbow",
    "knee": "knee",
    "surgery": "operation",
    "session": "unknown",
}


def named(text: str) -> tuple[Named, ...]:
    """Find the words above, in the order of the text."""
    places = [(text.lower().find(words), words) for words in WORDS]
    return tuple(
        Named(WORDS[words], start, start + len(words))
        for start, words in sorted(places)
        if start >= 0
    )


def full(text: str, *about: str, asked: str = "", asks: bool = True) -> list[str]:
    talk = Talk(about, asked)
    ways = completions(text, named(text), talk, SUBJECTS, asks=asks)
    return [way.text for way in ways]


HURTS = "does {} hurt?"


@pytest.mark.parametrize(
    ("text", "about", "asks", "ways"),
    [
        # A pronoun stands for the subject.
        ("does it hurt?", ["iastm"], True, ["does IASTM hurt"]),
        ("how does THAT work", ["iastm"], True, ["how does IASTM work"]),
        ("it's safe?", ["iastm"], True, ["IASTM is safe"]),
        ("is that one better?", ["iastm"], True, ["is IASTM better"]),
        ("do these ones hurt", ["iastm"], True, ["do IASTM hurt"]),
        (
            "can massage help with it?",
            ["knee"],
            True,
            ["can massage help with knee pain"],
        ),
        ("how long does it last?", ["iastm"], True, ["how long does IASTM last"]),
        # Nothing stands for it: it is added at the end, or put before.
        (
            "how many would I need",
            ["iastm"],
            True,
            ["how many would I need with IASTM", "IASTM how many would I need"],
        ),
        (
            "when can I drive?",
            ["operation"],
            True,
            ["when can I drive after surgery", "surgery when can I drive"],
        ),
        (
            "is it normal to feel sore",
            ["iastm"],
            True,
            ["is it normal to feel sore with IASTM", "IASTM is it normal to feel sore"],
        ),
        # Somebody or something else is added to it.
        (
            "and for my mum, she is 80",
            ["iastm"],
            False,
            ["IASTM for my mum, she is 80"],
        ),
        ("for children?", ["iastm"], False, ["IASTM for children"]),
        ("  for children?", ["iastm"], False, ["IASTM   for children"]),
        # The same of another treatment.
        ("and cupping?", ["iastm"], True, ["does cupping hurt?"]),
        ("what about cupping", ["iastm"], True, ["does cupping hurt?"]),
        ("ok, how about cupping?", ["iastm"], True, ["does cupping hurt?"]),
        # ... unless it asks something of its own.
        ("and what is cupping then?", ["iastm"], True, []),
        ("and who does cupping", ["iastm"], True, []),
        # A complaint after a treatment asks about both.
        ("and for tennis elbow?", ["iastm"], True, ["IASTM for tennis elbow"]),
        ("and tennis elbow?", ["iastm"], True, ["IASTM for tennis elbow"]),
        # A treatment after a complaint: the same of it, or both.
        (
            "and cupping?",
            ["knee"],
            True,
            ["does cupping hurt?", "knee pain for cupping"],
        ),
        # One is named and another meant.
        (
            "is it the same as cupping?",
            ["iastm"],
            True,
            ["is IASTM the same as cupping"],
        ),
        (
            "does cupping work for it?",
            ["elbow"],
            True,
            ["does cupping work for elbow pain"],
        ),
        ("does cupping work for it?", ["iastm"], True, []),
        ("cupping did it", ["elbow"], False, []),
        # The one talked about before the last.
        (
            "and the other one?",
            ["cupping", "iastm"],
            True,
            ["does IASTM hurt?", "IASTM"],
        ),
        (
            "I mean the first one",
            ["cupping", "iastm"],
            False,
            ["does IASTM hurt?", "IASTM"],
        ),
        (
            "how long does the other one take?",
            ["cupping", "iastm"],
            True,
            ["how long does IASTM take"],
        ),
        ("and the other one?", ["iastm"], True, []),
        (
            "what helps first thing",
            ["knee", "iastm"],
            True,
            [
                "what helps first thing with knee pain",
                "knee pain what helps first thing",
            ],
        ),
        # A message that says itself what it is about, and one that asks nothing.
        ("does cupping hurt?", ["iastm"], True, []),
        ("great news", ["iastm"], False, []),
        # Nothing was talked about, or nothing that is still known.
        ("does it hurt?", [], True, []),
        ("does it hurt?", ["gone"], True, []),
        ("does it hurt?", ["gone", "iastm"], True, ["does IASTM hurt"]),
        # A story.
        ("does it " + "really " * 13, ["iastm"], True, []),
    ],
)
def test_open_questions_in_full(text, about, asks, ways):
    assert full(text, *about, asked=HURTS, asks=asks) == ways


@pytest.mark.parametrize(
    ("text", "asked", "ways"),
    [
        # Nothing was asked before: there is nothing to ask of the other one.
        ("and cupping?", "", []),
        ("and the other one?", "", ["cupping"]),
        # What was asked is stored; a gap may be missing or be there twice.
        ("and cupping?", "how much", ["how much"]),
        ("and cupping?", "{} or {}", ["cupping or {}"]),
    ],
)
def test_what_was_asked_before_may_be_anything(text, asked, ways):
    assert full(text, "iastm", "cupping", asked=asked) == ways


@pytest.mark.parametrize(
    "text", ["", " ", "?", "?!...", "🙂", "{}", "{", "}{", "\n\n", "?" * 1000]
)
def test_nothing_in_words_is_never_put_in_full(text):
    assert full(text, "iastm", "cupping", asked=HURTS) == []


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("does {} it hurt", ["does    IASTM hurt"]),
        ("{it} hurts?", [" IASTM  hurts"]),
        ("{0} and cupping {x}", []),
    ],
)
def test_braces_are_no_gaps(text, ways):
    assert full(text, "iastm", asked=HURTS) == ways


def test_long_texts_are_left_alone():
    assert full("does it hurt " * 80, "iastm") == []
    assert len(full("x" * 1000, "iastm")) == 2


TALKS = st.builds(
    Talk,
    st.lists(
        st.sampled_from(["iastm", "cupping", "knee", "operation", "gone"]), max_size=4
    ).map(tuple),
    st.sampled_from(["", HURTS, "{}", "{} {}", "no gap"]),
)
_WORDS = ["it", "it's", "that", "and", "what about", "the other one", "for", "does"]
PIECES = st.sampled_from([*_WORDS, *WORDS, *"{}?,\n "])
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES).map(" ".join))


@given(text=TEXTS, talk=TALKS, asks=st.booleans())
def test_completions_never_raise_and_are_about_a_subject(text, talk, asks):
    for way in completions(text, named(text), talk, SUBJECTS, asks=asks):
        assert way.name in SUBJECTS
        assert way.text.strip()


@given(text=TEXTS)
def test_gapped_has_one_gap_at_most_and_can_be_filled(text):
    found = gapped(text, named(text))
    assert found.count(GAP) == bool(found)
    assert "cupping" in Way(found, "cupping", "cupping").text or not found


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("does graston hurt?", "does {} hurt?"),
        ("is cupping better than graston", "is {} better than graston"),
        ("no subject", ""),
        ("does {it} graston hurt", "does  it  {} hurt"),
        # These ask nothing of what they name: what was asked before stays.
        ("graston", ""),
        ("and graston?", ""),
        ("what about the graston?", ""),
        ("and for my knee", ""),
        ("how about a knee brace", "how about a {} brace"),
    ],
)
def test_gapped(text, left):
    assert gapped(text, named(text)) == left


@pytest.mark.parametrize(
    ("text", "back"),
    [
        ("does it hurt", True),
        ("IT'S what?", True),
        ("are those safe", True),
        ("which one", True),
        ("how long does it take", True),
        # "it" that stands for nothing.
        ("is it normal to ache", False),
        ("is it ok if I run", False),
        ("how long before it is safe to drive", False),
        # No pronoun, or part of a word.
        ("what are italics", False),
        ("how many", False),
        ("", False),
    ],
)
def test_points_back(text, back):
    assert points_back(text) is back


@pytest.mark.parametrize(
    ("text", "adds"),
    [
        ("and for tennis elbow?", True),
        ("But does it?", True),
        ("what about kids", True),
        ("ok thanks, and cupping?", True),
        ("for my mum", True),
        (" after a run?", True),
        # A preposition opens longer messages too.
        ("after a run my knee always hurts", False),
        ("android phones", False),
        ("does it hurt", False),
        ("thanks", False),
        ("", False),
    ],
)
def test_adds_on(text, adds):
    assert adds_on(text) is adds


@pytest.mark.parametrize(
    ("before", "names", "about", "after"),
    [
        # The latest first.
        ((), ["iastm"], "iastm", ("iastm",)),
        (("iastm",), ["cupping"], "cupping", ("cupping", "iastm")),
        (("cupping", "iastm"), [], "iastm", ("iastm", "cupping")),
        (("iastm",), [], None, ("iastm",)),
        ((), [], None, ()),
        # The answer's subject comes before what was named.
        ((), ["knee", "iastm"], "iastm", ("iastm", "knee")),
        # A weak one is a subject only where there is no other.
        ((), ["massage"], None, ("massage",)),
        (("iastm",), ["massage"], None, ("iastm",)),
        # Injuries in general change no subject.
        (("knee",), [], "injury", ("knee",)),
        ((), ["knee"], "injury", ("knee",)),
        ((), [], "injury", ("injury",)),
        # The oldest are forgotten.
        (("a", "b", "c"), ["iastm"], None, ("iastm", "a", "b")),
    ],
)
def test_remember(before, names, about, after):
    mentions = [Named(name, 0, 1) for name in names]
    assert remember(Talk(before), mentions, about, SUBJECTS) == after
    assert len(after) <= REMEMBERED


@pytest.mark.parametrize(
    ("answer", "subject"),
    [
        ("iastm.hurts", "iastm"),
        ("treatment.cupping", "cupping"),
        ("treatment.massage", "massage"),
        # The longest beginning wins, and an id without a dot at its end is whole.
        ("condition.elbow", "elbow"),
        ("condition.elbow_wrist", "knee"),
        ("treatment.cupping_marks", None),
        ("clinic.hours", None),
        ("", None),
    ],
)
def test_of_answer(answer, subject):
    assert SUBJECTS.of_answer(answer) == subject


def test_talk_survives_being_stored():
    talk = Talk(("iastm", "knee"), HURTS)
    assert Talk.from_dict(talk.as_dict()) == talk
    assert Talk.from_dict(Talk().as_dict()) == Talk()


@pytest.mark.parametrize(
    ("data", "talk"),
    [
        (None, Talk()),
        ("iastm", Talk()),
        (["iastm"], Talk()),
        ({}, Talk()),
        ({"subjects": None, "asked": None}, Talk()),
        ({"subjects": "iastm", "asked": 5}, Talk()),
        ({"subjects": {"a": 1}, "asked": [HURTS]}, Talk()),
        ({"subjects": [1, None, ["x"]]}, Talk(("1", "None", "['x']"))),
        ({"asked": HURTS, "more": 1}, Talk((), HURTS)),
    ],
)
def test_talk_of_another_form_is_harmless(data, talk):
    assert Talk.from_dict(data) == talk
    completions("and it?", (), Talk.from_dict(data), SUBJECTS, asks=True)


# The data.


@pytest.fixture(scope="module")
def lexicon():
    return Lexicon.load(LEXICON_DIR)


@pytest.fixture(scope="module")
def subjects():
    return Subjects.load(LEXICON_DIR)


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue(Path("data"))


@pytest.mark.parametrize("name", ROWS)
def test_a_subject_is_found_by_what_is_said_for_it(lexicon, subjects, name):
    found = named_in(lexicon.read(subjects[name].say))
    assert [one.name for one in found] == [name]


@pytest.mark.parametrize("name", ROWS)
def test_the_answers_of_a_subject_exist_and_have_titles(catalogue, subjects, name):
    assert subjects[name].answers
    for answer in subjects[name].answers:
        fitting = [
            key
            for key in catalogue.answers
            if key == answer or (answer.endswith(".") and key.startswith(answer))
        ]
        assert fitting, answer
        assert all(catalogue.titles[key].strip() for key in fitting)


def test_no_answer_belongs_to_two_subjects():
    answers = [answer for row in ROWS.values() for answer in row["answers"]]
    assert len(answers) == len(set(answers))


def test_every_answer_about_a_body_or_a_treatment_has_a_subject(catalogue, subjects):
    without = {key for key in catalogue.answers if subjects.of_answer(key) is None}
    others = {key for key in without if not key.startswith(("chat.", "clinic."))}
    assert others == {"condition.emergency_signs"}  # about many parts


def test_what_is_said_for_a_subject_holds_no_brace_and_ends_in_a_word():
    for row in ROWS.values():
        assert row["kind"] in KINDS
        assert row["say"].replace(" ", "").isalpha()


@pytest.mark.parametrize(
    ("text", "names", "gap"),
    [
        ("what is Graston technique?", ["iastm"], "what is {}?"),
        ("what is lymphatic drainage", ["mld"], "what is {}"),
        ("does manual lymph drainage massage hurt", ["mld"], "does {} hurt"),
        ("what is dry needling", ["needling"], "what is {}"),
        ("what helps tennis elbow", ["elbow_wrist"], "what helps {}"),
        ("how long does a sprained ankle take", ["sprain"], "how long does a {} take"),
        (
            "is cupping better than gua sha",
            ["cupping", "gua_sha"],
            "is {} better than gua sha",
        ),
        ("hello there", [], ""),
        ("", [], ""),
        ("🙂?!", [], ""),
    ],
)
def test_the_whole_name_is_found(lexicon, text, names, gap):
    found = named_in(lexicon.read(text))
    assert [one.name for one in found] == names
    assert gapped(text, found) == gap


def subjects_file(folder: Path, subjects: object, cues: object) -> Path:
    content = yaml.safe_dump({"subjects": subjects, "cues": cues})
    (folder / SUBJECTS_FILE).write_text(content, "utf-8")
    return folder


ROW = {"kind": "treatment", "say": "x", "answers": ["x."]}


@pytest.mark.parametrize(
    ("rows", "cues", "problem"),
    [
        ({"x": ROW}, {}, "'x'"),
        ({"x": ROW}, {CUE + "x": ["x"], CUE + "y": ["y"]}, "'y'"),
        ({"x": {**ROW, "kind": "animal"}}, {CUE + "x": ["x"]}, "kind of"),
    ],
)
def test_a_file_that_cannot_work_is_refused(tmp_path, rows, cues, problem):
    with pytest.raises(LexiconError, match=problem):
        Subjects.load(subjects_file(tmp_path, rows, cues))


def test_a_small_file_is_read(tmp_path):
    folder = subjects_file(tmp_path, {"x": ROW}, {CUE + "x": ["x"]})
    loaded = Subjects.load(folder)
    assert "x" in loaded
    assert "y" not in loaded
    assert not loaded.is_weak("x")
    assert not loaded.is_weak("y")
    assert loaded["x"].join == "with"
