"""Paragraphs and lists, the main message, and when to get help."""

import re
from pathlib import Path

import pytest

from mend.content.layout import Block, blocks_of, headed, help_in
from mend.understanding.catalogue_files import load_catalogue

BOTH = ("main", "help")
AT_ONCE = re.compile(
    r"stop and\b|be seen today|see a doctor today|call \{urgent_line\}"
    r"|\{emergency\} now|urgent care|emergency department",
    re.IGNORECASE,
)


def marked(text, marks=BOTH):
    return [(block.mark, block.kind, *block.items) for block in blocks_of(text, marks)]


def test_paragraphs_and_lists():
    text = "Do this:\n- rest\n- move\n\nOr\ncall.\n\n1. Wash.\n2. Dry."
    assert blocks_of(text) == (
        Block("text", ("Do this:",)),
        Block("bullets", ("rest", "move")),
        Block("text", ("Or call.",)),
        Block("steps", ("Wash.", "Dry.")),
    )


def test_the_first_sentence_is_the_main_message():
    assert marked("Most scars fade. Many soften.\n\nWait.") == [
        ("main", "text", "Most scars fade."),
        (None, "text", "Many soften."),
        (None, "text", "Wait."),
    ]
    assert marked("Do these:\n- rest\n- move") == [
        ("main", "text", "Do these:"),
        (None, "bullets", "rest", "move"),
    ]


def test_a_heading_stands_out_over_the_main_message():
    text = headed("How to ease a bruise", "You can cool it. Rest.\n\nIn short: rest.")
    assert marked(text) == [
        ("main", "text", "How to ease a bruise"),
        ("main", "text", "You can cool it."),
        (None, "text", "Rest."),
        ("main", "text", "In short: rest."),
    ]
    assert {mark for mark, *_ in marked(text, ("help",))} == {None}


def test_without_a_heading_a_text_stays_as_it_is():
    assert headed("", "Cool it.") == headed(None, "Cool it.") == "Cool it."


@pytest.mark.parametrize("first", ["Most scars fade.", "a " * 40 + "b", "Do this:"])
def test_a_sentence_or_a_long_line_is_no_heading(first):
    assert [mark for mark, *_ in marked(f"{first}\n\nWait.")] == ["main", None]


def test_what_sums_it_up_stands_out_too():
    text = "Most scars fade.\n\nWait.\n\nIn short: wait."
    assert [mark for mark, *_ in marked(text)] == ["main", None, "main"]
    assert [mark for mark, *_ in marked(text, ("help",))] == [None, None, None]


def test_a_bare_yes_is_no_main_message():
    assert marked("Yes. It can ache. Rest.")[0] == ("main", "text", "Yes. It can ache.")


def test_what_is_all_there_is_does_not_stand_out():
    assert marked("It fades.") == [(None, "text", "It fades.")]
    assert marked("- one\n- two") == [(None, "bullets", "one", "two")]


def test_nothing_stands_out_where_nothing_was_asked_for():
    text = "It fades. Wait.\n\nStop and get help if it grows."
    assert {mark for mark, *_ in marked(text, ())} == {None}
    assert [mark for mark, *_ in marked(text, ("help",))] == [None, "help"]


@pytest.mark.parametrize(
    "words",
    [
        "Stop and get help if it grows.",
        "Stop if you feel faint.",
        "Take it off and get help if skin turns pale.",
        "Get help the same day if one leg is swollen.",
        "Get medical help the same day for bleeding.",
        "Call {emergency} for drowsiness or a fit.",
        "Call 999 now if you are short of breath.",
        "If a face droops, call 999 now, even if it stops.",
        "If you have this now, be checked today: call NHS 111.",
        "After neck work, stop and call 999 for a sudden bad headache.",
        "For a newer wound, call your surgical team the same day for heat.",
        "Be seen today if it is hot.",
        "See a physio if it is no better after 3 months.",
        "Go to an emergency department today.",
        "Go to urgent care today if you felt a pop.",
        "- Go to urgent care today if you cannot stand on it.\n- See a physio later.",
        "Tell your therapist at once. Stop and get help if bruising spreads.",
    ],
)
def test_what_says_when_to_get_help(words):
    assert help_in(f"It may ache.\n\n{words}\n\nMove.") == words


@pytest.mark.parametrize(
    "words",
    [
        "Call us on 020 7946 0123.",
        "A physio can help you choose. If you lose weight, see a doctor within days.",
        "It stops by itself.",
        "Ask your physio which stage you are in.",
        "A doctor may offer silicone.",
        "- Same day: easy movement.",
    ],
)
def test_what_does_not(words):
    assert help_in(f"It may ache.\n\n{words}") == ""


def test_a_list_that_such_a_line_leads_to_belongs_to_it():
    text = "It may ache.\n\nStop and get help:\n\n- Chest pain: call 999.\n\n- Rest."
    assert marked(text) == [
        ("main", "text", "It may ache."),
        ("help", "text", "Stop and get help:"),
        ("help", "bullets", "Chest pain: call 999."),
        (None, "bullets", "Rest."),
    ]


def test_an_answer_that_opens_so_has_it_as_its_main_message():
    assert marked("Call 999 now for any of these:\n\n- a fit\n\nWait.") == [
        ("main", "text", "Call 999 now for any of these:"),
        ("help", "bullets", "a fit"),
        (None, "text", "Wait."),
    ]


def test_no_answer_hides_where_to_get_help_today():
    catalogue = load_catalogue(Path("data"))
    texts = []
    for answer in catalogue.answers.values():
        texts.append((answer.id, answer.text))
        if answer.deeper:
            texts.append((f"{answer.id}, deeper", answer.deeper.text))

    assert sum(bool(AT_ONCE.search(text)) for _, text in texts) > 50
    assert [
        (name, words)
        for name, text in texts
        for mark, _, *words in marked(text)
        if mark is None and AT_ONCE.search(" ".join(words))
    ] == []
