"""Text as numbers: tidied text, and tf-idf of words and letter groups.

The tf-idf half sees the exact words (it helps with names such as Graston and with
spelling slips, through groups of letters); the sentence embedding sees the meaning.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize
from sklearn.utils.extmath import randomized_svd

MAX_CHARACTERS = 1000
"""As long as the longest message that the front door accepts."""

VOCABULARY_FILE = "vocabulary.json"
WEIGHTS_FILE = "idf.npz"

_SAME_CHARACTER = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u02bc": "'", "`": "'", "\u00b4": "'"}
    | {"\u201c": '"', "\u201d": '"'}
    | {"\u2013": "-", "\u2014": "-"}
)
_SPACES = re.compile(r"\s+")
_VECTORIZERS: dict[str, dict[str, Any]] = {
    "words": {"analyzer": "word", "ngram_range": (1, 2), "min_df": 2},
    "letters": {"analyzer": "char_wb", "ngram_range": (3, 4), "min_df": 2},
}


def tidy(text: str | None) -> str:
    """Return the text as the classifier should see it.

    Typographic variants become plain (quotes, dashes, full-width letters), control
    and invisible characters become spaces or vanish, white space is single, and at
    most 1000 characters are kept.

    Args:
        text: what a person typed; None counts as nothing.
    """
    # Cut first, so that a huge message costs nothing; NFKC can lengthen it again.
    text = unicodedata.normalize("NFKC", (text or "")[: 2 * MAX_CHARACTERS])
    text = text.translate(_SAME_CHARACTER)
    kept = []
    for character in text:
        category = unicodedata.category(character)
        if category == "Cf":  # zero-width joiners, direction marks
            continue
        kept.append(" " if category in ("Cc", "Cs", "Co", "Cn") else character)
    return _SPACES.sub(" ", "".join(kept)).strip()[:MAX_CHARACTERS].strip()


def has_words(text: str) -> bool:
    """Tell whether a tidied text holds anything the classifier can know.

    Emoji, punctuation, digits alone and scripts other than Latin all look alike to
    an English encoder, so a score for them would mean nothing.

    Args:
        text: the result of `tidy`.
    """
    letters = [character for character in text if character.isalpha()]
    latin = sum(
        unicodedata.name(character, "").startswith("LATIN") for character in letters
    )
    return latin > 0 and 2 * latin >= len(letters)


class Tfidf:
    """Word 1-2-grams and 3-4-letter groups, weighted by how telling they are.

    Args:
        vectorizers: fitted vectorizers by name, "words" and "letters".
    """

    def __init__(self, vectorizers: dict[str, TfidfVectorizer]) -> None:
        self._vectorizers = vectorizers
        self._terms = {
            name: vectorizer.build_analyzer()
            for name, vectorizer in vectorizers.items()
        }

    @classmethod
    def fit(cls, texts: Sequence[str]) -> Tfidf:
        """Learn the vocabulary.

        Args:
            texts: tidied texts.

        Raises:
            ValueError: the texts share no words at all.
        """
        vectorizers = {}
        for name, options in _VECTORIZERS.items():
            vectorizer = TfidfVectorizer(sublinear_tf=True, **options)
            vectorizer.fit(texts)
            vectorizers[name] = vectorizer
        return cls(vectorizers)

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        """Return one row of length one per text (of zeros if nothing is known)."""
        blocks = [self._vectorizers[name].transform(texts) for name in _VECTORIZERS]
        return normalize(hstack(blocks, format="csr")).astype(np.float32)

    def row(self, text: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """Return what `transform` gives for one text, in less than half the time.

        scikit-learn checks and copies matrices, which for one row costs more than the
        counting.

        Args:
            text: tidied.

        Returns:
            The columns of the words and letter groups that occur, and their values.
        """
        columns: list[int] = []
        blocks = []
        first = 0
        for name, vectorizer in self._vectorizers.items():
            vocabulary = vectorizer.vocabulary_
            counts = Counter(
                vocabulary[term]
                for term in self._terms[name](text)
                if term in vocabulary
            )
            known = list(counts)
            values = 1.0 + np.log(list(counts.values()))
            values *= vectorizer.idf_[known]
            blocks.append(values / (np.linalg.norm(values) or 1.0))
            columns.extend(first + column for column in known)
            first += len(vocabulary)
        row = np.concatenate(blocks)
        row /= np.linalg.norm(row) or 1.0
        return np.array(columns, dtype=np.int64), row.astype(np.float32)

    def save(self, folder: Path) -> None:
        """Write vocabulary (JSON) and weights (npz) into a folder."""
        terms = {
            name: sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.get)
            for name, vectorizer in self._vectorizers.items()
        }
        (folder / VOCABULARY_FILE).write_text(
            json.dumps(terms, ensure_ascii=False), encoding="utf-8"
        )
        np.savez(
            folder / WEIGHTS_FILE,
            **{name: vector.idf_ for name, vector in self._vectorizers.items()},
        )

    @classmethod
    def load(cls, folder: Path) -> Tfidf:
        """Read what `save` wrote."""
        terms = json.loads((folder / VOCABULARY_FILE).read_text(encoding="utf-8"))
        vectorizers = {}
        with np.load(folder / WEIGHTS_FILE, allow_pickle=False) as weights:
            for name, options in _VECTORIZERS.items():
                vocabulary = {term: index for index, term in enumerate(terms[name])}
                vectorizer = TfidfVectorizer(
                    sublinear_tf=True, vocabulary=vocabulary, **options
                )
                vectorizer.idf_ = weights[name]
                vectorizers[name] = vectorizer
        return cls(vectorizers)


class WordDirections:
    """What is kept of a tf-idf row: how far it goes along the main directions.

    The thousands of columns are too many to train on. In cross-validation their main
    directions are as accurate, and train five times faster.

    Args:
        matrix: one row per column of tf-idf, one column per direction.
    """

    def __init__(self, matrix: npt.NDArray[np.float32]) -> None:
        self.matrix = matrix

    @classmethod
    def fit(cls, rows: csr_matrix, count: int, weight: float) -> WordDirections:
        """Find the main directions.

        Args:
            rows: tf-idf rows of the examples.
            count: how many to keep at most.
            weight: what lengths along them are multiplied by.
        """
        _, _, directions = randomized_svd(
            rows, min(count, *rows.shape), n_iter=2, random_state=0
        )
        return cls(np.ascontiguousarray(weight * directions.T, dtype=np.float32))

    def of(
        self, columns: npt.NDArray[np.int64], values: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float32]:
        """Return one row, given as `Tfidf.row` does, along the directions."""
        found: npt.NDArray[np.float32] = values @ self.matrix[columns]
        return found
