"""Every flag, on phrases that the cues were not written from."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mend.understanding.red_flags import TIERS, Screener

PHRASES = yaml.safe_load((Path(__file__).parent / "phrases.yml").read_text())
HELD_OUT = [
    pytest.param(
        flag,
        phrase,
        id=f"{flag} {phrase}",
        marks=[pytest.mark.xfail(strict=True)]
        if phrase in PHRASES["known_misses"]
        else [],
    )
    for flag, phrases in PHRASES["held_out"].items()
    for phrase in phrases
]
FOUND = [p.values[1] for p in HELD_OUT if not p.marks]
LOOK_ALIKES = [(kind, p) for kind, ps in PHRASES["look_alikes"].items() for p in ps]
# The only tier that the table allows for these flags.
EMERGENCY_ONLY = {"RF01", "RF04", "RF07", "RF08", "RF09", "RF18", "RF20"}


def test_every_flag_has_held_out_phrases() -> None:
    assert sorted(PHRASES["held_out"]) == [f"RF{n:02}" for n in range(1, 22)]


@pytest.mark.parametrize(("flag", "phrase"), HELD_OUT)
def test_held_out_phrase_is_flagged(screener: Screener, flag: str, phrase: str) -> None:
    found = screener.screen(phrase)

    assert found.flag is not None
    if flag in EMERGENCY_ONLY:
        assert found.tier == "emergency"


@pytest.mark.parametrize("phrase", PHRASES["negation_shaped"])
def test_a_no_inside_the_sign_does_not_silence_it(
    screener: Screener, phrase: str
) -> None:
    assert screener.screen(phrase).flag is not None


@pytest.mark.parametrize("phrase", PHRASES["somebody_else_now"])
def test_somebody_close_in_trouble_now_is_flagged(
    screener: Screener, phrase: str
) -> None:
    assert screener.screen(phrase).flag is not None


@pytest.mark.parametrize(("kind", "phrase"), LOOK_ALIKES)
def test_look_alike_is_not_flagged(screener: Screener, kind: str, phrase: str) -> None:
    found = screener.screen(phrase)

    assert found.flag is None, f"{kind}: {found}"


@pytest.mark.parametrize("case", PHRASES["tricky"], ids=lambda case: case["text"])
def test_tricky_pair(screener: Screener, case: dict[str, str | None]) -> None:
    assert screener.screen(str(case["text"])).tier == case["tier"]


PREFIXES = ["hi, ", "Hello there. ", "please help: ", "sorry to bother you but ", ""]
ENDINGS = ["", ".", "!!!", " ...", "\n", " please", " 😟"]


@settings(max_examples=150, deadline=None)
@given(
    phrase=st.sampled_from(FOUND),
    prefix=st.sampled_from(PREFIXES),
    ending=st.sampled_from(ENDINGS),
    upper=st.sampled_from([str, str.upper, str.title]),
)
def test_case_punctuation_and_politeness_never_unflag(
    screener: Screener, phrase: str, prefix: str, ending: str, upper: type
) -> None:
    before = screener.screen(phrase)
    after = screener.screen(prefix + upper(phrase) + ending)

    assert after.tier is not None
    assert TIERS.index(after.tier) <= TIERS.index(str(before.tier))


HARMLESS = [
    "I found you on the internet.",
    "I am 45 years old.",
    "I work in an office.",
    "I like running.",
    "I don't smoke.",
    "I have never been to a physio before.",
    "My friend had a massage with you last year.",
    "I was in Spain two years ago.",
    "What are your prices?",
    "Do you have parking?",
    "No rush.",
    "Is that normal?",
]


@pytest.mark.parametrize("harmless", HARMLESS)
@pytest.mark.parametrize("first", [True, False])
def test_a_harmless_sentence_never_unflags(
    screener: Screener, harmless: str, first: bool
) -> None:
    lost = []
    for phrase in FOUND:
        before = screener.screen(phrase)
        told = f"{harmless} {phrase}" if first else f"{phrase}. {harmless}"
        after = screener.screen(told).tier
        if after is None or TIERS.index(after) > TIERS.index(str(before.tier)):
            lost.append(told)
    assert not lost


@pytest.mark.parametrize(
    "errand", ["what are your prices and", "no rush and", "i don't smoke and"]
)
@pytest.mark.parametrize(
    "phrase",
    [
        "short of breath out of nowhere",
        "gone blind in one eye all of a sudden",
        "leg turned pale and numb all of a sudden",
        "green stuff leaking out of my knee incision",
    ],
)
def test_an_errand_before_and_does_not_swallow_a_sign(
    screener: Screener, errand: str, phrase: str
) -> None:
    assert screener.screen(f"{errand} {phrase}").flag is not None


@pytest.mark.parametrize(
    "phrase",
    [
        "no numbness and tingling",
        "does cupping cause bruising and numbness",
        "what are the signs of a clot and a stroke",
    ],
)
def test_and_goes_on_with_what_was_denied_asked_or_past(
    screener: Screener, phrase: str
) -> None:
    assert screener.screen(phrase).flag is None


@settings(max_examples=150, deadline=None)
@given(phrases=st.permutations(FOUND).map(lambda all_of_them: all_of_them[:2]))
def test_the_order_of_sentences_never_unflags(
    screener: Screener, phrases: list[str]
) -> None:
    least = min(TIERS.index(str(screener.screen(p).tier)) for p in phrases)
    for told in (". ".join(phrases), ". ".join(phrases[::-1])):
        assert TIERS.index(str(screener.screen(told).tier)) <= least


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=300))
def test_any_text_is_screened_without_an_error(screener: Screener, text: str) -> None:
    for piece in screener.screen(text, [text, text]).evidence:
        assert piece.message in {0, -1, -2}
        assert text[piece.start : piece.end] == piece.text
