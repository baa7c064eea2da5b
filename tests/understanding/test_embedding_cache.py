from __future__ import annotations

import numpy as np
import pytest

from mend.understanding.embedding_cache import EmbeddingCache
from mend.understanding.ranker import Ranker
from tests.understanding.examples import LABELS, TEXTS, WordsEncoder


def test_encodes_each_text_once(tmp_path):
    encoder, cache = WordsEncoder(), EmbeddingCache(tmp_path / "made" / "later")
    first = cache.encode(encoder, ["a b", "c d", "a b"])
    second = cache.encode(encoder, ["c d", "e f"])
    assert encoder.encoded == ["a b", "c d", "e f"]
    assert np.array_equal(first[1], second[0])
    assert np.array_equal(first[0], first[2])


def test_keeps_encoders_apart(tmp_path):
    cache, other = EmbeddingCache(tmp_path), WordsEncoder("words-encoder-2")
    cache.encode(WordsEncoder(), ["a b"])
    cache.encode(other, ["a b"])
    assert other.encoded == ["a b"]


def test_holds_no_text(tmp_path):
    EmbeddingCache(tmp_path).encode(WordsEncoder(), ["secretword here"])
    (file,) = tmp_path.iterdir()
    assert b"secretword" not in file.read_bytes()


@pytest.mark.parametrize("damage", [b"", b"not an archive", b"PK\x03\x04 cut"])
def test_damaged_file_is_replaced(tmp_path, damage):
    cache = EmbeddingCache(tmp_path)
    expected = cache.encode(WordsEncoder(), ["a b"])
    (file,) = tmp_path.iterdir()
    file.write_bytes(damage)
    encoder = WordsEncoder()
    assert np.array_equal(cache.encode(encoder, ["a b"]), expected)
    cache.encode(encoder, ["a b"])
    assert encoder.encoded == ["a b"]


def test_unwritable_folder_only_costs_time(tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    cache = EmbeddingCache(tmp_path / "file" / "below")
    assert cache.encode(WordsEncoder(), ["a b"]).shape == (1, 384)
    assert "could not be stored" in caplog.text


def test_training_with_a_cache_gives_the_same_model(tmp_path):
    cache = EmbeddingCache(tmp_path)
    plain = Ranker.fit(TEXTS, LABELS, WordsEncoder())
    for _ in range(2):
        cached = Ranker.fit(TEXTS, LABELS, WordsEncoder(), cache)
        assert cached.rank("does it hurt") == plain.rank("does it hurt")
