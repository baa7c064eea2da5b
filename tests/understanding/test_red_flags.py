import json
from pathlib import Path

import pytest

from mend.understanding.lexicon import Lexicon, LexiconError
from mend.understanding.red_flags import Rule, Screener


@pytest.fixture(scope="module")
def screener() -> Screener:
    return Screener.load(Path("data/lexicon"))


def test_evidence_points_into_the_original_text(screener: Screener) -> None:
    text = "Hi!  My LEFT   calf is Swolen — and really   hot"
    found = screener.screen(text)

    assert (found.flag, found.tier) == ("RF03", "same_day")
    assert [piece.text for piece in found.evidence] == ["calf", "Swolen", "hot"]
    assert all(text[e.start : e.end] == e.text for e in found.evidence)
    assert found.why.endswith(".")


def test_as_dict_is_json(screener: Screener) -> None:
    found = screener.screen("I can't pee")

    assert json.loads(json.dumps(found.as_dict()))["flag"] == "RF01"


def test_nothing_found(screener: Screener) -> None:
    found = screener.screen("how long does a sprain take to heal?")

    assert found.as_dict() == {"flag": None, "tier": None, "evidence": [], "why": ""}


def test_signs_add_up_over_messages(screener: Screener) -> None:
    history = ["my calf is sore", "since monday"]
    found = screener.screen("now it is swollen", history)

    assert found.flag == "RF03"
    assert {piece.message for piece in found.evidence} == {0, -2}


def test_a_sign_three_messages_back_is_forgotten(screener: Screener) -> None:
    history = ["my calf is sore", "since monday", "ok"]

    assert screener.screen("now it is swollen", history).flag is None


def test_a_sign_denied_now_is_not_taken_from_before(screener: Screener) -> None:
    history = ["my calf is sore and swollen from football"]

    assert screener.screen("it is hot but not swollen, no pain", history).flag is None


def test_an_old_flag_does_not_fire_again_by_itself(screener: Screener) -> None:
    assert screener.screen("thanks", ["I can't feel my legs"]).flag is None


def test_the_higher_tier_wins(screener: Screener) -> None:
    found = screener.screen("my calf is hot and swollen and I have chest pain")

    assert found.tier == "emergency"


@pytest.mark.parametrize(
    ("said", "flagged"),
    [
        ("I have chest pain", True),
        ("no chest pain", False),
        ("I do not have any chest pain", False),
        ("no fever, rash or chest pain", False),
        ("Is it a strain? No, my leg is hot and swollen", True),
        ("no, leg is hot and swollen", True),
        ("No, fever or swelling of the leg we have not seen", False),
        ("no idea why but chest pain", True),
        ("not sure, my chest is tight", True),
        ("my dad had a stroke in 2015", False),
        ("my dad is having a stroke", True),
        ("could it be a blood clot", True),
        ("can massage move a blood clot", False),
        ("what are the signs of a blood clot? my calf is hot and swollen", True),
        ("chest pain was ruled out", False),
        ("my back is stiff but my toilet's normal", False),
        ("nothing numb, my back is just stiff", False),
        ("how do I know if my leg is swollen and hot enough to worry", False),
        ("glass test for meningitis, how does it work", False),
        ("why am I short of breath all of a sudden", True),
        ("my foot went white and cold, then fine", False),
        ("my foot went white and cold, then fine, still numb and white", True),
        ("I broke my wrist in May", False),
        ("I think I broke my wrist", True),
        ("had a clot years ago and am off the tablets now", False),
    ],
)
def test_the_sense_of_a_sign(screener: Screener, said: str, flagged: bool) -> None:
    assert (screener.screen(said).flag is not None) is flagged


def test_a_passed_stroke_sign_still_counts(screener: Screener) -> None:
    assert screener.screen("my face drooped then it was fine").flag == "RF09"


def test_a_denied_excuse_does_not_silence(screener: Screener) -> None:
    assert screener.screen("my calf is swollen since my tackle injury").flag is None
    assert screener.screen("my calf is swollen, no injury").flag == "RF03"


def test_two_groups_may_stand_together_and_the_third_anywhere(
    screener: Screener,
) -> None:
    assert screener.screen("wee is slow to start. It began with my bad back.").flag
    assert (
        screener.screen("my back stops me. I can't work. Where's the toilet?").flag
        is None
    )


def test_somebody_hurts_me_or_i_hurt_myself(screener: Screener) -> None:
    assert screener.screen("my partner hurt my back").flag == "RF17"
    assert screener.screen("my partner and I ran and I hurt my back").flag is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"all": ["nonsense"]}, "no cue"),
        ({"tier": "later"}, "wrong tier"),
        ({"why": ""}, "wrong why"),
        ({"within": "page"}, "wrong within"),
        ({"even_if": ["maybe"]}, "wrong even_if"),
        ({"together": 3}, "wrong together"),
        ({"apart": ["nonsense"]}, "no cue"),
    ],
)
def test_a_wrong_rule_is_refused(change: dict[str, object], message: str) -> None:
    rule = {"flag": "RF01", "tier": "emergency", "all": ["hot"], "why": "It is."}

    with pytest.raises(LexiconError, match=message):
        Rule.from_data(1, {**rule, **change}, frozenset({"hot"}))


def test_all_21_flags_have_rules(screener: Screener) -> None:
    assert {r.flag for r in screener.rules} == {f"RF{n:02}" for n in range(1, 22)}


def test_a_lexicon_can_be_shared() -> None:
    lexicon = Lexicon.load(Path("data/lexicon"))

    assert Screener.load(Path("data/lexicon"), lexicon).lexicon is lexicon


@pytest.mark.parametrize(
    ("text", "event"),
    [
        # Over: no emergency, but a therapist must know.
        ("I had a clot nine years ago, is a lymph massage fine?", "history"),
        ("cancer in 2012, all clear since", "history"),
        ("I dislocated my shoulder last year and it aches", "history"),
        ("stroke in 2016, can I have scraping on my arm", "history"),
        # A support line is offered even when it is over.
        ("I used to feel suicidal, better now", "RF16"),
        # Somebody else's past, denied, only asked about, or nothing of the kind.
        ("my gran had a clot once", None),
        ("I have never had a clot", None),
        ("what is a stroke?", None),
        ("I sprained my ankle last year", None),
        ("", None),
    ],
)
def test_past_events_are_noticed(screener, text, event):
    assert screener.screen(text).flag is None
    assert screener.past_event(screener.lexicon.read(text)) == event


@pytest.mark.parametrize(
    ("text", "silence"),
    [
        ("no chest pain and I'm not short of breath", "denied"),
        ("no chest pain, my shoulder is sore and my back aches too", "otherwise"),
        ("what are the signs of a stroke, face drooping?", "otherwise"),
        ("my calf is not hot or swollen", "denied"),
        ("my shoulder is a bit sore", None),
        ("what time do you open", None),
        ("", None),
    ],
)
def test_words_of_a_rule_that_are_meant_otherwise(screener, text, silence):
    assert screener.screen(text).flag is None
    assert screener.silence(screener.lexicon.read(text)) == silence
