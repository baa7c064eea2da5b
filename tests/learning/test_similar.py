from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from mend.learning.similar import Topic, topics
from mend.understanding.encoder import EncoderUnavailable, SentenceEncoder

SAID = [("shoes for running", 1), ("do you sell shoes", 3), ("is it legal", 2)]


def by_first_letter(texts: Sequence[str]) -> np.ndarray:
    return np.array([[1, 0] if "shoes" in t else [0, 1] for t in texts], np.float32)


def test_like_messages_are_one_topic_named_by_its_most_frequent_wording() -> None:
    assert topics(SAID, by_first_letter) == [
        Topic("do you sell shoes", ("shoes for running",), 4),
        Topic("is it legal", (), 2),
    ]


def test_without_an_encoder_each_stands_by_itself() -> None:
    assert [(t.text, t.count) for t in topics(SAID, None)] == [
        ("do you sell shoes", 3),
        ("is it legal", 2),
        ("shoes for running", 1),
    ]
    assert topics([], by_first_letter) == []


def test_with_the_real_encoder() -> None:
    try:
        encoder = SentenceEncoder.load()
    except EncoderUnavailable as error:
        pytest.skip(str(error))
    said = [
        ("do you sell running shoes", 1),
        ("can I buy running shoes from you", 1),
        ("how do I get rid of eczema on my eyelids", 1),
        ("cream for eczema on the eyelid", 1),
    ]
    assert [t.count for t in topics(said, encoder.encode)] == [2, 2]
