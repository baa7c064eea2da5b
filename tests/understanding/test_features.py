from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mend.understanding.features import (
    MAX_CHARACTERS,
    VOCABULARY_FILE,
    Tfidf,
    WordDirections,
    has_words,
    tidy,
)
from tests.understanding.examples import TEXTS


@pytest.mark.parametrize(
    ("typed", "tidied"),
    [
        (None, ""),
        ("", ""),
        ("  does   it\n\nhurt?\t", "does it hurt?"),
        ("I can\u2019t walk", "I can't walk"),
        ("\u201cGraston\u201d \u2013 ok?", '"Graston" - ok?'),
        ("\uff4b\uff4e\uff45\uff45", "knee"),
        ("kn\u200bee \u202epain", "knee pain"),
        ("knee\0pain\x07", "knee pain"),
        ("\ud83d", ""),
        ("douleur à l'épaule", "douleur à l'épaule"),
    ],
)
def test_tidy(typed, tidied):
    assert tidy(typed) == tidied


def test_tidy_cuts_long_texts():
    assert len(tidy("word " * 10_000)) <= MAX_CHARACTERS


@given(st.text(max_size=300))
def test_tidying_twice_changes_nothing(text):
    once = tidy(text)
    assert tidy(once) == once
    once.encode("utf-8")


@pytest.mark.parametrize("text", ["knee", "l'épaule", "7 weeks", "MRI 扫描", "ok 🙂"])
def test_texts_with_words(text):
    assert has_words(text)


@pytest.mark.parametrize(
    "text", ["", "?!", "🙂", "42", "扫描后膝盖疼", "болит", "مرحبا"]
)
def test_texts_without_known_words(text):
    assert not has_words(text)


def test_rows_have_length_one_or_zero():
    tfidf = Tfidf.fit(TEXTS)
    rows = tfidf.transform(["how long does it take", "", "ж"])
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    assert lengths == pytest.approx([1.0, 0.0, 0.0], abs=1e-6)
    assert rows.dtype == np.float32


@pytest.mark.parametrize(
    "text", ["how long does it take", "take take TAKE it", "", "ж", "appointmnt please"]
)
def test_one_row_is_the_row_of_the_matrix(text):
    tfidf = Tfidf.fit(TEXTS)
    matrix = tfidf.transform([text]).toarray()[0]
    columns, values = tfidf.row(text)
    row = np.zeros_like(matrix)
    row[columns] = values
    assert len(set(columns.tolist())) == len(columns)
    assert row == pytest.approx(matrix, abs=1e-6)


def test_spelling_slip_is_nearer_than_another_word():
    tfidf = Tfidf.fit(TEXTS)
    right, slip, other = tfidf.transform(["appointment", "apointment", "football"])
    assert (right @ slip.T).toarray() > (right @ other.T).toarray() + 0.2


def test_saved_and_loaded_gives_the_same_rows(tmp_path):
    tfidf = Tfidf.fit(TEXTS)
    tfidf.save(tmp_path)
    again = Tfidf.load(tmp_path)
    questions = [*TEXTS, "something else entirely", "Überraschung"]
    assert (tfidf.transform(questions) != again.transform(questions)).nnz == 0


def test_files_hold_no_pickle(tmp_path):
    Tfidf.fit(TEXTS).save(tmp_path)
    assert set(json.loads((tmp_path / VOCABULARY_FILE).read_text("utf-8"))) == {
        "words",
        "letters",
    }
    for file in tmp_path.glob("*.npz"):
        with np.load(file, allow_pickle=False) as arrays:
            assert all(arrays[name].dtype == np.float64 for name in arrays)


def test_texts_without_a_common_word_are_refused():
    with pytest.raises(ValueError, match="vocabulary"):
        Tfidf.fit(["a", "b"])


def test_all_directions_keep_how_alike_rows_are():
    rows = Tfidf.fit(TEXTS).transform(TEXTS)
    kept = rows @ WordDirections.fit(rows, count=10_000, weight=2.0).matrix
    assert kept @ kept.T == pytest.approx(4 * (rows @ rows.T).toarray(), abs=1e-3)


def test_a_row_goes_along_the_directions_as_the_matrix_does():
    tfidf = Tfidf.fit(TEXTS)
    rows = tfidf.transform(TEXTS)
    directions = WordDirections.fit(rows, count=5, weight=1.0)
    assert directions.matrix.shape[1] == 5
    expected = rows @ directions.matrix
    for text, row in zip(TEXTS, expected, strict=True):
        assert directions.of(*tfidf.row(text)) == pytest.approx(row, abs=1e-5)


def test_a_text_without_known_words_goes_nowhere():
    tfidf = Tfidf.fit(TEXTS)
    directions = WordDirections.fit(tfidf.transform(TEXTS), count=5, weight=1.0)
    assert directions.of(*tfidf.row("ж")).tolist() == [0.0] * 5
