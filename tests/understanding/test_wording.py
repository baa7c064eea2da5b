"""How replies are worded: facts filled in, a check first, advice for whom it is for."""

from pathlib import Path

import pytest
import yaml

from mend import rasa_without_tensorflow
from mend.clinic import load_clinic
from mend.understanding.catalogue_files import load_catalogue

rasa_without_tensorflow.install()

from rasa.shared.core.domain import Domain  # noqa: E402
from rasa.shared.core.events import (  # noqa: E402
    ActiveLoop,
    BotUttered,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.slots import TextSlot  # noqa: E402
from rasa.shared.core.trackers import DialogueStateTracker  # noqa: E402
from rasa.shared.nlu.training_data.loading import load_data  # noqa: E402

from mend.understanding.wording import ClinicWording  # noqa: E402
from tests.apart import await_apart  # noqa: E402

ROOT = Path(__file__).parents[2]
ANSWER = {
    "text": "Healing takes weeks.",
    "custom": {
        "outcome": "answered",
        "them": "stays",
        "choices": [{"title": "More", "intent": "faq/x.y"}],
    },
}
CALF = "First, to be safe: is one leg or arm swollen"


@pytest.fixture(scope="module")
def wording():
    """Word replies as Rasa does: its own reading of our files, our clinic."""
    responses = {
        "utter_faq/x.y": [ANSWER],
        "utter_plain": [{"text": "Sorry."}],
        "utter_silent": [{"custom": {"outcome": "answered"}}],
        "utter_odd": [{"text": "Odd.", "custom": "no mapping"}],
        "utter_red_flag/RF99.soon": [
            {"text": "See a doctor.", "custom": {"outcome": "red_flag"}}
        ],
    }
    for name in ("red_flags.yml", "checks.yml", "fallback.yml", "pain.yml"):
        responses.update(load_data(str(ROOT / "data/journeys" / name)).responses)
    return ClinicWording(
        domain=Domain.from_dict({"responses": responses}),
        clinic=load_clinic(ROOT / "clinic.yml"),
    )


def said(*, replied=False, **parse_data):
    events = [UserUttered("hello", parse_data=parse_data)]
    if replied:
        events.append(BotUttered("Hello."))
    return DialogueStateTracker.from_events("s", events)


def worded(wording, name, tracker, **more):
    return await_apart(wording.generate(name, tracker, "rest", **more))


def heard(who):
    return {"heard": {"pain": False, "who": who}}


@pytest.mark.parametrize("key", ["RF08.emergency", "RF17.same_day"])
def test_advice_is_for_the_visitor(wording, key):
    own = worded(wording, f"utter_red_flag/{key}", said(**heard("self")))
    assert own["text"] == worded(wording, f"utter_red_flag/{key}", said())["text"]
    assert "them." not in own["text"].split(".")[0] + "."
    assert "them" not in own["custom"]
    assert "{" not in own["text"]


def test_advice_for_somebody_else_is_worded_for_them(wording):
    name = "utter_red_flag/RF08.emergency"
    reply = worded(wording, name, said(**heard("other")))
    assert reply["text"].startswith("Call 999 now for them. Do not let them")
    assert "{" not in reply["text"]
    custom = dict(reply["custom"])
    assert custom.pop("understanding") == heard("other")
    own = dict(worded(wording, name, said())["custom"])
    assert own.pop("understanding") == {}
    assert custom == own
    assert "them" not in custom


def test_the_next_visitor_gets_the_words_for_themselves_again(wording):
    name = "utter_red_flag/RF03.same_day"
    before = worded(wording, name, said(**heard("self")))["text"]
    other = worded(wording, name, said(**heard("other")))["text"]
    assert other.startswith("Get them checked today")
    assert worded(wording, name, said(**heard("self")))["text"] == before != other


@pytest.mark.parametrize(
    "odd", [{"heard": None}, {"heard": {}}, {"heard": "other"}, {"heard": ["who"]}]
)
def test_without_knowing_who_is_meant_the_advice_is_for_the_visitor(wording, odd):
    reply = worded(wording, "utter_red_flag/RF08.emergency", said(**odd))
    assert reply["text"].startswith("Call 999 now. Do not drive")
    assert "them" not in reply["custom"]


def test_advice_without_words_for_somebody_else_is_said_as_it_is(wording):
    reply = worded(wording, "utter_red_flag/RF99.soon", said(**heard("other")))
    assert reply["text"] == "See a doctor."


def test_only_advice_is_worded_for_somebody_else(wording):
    reply = worded(wording, "utter_faq/x.y", said(**heard("other")))
    assert reply["text"] == ANSWER["text"]


def test_no_message_at_all_is_worded_too(wording):
    tracker = DialogueStateTracker.from_events("s", [])
    reply = worded(wording, "utter_red_flag/RF08.emergency", tracker)
    assert reply["text"].startswith("Call ")


DOUBT = {"understanding": {"doubt": "RF03.same_day"}}


def test_in_doubt_the_check_question_comes_first(wording):
    reply = worded(wording, "utter_faq/x.y", said(**DOUBT))
    check, rest = reply["text"].split("\n\n")
    assert check.startswith(CALF)
    assert "call NHS 111" in check
    assert rest == ANSWER["text"]
    assert reply["custom"]["choices"] == [
        {
            "title": "Yes, it is swollen, hot or has changed colour",
            "intent": "red_flag/RF03.same_day",
        },
        {"title": "More", "intent": "faq/x.y"},
    ]
    assert reply["custom"]["outcome"] == "answered"
    assert "yes" not in reply["custom"]


NEAR = [{"title": "More?", "intent": "faq/x.y"}]


def test_near_answers_come_before_the_way_out(wording):
    reply = worded(wording, "utter_clarify", said(), choices=NEAR)
    titles = [choice["title"] for choice in reply["custom"]["choices"]]
    assert titles == ["More?", "None of these"]
    assert reply["custom"]["outcome"] == "clarify"


def test_a_second_clarification_offers_a_person_besides(wording):
    reply = worded(wording, "utter_clarify_again", said(), choices=NEAR)
    custom = reply["custom"]
    assert [choice["title"] for choice in custom["choices"]] == [
        "More?",
        "None of these",
    ]
    assert (custom["outcome"], custom["form"]) == ("clarify", "consultation")
    assert custom["escalation"] == "two_misses"
    assert "020 7946 0123" in reply["text"]


def test_in_doubt_a_clarification_keeps_its_choices(wording):
    reply = worded(wording, "utter_clarify", said(**DOUBT), choices=NEAR)
    assert reply["text"].startswith(CALF)
    assert "Did you mean" in reply["text"]
    intents = [choice["intent"] for choice in reply["custom"]["choices"]]
    assert intents == ["red_flag/RF03.same_day", "faq/x.y", "out_of_scope"]


def test_the_check_question_is_asked_once_in_a_turn(wording):
    reply = worded(wording, "utter_faq/x.y", said(replied=True, **DOUBT))
    assert reply["text"] == ANSWER["text"]
    assert len(reply["custom"]["choices"]) == 1


def test_the_check_question_is_asked_before_the_first_of_several_answers(wording):
    first = worded(wording, "utter_faq/x.y", said(**DOUBT), goes_on=False)
    second = worded(wording, "utter_faq/x.y", said(**DOUBT), goes_on=True)
    assert first["text"].startswith(CALF)
    assert second["text"] == ANSWER["text"]
    assert len(second["custom"]["choices"]) == 1


def test_what_is_said_along_leaves_the_turn_to_what_follows(wording):
    alone = worded(wording, "utter_faq/x.y", said())["custom"]
    along = worded(wording, "utter_faq/x.y", said(), along=True)["custom"]
    assert {"outcome", "choices"} <= set(alone)
    assert not {"outcome", "choices", "followups", "form"} & set(along)
    assert "understanding" in along


@pytest.mark.parametrize("found", [{}, {"doubt": None}, {"doubt": "RF98.soon"}])
def test_without_a_check_question_the_reply_is_as_written(wording, found):
    reply = worded(wording, "utter_faq/x.y", said(understanding=found))
    assert reply["text"] == ANSWER["text"]
    assert len(reply["custom"]["choices"]) == 1


@pytest.mark.parametrize("name", ["utter_plain", "utter_silent", "utter_odd"])
def test_the_check_question_comes_first_whatever_the_reply_holds(wording, name):
    reply = worded(wording, name, said(**DOUBT))
    assert reply["text"].startswith(CALF)
    if isinstance(reply["custom"], dict):
        (choice,) = reply["custom"]["choices"]
        assert choice["intent"] == "red_flag/RF03.same_day"


SELF_CARE = ("utter_self_care", "utter_advice_after_no", "utter_questions_left")


@pytest.mark.parametrize("name", SELF_CARE)
@pytest.mark.parametrize(
    ("part", "answer"),
    [
        ("left knee", "condition.knee"),
        ("lower back", "condition.back"),
        ("both shoulders", "condition.shoulder"),
        ("ankle", "injury.sprain_or_strain"),
    ],
)
def test_self_care_leads_to_what_fits_the_body_part(wording, name, part, answer):
    reply = worded(wording, name, said(), part=part)
    usual = ["injury.first_days", "injury.when_to_see_someone"]
    assert reply["custom"]["followups"] == [answer, *usual]
    assert "by_part" not in reply["custom"]
    assert "no better in about two weeks" in reply["text"]


@pytest.mark.parametrize("part", [None, "", "ribs", "left", "{knee}"])
def test_without_an_answer_for_the_part_self_care_is_as_usual(wording, part):
    reply = worded(wording, "utter_self_care", said(), part=part)
    assert reply["custom"]["followups"][0] == "injury.first_days"


def test_answers_by_part_exist_and_each_part_is_one_of_the_lexicon(wording):
    catalogue = load_catalogue(ROOT / "data")
    lexicon = yaml.safe_load((ROOT / "data/lexicon/pain.yml").read_text("utf-8"))
    by_part = wording.responses["utter_self_care"][0]["custom"]["by_part"]
    parts = [part for named in by_part.values() for part in named]
    assert set(by_part) <= set(catalogue.answers)
    assert len(parts) == len(set(parts))
    assert set(parts) <= set(lexicon["lists"]["part"])


FORM = "daily_life_form"
SLOTS = {"pain_score": TextSlot("pain_score", [], influence_conversation=False)}


def answered(*more):
    """Return the talk after a question about pain was answered."""
    events = [UserUttered("7"), SlotSet("pain_score", "7"), *more]
    return DialogueStateTracker.from_events("s", events, slots=SLOTS.values())


def test_answers_to_our_questions_travel_with_the_replies(wording):
    asking = worded(wording, "utter_self_care", answered(ActiveLoop(FORM)))
    ended = worded(wording, "utter_self_care", answered(), ended=True)
    for reply in (asking, ended):
        assert reply["custom"]["understanding"]["told"] == {"score": 7}


def test_answers_of_before_say_nothing_of_what_comes_later(wording):
    reply = worded(wording, "utter_faq/x.y", answered())
    assert "told" not in reply["custom"]["understanding"]


REACTED = {"heard": {"bad_reaction": True}}
SORRY = "I'm sorry to hear that. The clinic's staff will see what you wrote."


def test_a_bad_reaction_is_met_before_the_answer(wording):
    reply = worded(wording, "utter_faq/x.y", said(**REACTED))
    assert reply["text"].startswith(SORRY)
    assert reply["text"].endswith(ANSWER["text"])
    assert "{" not in reply["text"]
    assert reply["custom"]["outcome"] == "answered"


def test_a_check_question_comes_before_all_else(wording):
    reply = worded(wording, "utter_faq/x.y", said(**DOUBT, **REACTED))
    assert reply["text"].startswith(CALF)
    assert SORRY in reply["text"]


def test_a_bad_reaction_is_met_once_and_never_before_advice(wording):
    for name, more in (
        ("utter_faq/x.y", {"replied": True}),
        ("utter_red_flag/RF03.same_day", {}),
    ):
        assert SORRY not in worded(wording, name, said(**more, **REACTED))["text"]


def checked(earlier, **latest):
    """Return the talk after a check question was put and answered."""
    return DialogueStateTracker.from_events(
        "s",
        [
            UserUttered("his calf is sore", parse_data=earlier),
            BotUttered("..."),
            UserUttered("yes", parse_data=latest),
        ],
    )


def test_after_a_yes_the_advice_is_for_whoever_was_meant_before(wording):
    name = "utter_red_flag/RF03.same_day"
    reply = worded(wording, name, checked({**DOUBT, **heard("other")}, **heard("self")))
    assert reply["text"].startswith("Get them checked today")
    found = reply["custom"]["understanding"]
    assert found["confirmed"] is True
    assert found["heard"]["who"] == "other"


@pytest.mark.parametrize("earlier", [{}, {"understanding": {"doubt": "RF08.soon"}}])
def test_other_advice_is_about_the_message_itself(wording, earlier):
    tracker = checked({**earlier, **heard("other")}, **heard("self"))
    reply = worded(wording, "utter_red_flag/RF03.same_day", tracker)
    assert reply["text"].startswith("Get checked today")
    assert "confirmed" not in reply["custom"]["understanding"]


def test_every_advice_has_a_check_question_that_rasa_can_word(wording):
    names = [n for n in wording.responses if n.startswith("utter_red_flag/RF")]
    for key in (name.removeprefix("utter_red_flag/") for name in names):
        if key == "RF99.soon":
            continue
        found = {"doubt": key}
        reply = worded(wording, "utter_plain", said(understanding=found))
        assert "{" not in reply["text"]
        assert reply["text"].endswith("\n\nSorry.")
        assert reply["custom"]["choices"][0]["title"] != "Yes, I have that"


def test_a_missing_response_is_no_reply(wording):
    assert worded(wording, "utter_nothing", said(**DOUBT)) is None


def test_what_is_over_gets_its_answer_and_a_caution(wording):
    tracker = said(past_event="history")
    reply = worded(wording, "utter_faq/x.y", tracker)
    first, _, last = reply["text"].partition("\n\n")
    assert first == ANSWER["text"]
    assert "tell your therapist" in last


def test_a_support_line_is_offered_when_dark_thoughts_are_over(wording):
    reply = worded(wording, "utter_plain", said(past_event="RF16"))
    assert reply["text"].startswith("Sorry.\n\n")
    assert "116 123" in reply["text"]


def test_advice_is_not_watered_down_by_what_is_over(wording):
    name = "utter_red_flag/RF08.emergency"
    own = worded(wording, name, said())["text"]
    assert worded(wording, name, said(past_event="history"))["text"] == own


def test_a_caution_is_said_once_in_a_turn(wording):
    tracker = said(replied=True, past_event="history")
    assert worded(wording, "utter_plain", tracker)["text"] == "Sorry."


FACTS = {"facts": ["H1"], "sources": ["a"]}
LONG = {
    "text": "Healing takes weeks.\n\nStop and get help if it turns hot.",
    "custom": {
        "outcome": "answered",
        "answer": "iastm.hurts",
        "followups": ["scar.pain"],
        "picture": "pain_scale",
        **FACTS,
    },
}
DEEPER = {
    "heading": "What to do",
    "text": "More, {clinic.name}.",
    "facts": ["H2"],
    "sources": ["b"],
}


@pytest.fixture(scope="module")
def telling():
    """Word an answer with, and one without, something deeper; all cautions."""
    hours = {"outcome": "answered", "answer": "clinic.hours", "facts": []}
    deep = {**LONG, "custom": {**LONG["custom"], "deeper": DEEPER}}
    responses = {
        "utter_faq/iastm.hurts": [deep],
        "utter_faq/iastm.session": [
            {**LONG, "custom": {**LONG["custom"], "answer": "iastm.session"}}
        ],
        "utter_faq/clinic.hours": [{"text": "Open.", "custom": hours}],
    }
    for name in ("cautions.yml", "asked_again.yml"):
        responses.update(load_data(str(ROOT / "data/journeys" / name)).responses)
    return ClinicWording(
        domain=Domain.from_dict({"responses": responses}),
        clinic=load_clinic(ROOT / "clinic.yml"),
    )


def after(*answers, several=(), **slots):
    """Give a conversation in which answers were given and something was told."""
    events = [SlotSet(name, value) for name, value in slots.items()]
    for answer in answers:
        events += [UserUttered("?"), BotUttered("x", {"custom": {"answer": answer}})]
    understanding = {"several": [f"faq/{name}" for name in several]}
    events.append(UserUttered("?", parse_data={"understanding": understanding}))
    names = ("blood_thinners", "pregnant", "operation", "age_group")
    slots_of_domain = [
        TextSlot(name, mappings=[{"type": "custom"}], influence_conversation=False)
        for name in names
    ]
    return DialogueStateTracker.from_events("s", events, slots=slots_of_domain)


def test_the_first_time_an_answer_is_said_as_it_is(telling):
    reply = worded(telling, "utter_faq/iastm.hurts", after())

    assert reply["text"] == LONG["text"]
    assert "deeper" not in reply["custom"]
    assert reply["custom"]["picture"] == "pain_scale"
    assert reply["custom"]["followups"] == ["scar.pain"]


def test_the_second_time_it_goes_deeper_with_its_own_sources(telling):
    reply = worded(telling, "utter_faq/iastm.hurts", after("iastm.hurts"))

    assert reply["text"] == (
        "What to do\n\nMore, Harbour Lane Physiotherapy.\n\n"
        "Stop and get help if it turns hot."
    )
    custom = reply["custom"]
    assert (custom["facts"], custom["sources"]) == (["H2"], ["b"])
    assert custom["answer"] == "iastm.hurts"
    assert custom["followups"] == ["scar.pain", "chat.human"]
    assert "picture" not in custom
    assert "deeper" not in custom


def test_what_goes_deeper_may_show_a_picture_of_its_own(telling, monkeypatch):
    monkeypatch.setitem(DEEPER, "picture", "small_steps")
    reply = worded(telling, "utter_faq/iastm.hurts", after("iastm.hurts"))

    assert reply["custom"]["picture"] == "small_steps"


def test_what_goes_deeper_says_when_to_get_help_once(telling, monkeypatch):
    said = "More.\n\nStop and get help if it swells."
    monkeypatch.setitem(DEEPER, "text", said)
    reply = worded(telling, "utter_faq/iastm.hurts", after("iastm.hurts"))

    assert reply["text"] == f"What to do\n\n{said}"


def test_the_third_time_a_person_is_offered_and_when_to_get_help_stays(telling):
    twice = after("iastm.hurts", "scar.pain", "iastm.hurts")
    first, last = worded(telling, "utter_faq/iastm.hurts", twice)["text"].split("\n\n")

    assert "person" in first
    assert last == "Stop and get help if it turns hot."


def test_without_anything_deeper_it_points_above(telling):
    reply = worded(telling, "utter_faq/iastm.session", after("iastm.session"))

    assert reply["text"].startswith("I said this above")
    assert reply["text"].endswith("Stop and get help if it turns hot.")
    assert reply["custom"]["followups"][-1] == "chat.human"


def test_facts_of_the_clinic_are_said_again(telling):
    told = after("clinic.hours", "clinic.hours")

    assert worded(telling, "utter_faq/clinic.hours", told)["text"] == "Open."


@pytest.mark.parametrize(
    ("slots", "lines"),
    [
        ({"blood_thinners": "self"}, ["You mentioned blood thinners."]),
        ({"blood_thinners": "other"}, ["You mentioned someone who takes"]),
        ({"blood_thinners": "no", "pregnant": "no", "age_group": "adult"}, []),
        ({"operation": "3 weeks ago"}, ["You mentioned an operation 3 weeks ago."]),
        ({"operation": "some time"}, ["You mentioned an operation."]),
        (
            {"pregnant": "self", "age_group": "child"},
            ["You mentioned pregnancy.", "You asked about someone under 18."],
        ),
    ],
)
def test_what_was_told_earlier_adds_a_caution(telling, slots, lines):
    text = worded(telling, "utter_faq/iastm.hurts", after(**slots))["text"]
    added = text.split("\n\n")[2:]

    assert len(added) == len(lines)
    for line, beginning in zip(added, lines, strict=True):
        assert line.startswith(beginning)


def test_a_caution_is_said_once_in_a_turn_and_only_where_it_matters(telling):
    asked = after(
        several=["clinic.hours", "iastm.hurts", "iastm.session"],
        blood_thinners="self",
    )
    texts = [
        worded(telling, f"utter_faq/{name}", asked, goes_on=place > 0)["text"]
        for place, name in enumerate(["clinic.hours", "iastm.hurts", "iastm.session"])
    ]

    assert ["blood thinners" in text for text in texts] == [False, True, False]


@pytest.mark.parametrize(
    ("reviewer", "words"),
    [
        ("", "They are general, and no clinician has reviewed them yet."),
        ("Ann Lee", "They are general, and a clinician has reviewed 1 of the 2 "),
    ],
)
def test_how_many_answers_a_clinician_reviewed_is_said_from_the_answers(
    reviewer, words
):
    about = "They are general, and {answers.reviewed}."
    responses = {
        "utter_faq/chat.identity": [{"text": about, "custom": {"reviewer": "Bo"}}],
        "utter_faq/scar.pain": [{"text": "x", "custom": {"reviewer": reviewer}}],
        "utter_faq/scar.looks": [{"text": "x", "custom": {"reviewer": ""}}],
    }
    wording = ClinicWording(
        domain=Domain.from_dict({"responses": responses}),
        clinic=load_clinic(ROOT / "clinic.yml"),
    )
    reply = worded(wording, "utter_faq/chat.identity", said())
    assert reply["text"].startswith(words)
