"""Whole conversations over HTTP against the running system."""

import uuid

import pytest
from sqlalchemy import select

from mend.records.tables import Escalation, Message


def texts(turn):
    return "\n".join(message["text"] for message in turn["messages"])


def choices(turn):
    return {
        choice["title"]: choice["choice"]
        for message in turn["messages"]
        for choice in message["choices"]
    }


def forms(turn):
    return {message["form"] for message in turn["messages"]}


def answer(turn):
    return next((m["answer"] for m in turn["messages"] if m["answer"]), None)


def escalations(mend, *message_ids):
    """Return (kind, urgency) of escalations whose source is one of the messages."""
    database = mend.database()
    try:
        with database.reading() as session:
            rows = session.execute(
                select(Escalation.kind, Escalation.urgency)
                .join(Message, Message.id == Escalation.source_message_id)
                .where(Message.client_message_id.in_(message_ids))
            ).all()
            return [tuple(row) for row in rows]
    finally:
        database.dispose()


def said(conversation, text):
    """Say `text`; return (turn, client message id)."""
    message_id = str(uuid.uuid4())
    return conversation.say(text, message_id), message_id


def test_greeting_says_what_this_is_and_what_to_do_in_an_emergency(mend):
    greeting = "\n".join(m["text"] for m in mend.open().greeting)
    assert "computer program" in greeting
    assert "999" in greeting
    assert "020 7946 0123" in greeting


def test_a_question_with_typos_is_answered_with_its_sources(mend):
    turn = mend.open().say("how hrd shuold i masage my scar tisue??")
    assert turn["outcome"] == "answered"
    assert answer(turn) == "scar.massage_how"
    sources = [s for m in turn["messages"] for s in m["sources"]]
    assert sources
    assert all(s["title"] for s in sources)


def test_a_follow_up_button_is_answered(mend):
    conversation = mend.open()
    first = conversation.say("How long does healing take?")
    assert answer(first) == "healing.time"
    title, choice = next(iter(choices(first).items()))
    turn = conversation.choose(choice)
    assert turn["outcome"] == "answered"
    assert answer(turn) not in (None, "healing.time")
    history = [m["text"] for m in conversation.history()]
    assert title in history


def test_a_choice_of_another_conversation_is_refused(mend):
    choice = next(
        iter(choices(mend.open().say("How long does healing take?")).values())
    )
    with pytest.raises(Exception, match=r"answered 4\d\d"):
        mend.open().choose(choice)


def test_pain_that_limits_life_reaches_the_desk_with_a_reference(mend, desk):
    conversation = mend.open()
    turn, message_id = said(
        conversation, "my shoulder hurts so much that i cant lift my son anymore"
    )
    assert turn["outcome"] == "suggest_consultation"
    assert "consultation" in forms(turn)
    assert "lift my son" in texts(turn)
    reference = conversation.request_consultation(
        name="Ada Example", phone="020 7946 0999", preferred_time="mornings"
    )
    assert len(reference) == 6
    queue = desk.get("/").text
    assert reference in queue
    page = f"/cases/{reference}"
    case = desk.get(page).text
    assert "lift my son" in case
    assert "7946 0999" not in case  # not before somebody asks for it
    case = desk.post(f"{page}/contact", {}, form=page).text
    assert "Ada Example" in case
    assert "7946 0999" in case
    assert message_id not in case


def test_pain_without_a_limit_is_asked_about_daily_life(mend):
    conversation = mend.open()
    turn = conversation.say("I have a dull ache in my elbow")
    assert turn["outcome"] == "assess"
    assert choices(turn)
    turn = conversation.say("I can't sleep because of it")
    assert turn["outcome"] == "suggest_consultation"
    assert "sleep" in texts(turn)


def test_every_pain_question_can_be_skipped(mend):
    conversation = mend.open()
    turn = conversation.say("my calf is aching a bit")
    asked = 0
    while turn["outcome"] == "assess":
        asked += 1
        assert asked <= 3
        skip = next(c for title, c in choices(turn).items() if "skip" in title.lower())
        turn = conversation.choose(skip)
    assert asked == 3
    assert turn["outcome"] in ("answered", "suggest_consultation")


def test_a_declined_suggestion_is_not_repeated(mend):
    conversation = mend.open()
    turn = conversation.say("I can't walk up the stairs because my knee hurts")
    assert turn["outcome"] == "suggest_consultation"
    decline = next(c for title, c in choices(turn).items() if "no" in title.lower())
    assert conversation.choose(decline)["outcome"] != "suggest_consultation"
    turn = conversation.say("my knee hurts and I cannot do the stairs")
    assert "consultation" not in forms(turn)


