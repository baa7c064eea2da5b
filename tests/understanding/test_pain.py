import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mend.understanding.lexicon import Lexicon
from mend.understanding.pain import (
    Heard,
    duration_of,
    hear,
    score_of,
    suggests_consultation,
)


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.load(Path("data/lexicon"))


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("my shoulder hurts, can't sleep on that side", ["can't sleep on that side"]),
        ("knee pain, I struggle with the stairs", ["struggle with the stairs"]),
        ("back is so sore I had to stop gardening", ["had to stop gardening"]),
        ("it hurts to get dressed with my shoulder", ["hurts to get dressed"]),
        ("can't lift my toddler since my wrist went", ["can't lift my toddler"]),
        ("my hip keeps me awake", ["keeps me awake"]),
        ("my neck hurts so much that I can't drive", ["can't drive"]),
        ("my knee is too painful to climb stairs", ["too painful to climb stairs"]),
        ("it hurts when I put my socks on, my back", ["hurts when I put my socks on"]),
        ("sore wrist, can't unscrew a lid", ["can't unscrew a lid"]),
        ("I can't walk like I used to, my hip hurts", ["can't walk like"]),
        ("I walk more slowly than usual, my hip aches", ["I walk more slowly"]),
        ("I rest more than I used to, my back hurts", ["I rest more"]),
        ("my knees hurt so I use the handrail", ["use the handrail"]),
        ("I avoid stairs because of the pain in my feet", ["I avoid stairs"]),
        ("no football since my groin got sore", ["no football since"]),
        ("mum is not able to cook due to shoulder pain", ["is not able to cook"]),
        ("my foot hurts, I've had to hang up my boots", ["I've had to hang up"]),
        ("no more tennis, elbow", ["no more tennis"]),
        ("swapped my heels for trainers because of my foot", ["swapped my heels"]),
        ("haven't slept through once, my hip is sore", ["haven't slept through"]),
        ("with this back I do half of what I used to", ["half of what I"]),
    ],
)
def test_hears_a_limit_in_the_own_words(
    lexicon: Lexicon, text: str, limits: list[str]
) -> None:
    heard = hear(lexicon.read(text))

    assert heard.pain
    assert len(heard.limits) == 1
    assert heard.limits[0].startswith(limits[0])


@pytest.mark.parametrize(
    "text",
    [
        "my knee hurts but I don't want to stop running",
        "had to stop running with my knee in June, back at it now, a twinge is left",
        "couldn't lift my arm last year, that's better, it aches a little",
        "my hip is stiff, couldn't get off the sofa because the cat was asleep",
        "my knee is sore, it doesn't stop me working",
        "my knee hurts but I can still walk",
        "can I run with a sore knee?",
        "I couldn't walk last year because of my knee",
        "my knee hurts and I can't wait to see you",
        "my knee hurts when I climb stairs",
        "should I stop running, my knee is sore",
        "can't find a physio for my sore knee",
        "my ankle aches and I can't decide what to do",
        "I couldn't walk for a week, now my ankle is just a bit sore",
        "my elbow hurts and it's slowly getting worse",
        "the muscle in my calf is hard and sore",
        "my knee aches but I keep going",
        "let me know what to do, my heel is sore",
        "I'm scared I can't run the race because my shin is sore",
    ],
)
def test_what_is_no_limit(lexicon: Lexicon, text: str) -> None:
    assert hear(lexicon.read(text)).limits == ()


@pytest.mark.parametrize(
    ("text", "pain"),
    [
        ("my knee hurts", True),
        ("my back is killing me", True),
        ("sore elbow", True),
        ("my mum's knee hurts", True),
        ("does IASTM hurt?", False),
        ("what helps back pain?", False),
        ("I used to have back pain but it's gone now", False),
        ("no pain at all", False),
        ("my neck is tight", True),
        ("pins and needles in my thumb", True),
        ("sore knee since Sunday, any advice", True),
        ("why does my knee hurt when I run?", True),
        ("I can't lift my arm", True),
        ("I can't open your website", False),
        ("my pain has gone", False),
        ("essay about back pain", False),
        ("can I walk if my hip hurts?", False),
        ("tennis elbow", False),
        ("tennis elbow is back", True),
        ("heat for a stiff neck", False),
        ("sore after MLD, is that normal?", False),
        ("will my sore knee ever be normal again?", False),
        ("my calf is sore, can I still run?", True),
        ("can I run with shin pain?", False),
        ("I broke my leg as a child and it aches in the cold", True),
        ("swollen knuckles", True),
        ("my back is stiff, it's slowly getting better", True),
        ("I can't work on Tuesdays, can you see me on Saturday?", False),
    ],
)
def test_when_pain_is_reported(lexicon: Lexicon, text: str, pain: bool) -> None:
    assert hear(lexicon.read(text)).pain is pain


def test_hears_the_facts(lexicon: Lexicon) -> None:
    heard = hear(lexicon.read("My left lower back has ached for 3 weeks, 6/10, worse"))

    assert (heard.body_part, heard.side) == ("lower back", "left")
    assert (heard.duration, heard.duration_days) == ("3 weeks", 21)
    assert (heard.score, heard.better, heard.who) == (6, False, "self")


def test_dict_round_trip(lexicon: Lexicon) -> None:
    heard = hear(lexicon.read("my knee hurts and I can't sleep"))
    data = json.loads(json.dumps(heard.as_dict()))

    assert Heard.from_dict({**data, "unknown": 1}) == heard
    assert Heard.from_dict({}) == Heard()


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("for two weeks", 14),
        ("since yesterday", 1),
        ("2-3 months now", 90),
        ("a few days", 3),
        ("for years", 1095),
        ("I am 40 years old", None),
        ("it hurts", None),
    ],
)
def test_duration(text: str, days: int | None) -> None:
    assert duration_of(text)[1] == days


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("7/10", 7),
        ("about 10 out of ten", 10),
        ("pain is a 4", 4),
        ("pain 3 weeks", None),
        ("13/10", None),
        ("see me at 10", None),
    ],
)
def test_score(text: str, score: int | None) -> None:
    assert score_of(text) == score


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ({"limits": True}, True),
        ({"limits": False}, False),
        ({"limits": False, "score": 4}, True),
        ({"limits": False, "score": 3}, False),
        ({"limits": False, "days": 15}, True),
        ({"limits": False, "days": 14}, False),
        ({"limits": False, "days": 90, "better": True}, False),
    ],
)
def test_our_rule(facts: dict[str, object], wanted: bool) -> None:
    assert suggests_consultation(**facts) is wanted  # type: ignore[arg-type]


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=200))
def test_hears_any_text(lexicon: Lexicon, text: str) -> None:
    json.dumps(hear(lexicon.read(text)).as_dict())
