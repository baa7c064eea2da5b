"""Whose body a message is about: the visitor's, or somebody else's."""

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
        # Somebody is named who hurt the visitor.
        "my husband threw me against the wall",
        "my partner hurt my arm",
        "my boyfriend pushed us down the stairs",
        "he hit me again last night",
        "my son kicked my shin at football",
        "I'm scared of my husband",
        "the therapist put his hand up my shirt",
        # Somebody is named who is only there.
        "low back pain three months after having my baby",
        "I hurt my back lifting my toddler",
        "can't pick up my daughter, wrist agony",
        "got punched in the arm by my mate",
        "my wife says I have a tight calf",
        "my boss makes me sit all day and I ache",
        "sore arm from an arm wrestle with my brother",
        # Nobody else is named.
        "my left knee hurts",
        "sore elbow",
        "my kids deserve better than me",
        "",
    ],
)
def test_of_the_visitor(lexicon: Lexicon, text: str) -> None:
    assert hear(lexicon.read(text)).who == "self"


@pytest.mark.parametrize(
    "text",
    [
        "my son's calf is hot",
        "father's mouth droops",
        "my dads left leg is swollen",
        "my mum has chest pain",
        "mum's knee is bad",
        "I think my dad is having a stroke",
        "I'm worried about my mum, she can't speak",
        "my husband hurt his back",
        "asking for my wife, her knee is swollen",
        "my 6yo is limping with a temperature",
        "my mother in law has a droopy face",
        "can I massage my son's calf",
        "my wife's shoulder aches since she painted the ceiling",
        "his lips are swelling",
        "husband cant feel his legs",
        "patient has a hot swollen calf",
    ],
)
def test_of_somebody_else(lexicon: Lexicon, text: str) -> None:
    assert hear(lexicon.read(text)).who == "other"
