from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mend.understanding.lexicon import Lexicon, LexiconError


@pytest.fixture(scope="module")
def small() -> Lexicon:
    return Lexicon(
        {
            "sign": ["hot|warm my? <leg>", "cant ~ legs", "swollen"],
            "test": ["chest"],
        },
        lists={"leg": ["calf", "lower leg"]},
        same={"cant": ["cannot", "can not", "not able to"], "tingling": ["pins and"]},
        real_words=["chess"],
    )


def labels(lexicon: Lexicon, text: str) -> list[tuple[str, str]]:
    reading = lexicon.read(text)
    return [(match.label, reading.words(match)) for match in reading.matches]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("my HOT calf", "HOT calf"),
        ("warm my lower leg", "warm my lower leg"),
        ("I can’t feel my legs", "can’t feel my legs"),  # noqa: RUF001
        ("I am not able to use legs", "not able to use legs"),
        ("so swolllllen", "swolllllen"),
        ("swolen again", "swolen"),
        ("it is swol\u200blen", "swol\u200blen"),
        ("it is swöllen", "swöllen"),
        ("I cant feel my... legs", "cant feel my... legs"),
        ("I cant feel the… legs", "cant feel the… legs"),
    ],
)
def test_finds_a_phrase_however_it_is_typed(
    small: Lexicon, text: str, found: str
) -> None:
    assert labels(small, text) == [("sign", found)]


@pytest.mark.parametrize(
    "text",
    [
        "cant. legs",
        "cant... legs",
        "cant, legs",
        "cant but legs",
        "cant one two three four legs",
        "hot your calf",
        "chess",
        "",
        "🙂",
    ],
)
def test_finds_nothing_where_nothing_is(small: Lexicon, text: str) -> None:
    assert labels(small, text) == []


def test_a_gap_is_remembered(small: Lexicon) -> None:
    (match,) = small.read("cant really feel legs").matches

    assert match.between == (1, 2)


def test_an_unknown_list_is_refused() -> None:
    with pytest.raises(LexiconError, match="no list 'arm'"):
        Lexicon({"sign": ["<arm>"]})


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="no lexicon files"):
        Lexicon.load(tmp_path)


def test_a_cue_defined_twice_is_refused(tmp_path: Path) -> None:
    for name in ("a.yml", "b.yml"):
        (tmp_path / name).write_text("cues: {sign: [hot]}")

    with pytest.raises(LexiconError, match=r"b\.yml: sign is defined twice"):
        Lexicon.load(tmp_path)


@pytest.mark.parametrize(
    ("phrase", "choice"),
    [
        ("(no feeling)|numb leg", "(no"),
        ('numb|"no feeling"', '"no'),
        ("numb|no_feeling", "no_feeling"),
        ("numb | dead", ""),
        ("sweat?|sweats", "sweat?"),
        ("numb| dead", ""),
    ],
)
@pytest.mark.parametrize("part", ["cues", "lists"])
def test_several_words_in_a_choice_are_refused(
    tmp_path: Path, part: str, phrase: str, choice: str
) -> None:
    (tmp_path / "a.yml").write_text(f"{part}:\n  sign:\n    - {phrase!r}\n")

    with pytest.raises(LexiconError) as refused:
        Lexicon.load(tmp_path)

    assert f"a.yml: sign: {phrase!r}: {choice!r} is no single word" in str(
        refused.value
    )


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=200))
def test_reads_any_text(small: Lexicon, text: str) -> None:
    reading = small.read(text)

    for match in reading.matches:
        start, end = reading.span(match)
        assert 0 <= start < end <= len(text)


def test_words_that_are_not_cues_are_not_kept(small: Lexicon) -> None:
    before = len(small._vocab.strings)
    small.read("a private sentence that nobody should keep in memory")

    assert len(small._vocab.strings) == before