@pytest.mark.parametrize(
    ("text", "flag_words"),
    [
        ("no numbness but i cant pee since the back pain started", "999"),
        ("crushing chest pain and my left arm aches", "999"),
        ("my face is drooping on one side and i cant speak properly", "999"),
    ],
)
def test_an_emergency_in_the_middle_of_the_pain_questions(mend, text, flag_words):
    conversation = mend.open()
    assert conversation.say("my back aches")["outcome"] == "assess"
    turn, message_id = said(conversation, text)
    assert turn["outcome"] == "red_flag"
    assert turn["urgency"] == "emergency"
    assert flag_words in texts(turn)
    assert forms(turn) == {None}
    assert escalations(mend, message_id) == [("red_flag", "emergency")]
    # The visitor can go on afterwards, and the form is gone.
    turn = conversation.say("What is scar tissue?")
    assert turn["outcome"] == "answered"
    assert answer(turn) == "scar.what_is"


def test_a_same_day_flag_is_told_with_its_urgency(mend):
    turn, message_id = said(mend.open(), "my calf is sore, hot and swollen")
    assert (turn["outcome"], turn["urgency"]) == ("red_flag", "same_day")
    assert escalations(mend, message_id) == [("red_flag", "same_day")]


def test_a_question_about_a_danger_is_no_emergency(mend):
    turn = mend.open().say("can IASTM cause a blood clot?")
    assert turn["outcome"] != "red_flag"


def test_two_misses_in_a_row_offer_a_person(mend):
    conversation = mend.open()
    first, _ = said(conversation, "which phone has the best camera")
    assert first["outcome"] == "out_of_scope"
    second, message_id = said(conversation, "and what is the weather tomorrow in paris")
    assert second["outcome"] == "out_of_scope"
    assert "consultation" in forms(second)
    assert "020 7946 0123" in texts(second)
    assert escalations(mend, message_id) == [("two_misses", "routine")]


def test_an_answer_in_between_resets_the_misses(mend):
    conversation = mend.open()
    conversation.say("which phone has the best camera")
    assert conversation.say("what is scar tissue")["outcome"] == "answered"
    turn = conversation.say("what is the weather tomorrow in paris")
    assert turn["outcome"] == "out_of_scope"
    assert "consultation" not in forms(turn)


def test_a_person_is_offered_when_asked_for(mend):
    turn, message_id = said(mend.open(), "I want to talk to a real person please")
    assert turn["outcome"] == "handoff"
    assert answer(turn) == "chat.human"
    assert "020 7946 0123" in texts(turn)
    assert "consultation" in forms(turn)
    assert escalations(mend, message_id) == [("handoff", "routine")]


def test_the_same_message_id_gives_the_same_answer_once(mend):
    conversation = mend.open()
    message_id = str(uuid.uuid4())
    first = conversation.say("I want to talk to a person", message_id)
    again = conversation.say("I want to talk to a person", message_id)
    assert again == first
    assert len(escalations(mend, message_id)) == 1
    mine = [m for m in conversation.history() if m["sender"] == "visitor"]
    assert len(mine) == 1
    with pytest.raises(Exception, match="409"):
        conversation.say("something else", message_id)


@pytest.mark.parametrize(
    "text", ["/restart", " /session_start", "\u2003/deny", "\uff0fback"]
)
def test_a_slash_is_plain_text_never_a_command(mend, text):
    conversation = mend.open()
    conversation.say("my elbow aches")
    turn = conversation.say(text)
    plain = ("assess", "out_of_scope", "clarify", "answered", "small_talk")
    assert turn["outcome"] in plain
    assert turn["messages"]


def test_deleting_a_chat_removes_its_words_everywhere(mend):
    conversation = mend.open()
    conversation.say("what is scar tissue, asked by zebraquartz")
    conversation.delete()
    for name in ("clinic.db", "tracker.db"):
        for file in mend.settings.var.glob(f"{name}*"):
            assert b"zebraquartz" not in file.read_bytes(), file.name
    assert "zebraquartz" not in mend.logs()
    with pytest.raises(Exception, match="401"):
        conversation.say("hello")


def test_no_words_of_visitors_in_any_log(mend):
    conversation = mend.open()
    for text in (
        "quokkafoot hurts",
        "quokkafoot " * 90,
        "/quokkafoot{",
        "\u0000quokkafoot",
    ):
        conversation.say(text)
    assert "quokkafoot" not in mend.logs()
