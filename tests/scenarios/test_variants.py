"""Answers that fit the person and the moment, in whole conversations over HTTP."""

from pathlib import Path

import pytest
import requests

from mend.chat.words import Words
from mend.clinic import load_clinic
from mend.understanding.catalogue_files import load_catalogue
from tests.scenarios.test_conversations import answer, choices, texts

ANSWERS = load_catalogue(Path("data")).answers
WORDS = Words(load_clinic(Path("clinic.yml")))
HURTS = WORDS.say(ANSWERS["iastm.hurts"].text)
DEEPER = ANSWERS["iastm.hurts"].deeper
HURTS_MORE = WORDS.say(f"{DEEPER.heading}\n\n{DEEPER.text}")


def test_what_was_told_counts_until_it_is_taken_back(mend):
    conversation = mend.open()
    conversation.say("I take warfarin. Can I have IASTM?")
    later = conversation.say("does iastm hurt?")

    assert answer(later) == "iastm.hurts"
    assert "You mentioned blood thinners." in texts(later)
    # Only where it matters.
    assert "blood thinners" not in texts(
        conversation.say("what are your opening hours")
    )
    conversation.say("I'm not on blood thinners any more")
    session = conversation.say("what happens in an IASTM session?")
    assert answer(session) == "iastm.session"
    assert "You mentioned" not in texts(session)


def test_in_the_same_message_and_how_long_ago(mend):
    turn = mend.open().say(
        "I had a knee operation 3 weeks ago, does scar massage hurt?"
    )

    assert answer(turn) == "scar.massage_hurts"
    assert "You mentioned an operation 3 weeks ago." in texts(turn)


def test_somebody_else_is_not_the_visitor(mend):
    conversation = mend.open()
    conversation.say("my wife is pregnant, what is IASTM?")
    turn = conversation.say("does IASTM hurt?")

    assert "If this is for them:" in texts(turn)


def test_nothing_told_nothing_added(mend):
    conversation = mend.open()
    conversation.say("can pregnant women have IASTM?")
    turn = conversation.say("does IASTM hurt?")

    assert texts(turn) == HURTS


def test_asking_again_goes_deeper_and_then_to_a_person(mend):
    conversation = mend.open()
    first = conversation.say("does iastm hurt?")
    asked = conversation.say("is iastm painful?")
    third = conversation.say("does iastm hurt?")

    assert {answer(turn) for turn in (first, asked, third)} == {"iastm.hurts"}
    assert texts(first) == HURTS
    assert texts(asked) == HURTS_MORE
    assert "Can I talk to a person?" not in choices(first)
    assert "Can I talk to a person?" in choices(asked)
    assert "A person at the clinic" in texts(third)
    assert texts(third).endswith(HURTS.rpartition("\n\n")[2])
    offered = conversation.choose(choices(third)["Can I talk to a person?"])
    assert offered["outcome"] == "handoff"


def test_a_button_counts_as_an_ask(mend):
    conversation = mend.open()
    turn = conversation.say("what is IASTM?")
    chosen = conversation.choose(choices(turn)[ANSWERS["iastm.hurts"].title])
    again = conversation.say("does iastm hurt?")

    assert texts(chosen) == HURTS
    assert texts(again) == HURTS_MORE


def test_the_clinics_facts_are_said_again(mend):
    conversation = mend.open()
    first, second = (conversation.say("when are you open?") for _ in range(2))

    assert texts(first) == texts(second)


@pytest.mark.parametrize("again", [False, True])
def test_a_picture_comes_with_its_words_once(mend, again):
    conversation = mend.open()
    turn = conversation.say("what are the stages of healing?")
    if again:
        turn = conversation.say("what are the stages of healing?")
        # What is said the second time has a picture of what to do.
        (message,) = turn["messages"]
        assert message["picture"]["src"] == "/pictures/slow_moves.svg"
        return

    (message,) = turn["messages"]
    assert message["picture"]["src"] == "/pictures/healing_timeline.svg"
    assert "overlap" in message["picture"]["alt"]
    drawn = requests.get(mend.url + message["picture"]["src"], timeout=5)
    assert drawn.headers["Content-Type"] == "image/svg+xml"
    assert conversation.history()[-1]["picture"] == message["picture"]
