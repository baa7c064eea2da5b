"""Pain questions, check questions and bad reactions, over HTTP to the desk."""

import pytest

from tests.scenarios.test_conversations import (
    answer,
    choices,
    escalations,
    forms,
    said,
    texts,
)

# Messages that may leave a red flag in doubt. Which of them do is up to the model, and
# each training differs a little: there are many, so that some always do.
DOUBTFUL = tuple(
    f"my {part} feels {feel}"
    for feel in (
        "heavy and tired",
        "weird and weak",
        "odd and tight",
        "hot and shivery",
        "a bit swollen",
        "a bit strange since the flight",
    )
    for part in ("leg", "foot", "calf", "arm", "head", "neck", "back", "chest")
)
PAIN_QUESTIONS = ("assess", "suggest_consultation")


def case_of(desk, conversation):
    reference = conversation.request_consultation(
        name="Ada Example", phone="020 7946 0999"
    )
    assert reference in desk.get("/").text
    return desk.get(f"/cases/{reference}").text


def doubted(mend, *, in_pain_questions):
    """Say things until a reply (of the pain questions, or not) begins with a check."""
    for text in DOUBTFUL:
        conversation = mend.open()
        turn = conversation.say(text)
        asked = turn["outcome"] in PAIN_QUESTIONS
        if texts(turn).startswith("First, to be safe") and asked == in_pain_questions:
            return conversation, next(iter(choices(turn)))
    raise AssertionError(f"no message left a flag in doubt ({in_pain_questions=})")


def test_what_was_told_in_the_questions_reaches_the_desk(mend, desk):
    conversation = mend.open()
    assert conversation.say("my right elbow aches")["outcome"] == "assess"
    turn = conversation.say("no, my left elbow")
    assert turn["outcome"] == "assess"
    assert 'noted: "my left elbow"' in texts(turn)
    assert "Does it stop you" in texts(turn)
    conversation.say("no it doesn't stop me")
    assert "0 (not at all)" in texts(conversation.say("Over 2 weeks, no better"))
    turn = conversation.say("actually it's 6 weeks")
    assert "0 (not at all)" in texts(turn)
    turn = conversation.say("7")
    assert turn["outcome"] == "suggest_consultation"
    conversation.say("yes please")
    case = case_of(desk, conversation)
    for fact in ("elbow", "left", "6 weeks", "<dd>7<svg"):
        assert fact in case, fact
    assert "<dd>right</dd>" not in case
    assert "our rule, not a validated score" in case


@pytest.mark.parametrize(
    "text", ["sorry, I meant the other shoulder", "no, my left calf", "I meant my jaw"]
)
def test_another_place_alone_is_noted_and_the_questions_go_on(mend, text):
    conversation = mend.open()
    conversation.say("my shoulder aches")
    turn = conversation.say(text)
    assert turn["outcome"] == "assess"
    assert "I have noted" in texts(turn)
    assert "Does it stop you" in texts(turn)


def test_a_correction_that_tells_of_danger_is_a_red_flag(mend):
    conversation = mend.open()
    conversation.say("my right calf aches")
    turn = conversation.say("sorry, my left calf is hot, red and swollen")
    assert turn["outcome"] == "red_flag"


def test_a_limit_is_shown_in_the_own_words_whatever_was_said_after_it(mend, desk):
    conversation = mend.open()
    turn = conversation.say("my left hip hurts and I can't climb the stairs at home")
    assert turn["outcome"] == "suggest_consultation"
    conversation.say("what is scar tissue")
    case = case_of(desk, conversation)
    assert "<dd>can&#39;t climb the stairs at home</dd>" in case
    assert "<dd>hip</dd>" in case
    assert "our rule, not a validated score" in case


def test_self_care_leads_to_the_answer_about_the_body_part(mend):
    conversation = mend.open()
    conversation.say("my knee aches a bit since yesterday")
    conversation.say("no it doesn't stop me")
    turn = conversation.say("2")
    assert turn["outcome"] == "answered"
    assert "no better in about two weeks" in texts(turn)
    assert answer(conversation.choose(choices(turn)["What helps knee pain?"])) == (
        "condition.knee"
    )


@pytest.mark.parametrize("yes", ["yes", "it is", "Yeah, a bit"])
def test_a_typed_yes_in_the_pain_questions_answers_the_check_question(mend, yes):
    conversation, _ = doubted(mend, in_pain_questions=True)
    turn, message_id = said(conversation, yes)
    assert turn["outcome"] == "red_flag"
    assert forms(turn) == {None}
    assert escalations(mend, message_id) == [("red_flag", turn["urgency"])]
    assert conversation.say("what is scar tissue")["outcome"] == "answered"


def test_a_typed_yes_outside_the_pain_questions_gives_the_advice(mend):
    conversation, _ = doubted(mend, in_pain_questions=False)
    assert conversation.say("yes")["outcome"] == "red_flag"


def test_a_no_to_the_check_question_lets_the_pain_questions_go_on(mend):
    conversation, check = doubted(mend, in_pain_questions=True)
    turn = conversation.say("no")
    assert turn["outcome"] == "assess"
    assert "Thank you for telling me" in texts(turn)
    assert "Does it stop you" in texts(turn)
    assert check not in choices(turn)
    assert "How long" in texts(conversation.say("no"))


@pytest.mark.parametrize(
    "text",
    [
        "the bruise is getting bigger since yesterday's session",
        "my leg is worse since the scraping",
        "my knee hurts more since my massage yesterday and I can't walk",
    ],
)
def test_a_bad_reaction_to_treatment_is_answered_and_reaches_staff(mend, text):
    turn, message_id = said(mend.open(), text)
    assert turn["outcome"] in ("answered", "assess", "suggest_consultation", "clarify")
    assert "The clinic's staff will see what you wrote" in texts(turn)
    assert escalations(mend, message_id) == [("bad_reaction", "soon")]


def test_a_question_about_reactions_in_general_is_none(mend):
    turn, message_id = said(mend.open(), "is bruising normal after IASTM?")
    assert answer(turn) == "iastm.side_effects"
    assert escalations(mend, message_id) == []


def test_several_questions_in_the_pain_questions_are_answered_and_they_go_on(mend):
    conversation = mend.open()
    conversation.say("my knee aches")
    turn = conversation.say("what is IASTM and how long does healing take?")
    assert "Does it stop you" in texts(turn)
    assert "How long have you had it" in texts(conversation.say("no"))
