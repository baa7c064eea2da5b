import pytest

from benchmarks.turns import measure, turn_of
from mend.judgement import Question
from tests.benchmarks.made_up import OUTCOMES, measured, parsed


@pytest.mark.parametrize(
    ("intent", "outcome", "answers"),
    [
        ("faq/healing.time", "answered", ["healing.time"]),
        ("faq/chat.greet", "small_talk", ["chat.greet"]),
        ("faq/chat.human", "handoff", ["chat.human"]),
        # A model older than the answers may still know these.
        ("faq/healing.gone", "answered", ["healing.gone"]),
        ("faq/chat.gone", "small_talk", ["chat.gone"]),
        ("pain", "assess", []),
        ("pain_limits_life", "suggest_consultation", []),
        ("red_flag/RF03.same_day", "red_flag", []),
        ("clarify", "clarify", []),
        ("out_of_scope", "out_of_scope", []),
        ("affirm", "small_talk", []),
    ],
)
def test_turn_of_an_intent(intent, outcome, answers):
    turn = turn_of(parsed(intent), OUTCOMES)
    assert turn["outcome"] == outcome
    assert [message["answer"] for message in turn["messages"]] == answers


def test_several_answers_keep_their_order():
    found = parsed("several", several=["faq/healing.time", "faq/clinic.prices"])
    turn = turn_of(found, OUTCOMES)
    assert turn["outcome"] == "answered"
    answers = [message["answer"] for message in turn["messages"]]
    assert answers == ["healing.time", "clinic.prices"]


def test_offered_answers_are_seen():
    near = {"suggestions": ["faq/healing.phases", "faq/healing.time"]}
    one = measured("healing.time", "clarify", **near)
    assert one.verdict == "clarified"
    assert one.offered == ("healing.phases", "healing.time")
    assert one.right_offered
    assert not measured("clinic.prices", "clarify", **near).right_offered


def test_suggestions_count_only_when_they_were_offered():
    near = {"suggestions": ["faq/healing.time"]}
    assert measured("healing.time", "out_of_scope", **near).offered == ()


def test_guess_is_judged_though_it_was_not_acted_on():
    ranking = [("faq/healing.time", 0.2), ("faq/healing.phases", 0.1)]
    one = measured("healing.time", "clarify", *ranking)
    assert (one.guess.name, one.guess.confidence) == ("faq/healing.time", 0.2)
    assert one.guess.right
    assert not measured("healing.phases", "clarify", *ranking).guess.right


def test_faint_red_flag_is_no_guess():
    ranking = [("red_flag/RF01.soon", 0.3), ("faq/healing.time", 0.2)]
    one = measured("healing.time", "clarify", *ranking)
    assert one.guess.name == "faq/healing.time"


@pytest.mark.parametrize("by", ["screening", "heard", "choice"])
def test_no_guess_where_words_settled_it(by):
    one = measured("healing.time", "pain", ("faq/healing.time", 0.9), by=by)
    assert one.guess is None


def test_no_guess_where_the_score_saw_a_red_flag():
    ranking = [("red_flag/RF01.soon", 0.5), ("faq/healing.time", 0.2)]
    assert measured("healing.time", "red_flag/RF01.soon", *ranking).guess is None


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (Question("q", "education", ("a.b", "c.d")), "a.b or c.d"),
        (Question("q", "red_flag"), "red_flag"),
        (Question("q", "pain_report", limits_daily_tasks=True), "pain, limits life"),
        (Question("q", "pain_report", limits_daily_tasks=False), "pain"),
        (Question("q", "pain_report"), "pain, any"),
    ],
)
def test_expected_in_words(question, expected):
    assert measure(question, parsed("out_of_scope"), OUTCOMES).expected == expected


def test_got_is_the_answer_or_the_outcome():
    assert measured("healing.time", "faq/clinic.prices").got == "clinic.prices"
    assert measured("healing.time", "pain").got == "assess"
