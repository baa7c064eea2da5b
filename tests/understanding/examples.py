"""A small training set, and an encoder that needs no model file."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from mend.understanding.encoder import DIMENSIONS, Vectors

EXAMPLES = {
    "faq/healing.time": [
        "How long does healing take?",
        "how many weeks until I am healed",
        "how long until my injury is better",
        "when will this injury heal",
        "how much time does it take to heal",
    ],
    "faq/iastm.hurts": [
        "Does IASTM hurt?",
        "is the scraping treatment painful",
        "does tool massage hurt",
        "will the metal tool hurt me",
        "how painful is IASTM",
    ],
    "faq/clinic.book": [
        "How do I book?",
        "can I book an appointment",
        "I want to make an appointment",
        "book me in please",
        "I would like an appointment this week",
    ],
    "faq/clinic.prices": [
        "What does it cost?",
        "how much is a session",
        "what are your prices",
        "is it expensive",
        "price of one treatment",
    ],
    "red_flag/RF08.emergency": [
        "my chest feels tight and my arm aches",
        "crushing pain in my chest",
        "tight chest and sweating",
        "pressure in my chest and jaw pain",
    ],
    "out_of_scope": [
        "who won the football last night",
        "recipe for pancakes",
        "what is the weather tomorrow",
        "book me a flight to Spain",
        "play some music",
        "how do I reset my router",
    ],
    "affirm": ["yes", "yes please", "sure", "ok"],
    "deny": ["no", "no thanks", "not now", "nope"],
}

TEXTS = [text for texts in EXAMPLES.values() for text in texts]
LABELS = [name for name, texts in EXAMPLES.items() for _ in texts]


class WordsEncoder:
    """Stands in for the sentence encoder: texts that share words are near.

    Args:
        checksum: identity to report.
    """

    def __init__(self, checksum: str = "words-encoder-1") -> None:
        self.checksum = checksum
        self.encoded: list[str] = []

    def is_word(self, word: str) -> bool:
        return word in {"weather", "chess"}

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded += texts
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in ["", *text.lower().split()]:
                number = int(hashlib.sha256(word.encode()).hexdigest(), 16)
                vectors[row, number % DIMENSIONS] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
