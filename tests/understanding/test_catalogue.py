import pytest

from mend.understanding.catalogue import Advice, Catalogue, Source
from tests.content.made_up import answer

LEAFLET = Source("Healing", "A hospital", None, "patient leaflet", "for patients", "")
TRIAL = Source("Needles", "Doe J", 2020, "RCT", "one small trial", "")
CLOT = Advice("RF03.same_day", "RF03", "same_day", "", "Call today.", sources=("rct",))
CATALOGUE = Catalogue(
    answers={
        "healing.time": answer(sources=("rct", "leaflet")),
        "healing.phases": answer("healing.phases", title="What happens?"),
    },
    advice={CLOT.id: CLOT},
    sources={"leaflet": LEAFLET, "rct": TRIAL},
)


def test_titles_stand_in_the_order_of_the_files():
    assert list(CATALOGUE.titles.items()) == [
        ("healing.time", "How long does it take?"),
        ("healing.phases", "What happens?"),
    ]


def test_sources_stand_in_the_order_of_the_answer():
    assert CATALOGUE.sources_of(CATALOGUE.answer("healing.time")) == (TRIAL, LEAFLET)
    assert CATALOGUE.sources_of(CLOT) == (TRIAL,)


def test_advice_is_found_by_flag_and_tier():
    assert CATALOGUE.red_flag_advice("RF03", "same_day") is CLOT


def test_what_is_not_there_is_a_key_error():
    with pytest.raises(KeyError):
        CATALOGUE.answer("healing.magic")
    with pytest.raises(KeyError):
        CATALOGUE.red_flag_advice("RF03", "emergency")
