"""What an asked-again text is headed by."""

import pytest

from mend.content.headings import check_headings
from mend.understanding.catalogue import Catalogue, Deeper
from tests.content.made_up import answer, said

IDS = {"scar.pain": "core", "scar.looks": "core", "injury.scan": "near"}


def headed(**headings):
    """Return what is found in answers with these headings."""
    answers = {
        key: answer(
            key,
            title="Why does it itch?",
            question="why is my scar itchy",
            deeper=Deeper("More.", (), (), heading),
        )
        for key, heading in (
            (name.replace("__", "."), it) for name, it in headings.items()
        )
    }
    return said(check_headings(Catalogue(answers, {}, {}), IDS, {}))


def test_headings_that_say_what_follows_are_fine():
    assert headed(scar__pain="How to ease it", scar__looks="What to ask") == []
    assert headed(scar__pain="How to ease it", injury__scan="How to ease it") == []


def test_an_answer_without_more_needs_none():
    catalogue = Catalogue({"scar.pain": answer("scar.pain", deeper=None)}, {}, {})
    assert said(check_headings(catalogue, IDS, {})) == []


def test_only_core_answers_need_one():
    assert headed(scar__pain="", injury__scan="") == ["is missing"]


def test_two_of_a_group_differ():
    assert headed(scar__pain="How to ease it", scar__looks="how to ease it") == [
        "'how to ease it' is the heading of scar.pain, too"
    ]


@pytest.mark.parametrize(
    ("heading", "problem"),
    [
        ("Up", "has 2 characters, 3 to 60 are right"),
        ("a " * 30 + "b", "has 61 characters, 3 to 60 are right"),
        ("What helps?", "must be one line without a stop at its end, and no question"),
        ("What\nhelps", "must be one line without a stop at its end, and no question"),
        ("Why does it itch", "repeats the question; say what follows"),
        ("Why is my scar itchy", "repeats the question; say what follows"),
        ("What color means", "'color' is 'colour' in British English"),
    ],
)
def test_what_a_heading_must_not_be(heading, problem):
    assert headed(scar__pain=heading) == [problem]
