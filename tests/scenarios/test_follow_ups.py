"""Follow-ups and several questions in whole conversations, over HTTP."""

from pathlib import Path

import pytest

from mend.understanding.catalogue_files import load_catalogue
from tests.scenarios.test_conversations import choices


def answers(turn):
    """Return the ids of all answers of a turn, in their order."""
    return [m["answer"] for m in turn["messages"] if m["answer"]]


@pytest.fixture
def conversation(mend):
    return mend.open()


@pytest.mark.parametrize(
    "lines",
    [
        # One subject, question after question.
        [
            ("what is graston", ["iastm.graston"]),
            ("does it hurt", ["iastm.hurts"]),
            ("how many would I need", ["iastm.how_many"]),
            ("and for my mum, she is 80", ["iastm.age"]),
        ],
        # Another subject, and back.
        [
            ("does graston hurt?", ["iastm.hurts"]),
            ("and cupping?", ["treatment.cupping"]),
            ("and the other one?", ["iastm.hurts"]),
        ],
        # The same question of another complaint, over a word of thanks.
        [
            ("how long does a sprained ankle take to heal?", ["healing.time_ligament"]),
            ("thanks!", ["chat.thanks"]),
            ("and a pulled muscle?", ["healing.time_muscle"]),
        ],
        # A question about the clinic is that, and changes no subject.
        [
            ("what is dry needling", ["treatment.dry_needling"]),
            ("when are you open?", ["clinic.hours"]),
            ("does it hurt?", ["treatment.dry_needling"]),
        ],
        # Three questions in one message, and a follow-up on them.
        [
            (
                "What is graston, does it hurt and what does it cost?",
                ["iastm.graston", "iastm.hurts", "clinic.prices"],
            ),
            ("how often should I have it?", ["iastm.how_many"]),
        ],
        # Three that need no subject.
        [
            (
                "when are you open? where are you? how do I book?",
                ["clinic.hours", "clinic.location", "clinic.book"],
            ),
        ],
        # A treatment for something.
        [
            ("what is lymphatic drainage", ["mld.what_is"]),
            ("and after surgery?", ["mld.after_surgery"]),
            ("how many would I need", ["mld.how_many"]),
        ],
        # A treatment asked about in the middle of a complaint.
        [
            ("what helps knee arthritis?", ["condition.arthritis"]),
            ("is it permanent?", ["condition.arthritis"]),
        ],
        # What nobody here knows, and what says nothing, changes no subject.
        [
            ("what is cupping", ["treatment.cupping"]),
            ("who won the football last night?", []),
            ("??", []),
            ("does it hurt", ["treatment.cupping"]),
        ],
    ],
    ids=lambda lines: lines[0][0],
)
def test_a_conversation(conversation, lines):
    for text, wanted in lines:
        turn = conversation.say(text)
        assert answers(turn) == wanted, text
        if wanted:
            assert turn["outcome"] in ("answered", "small_talk"), text


def test_three_answers_are_one_turn_with_a_text_each(conversation):
    turn = conversation.say("What is graston, does it hurt and what does it cost?")
    said = [message for message in turn["messages"] if message["answer"]]
    assert len(said) == 3
    assert all(message["text"].strip() for message in said)
    assert len({message["text"] for message in said}) == 3
    history = [m["text"] for m in conversation.history()]
    assert [text for text in history if text in {m["text"] for m in said}] == [
        message["text"] for message in said
    ]


def test_nothing_leaks_into_another_conversation(mend):
    first, second = mend.open(), mend.open()
    first.say("what is lymphatic drainage")
    second.say("what is cupping")
    assert answers(first.say("how many would I need")) == ["mld.how_many"]
    assert answers(second.say("does it hurt")) == ["treatment.cupping"]
    third = mend.open()
    assert not set(answers(third.say("how many would I need"))) & {"mld.how_many"}


def test_a_red_flag_in_the_middle_wins(conversation):
    conversation.say("what is graston")
    assert answers(conversation.say("does it hurt?")) == ["iastm.hurts"]
    turn = conversation.say("no numbness but i cant pee since the back pain started")
    assert (turn["outcome"], turn["urgency"]) == ("red_flag", "emergency")
    # ... over several questions in one message, too.
    turn = conversation.say(
        "what does it cost? when are you open? my calf is sore, hot and swollen"
    )
    assert turn["outcome"] == "red_flag"
    assert not {"clinic.prices", "clinic.hours"} & set(answers(turn))
    assert answers(conversation.say("does graston hurt?")) == ["iastm.hurts"]


def test_a_buttons_answer_becomes_the_subject(conversation):
    turn = conversation.say("what is tendonitis?")
    assert answers(turn) == ["condition.tendon"]
    button = choices(turn)[load_catalogue(Path("data")).titles["treatment.shockwave"]]
    assert answers(conversation.choose(button)) == ["treatment.shockwave"]
    assert answers(conversation.say("does it hurt?")) == ["treatment.shockwave"]


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "does {} hurt",
        "}{?",
        "?" * 1000,
        "what is" + " " * 990 + "it",
        "it " * 333,
    ],
    ids=lambda text: text[:10],
)
def test_odd_messages_are_answered_and_change_no_subject(conversation, text):
    conversation.say("what is graston")
    turn = conversation.say(text)
    assert turn["messages"]
    assert turn["outcome"] != "unavailable"
    assert answers(conversation.say("does it hurt")) == ["iastm.hurts"]
