"""A bad reaction to treatment is heard; soreness and questions in general are not."""

from pathlib import Path

import pytest

from mend.understanding.lexicon import Lexicon
from mend.understanding.pain import hear


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.load(Path("data/lexicon"))


@pytest.mark.parametrize(
    "text",
    [
        "the bruise is getting bigger since yesterday's session",
        "worse since the scraping",
        "dizzy since my massage yesterday",
        "My pain is much worse after the treatment on Monday.",
        "I feel sick and shivery since my physio session",
        "had cupping yesterday and now there are blisters",
        "the scraped area is more swollen today",
        "my arm has gone numb since the therapist worked on it",
        "I had a bad reaction to the massage",
        "the redness keeps spreading where you scraped me",
        "headache since my neck treatment, is that normal?",
        "is it normal that I can't turn my head since the massage yesterday",
        "your massage made my back worse",
        "hurts even more after the gua sha",
        "my mum came out in a rash after the drainage",
        "the pain won't settle since my appointment",
    ],
)
def test_something_new_or_worse_since_treatment(lexicon: Lexicon, text: str) -> None:
    assert hear(lexicon.read(text)).bad_reaction


@pytest.mark.parametrize(
    "text",
    [
        "is bruising normal after IASTM?",
        "will I feel dizzy after the session?",
        "can a massage make pain worse?",
        "is it normal to feel sick after a deep tissue massage",
        "do people get headaches after treatment",
        "why does massage make bruises bigger",
        "what are the side effects of scraping",
        "bruised after gua sha, is that normal",
        "a bit sore since the massage yesterday",
        "no numbness since the treatment, all good",
        "my knee is better since the treatment",
        "my knee is worse since I stopped treatment",
        "worse after the gym session",
        "my shoulder is getting worse, should I book a massage?",
        "my back was worse after massage years ago",
        "my calf is swollen",
        "headache after a massage",
        "is numb skin after the tool a side effect",
        "my hand is puffy weeks after a sprain, can MLD help",
        "my hand is puffy weeks after a sprain can MLD help",
        "what if it gets worse after treatment",
        "should I come back if it is worse after the session",
        "",
    ],
)
def test_what_is_no_bad_reaction(lexicon: Lexicon, text: str) -> None:
    assert not hear(lexicon.read(text)).bad_reaction
