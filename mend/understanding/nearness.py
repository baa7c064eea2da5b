"""How near a message is to the examples of each intent.

Plain cosines between embeddings count every direction alike, also those in which the
examples of one intent differ most among themselves (who speaks, at what length).
Nearness to an intent is therefore a cosine along the directions that tell intents
apart best (linear discriminant analysis, Fisher 1936). On examples held back from
training, one in two hundred more is right, at half the work.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh
from scipy.sparse import csr_matrix

from mend.understanding.encoder import Vectors

DIRECTIONS = 128
"""Directions kept. Of 10,000 held-back examples 192 get 10 more right, and cost half
as much again for each message; 64 get 70 fewer right."""

_EVENED = 1.0
"""Added to the variance in every direction, in units of its mean.

Without it, directions that hardly vary in the examples would count most."""

_LEAST = 1e-6
_CANDIDATES = 100
"""Examples among which the closest is looked for: on 21,000 always enough."""


class Nearness:
    """Knows the examples.

    Args:
        examples: their embeddings, unit rows, intent by intent.
        starts: row of each intent's first example.
        directions: columns that tell the intents apart.
    """

    def __init__(
        self,
        examples: Vectors,
        starts: npt.NDArray[np.int64],
        directions: npt.NDArray[np.float32],
    ) -> None:
        self.examples = examples
        self.directions = directions
        self.starts = starts
        self._centre = examples.mean(axis=0)
        self._projected = self._project(examples)

    @classmethod
    def fit(cls, examples: Vectors, starts: npt.NDArray[np.int64]) -> Nearness:
        """Find the directions.

        Args:
            examples: embeddings, unit rows, intent by intent; no intent is empty.
            starts: row of each intent's first example.
        """
        count, width = examples.shape
        sizes = np.diff([*starts, count])
        means = np.add.reduceat(examples, starts) / sizes[:, None]
        apart = (means - examples.mean(axis=0)) * np.sqrt(sizes / count)[:, None]
        inside = examples - np.repeat(means, sizes, axis=0)
        within = (inside.T @ inside / count).astype(np.float64)
        within += (_EVENED * np.trace(within) / width + _LEAST) * np.eye(width)
        kept = min(DIRECTIONS, width)
        _, directions = eigh(
            (apart.T @ apart).astype(np.float64),
            within,
            subset_by_index=[width - kept, width - 1],
        )
        return cls(examples, starts, np.ascontiguousarray(directions, np.float32))

    def of(self, vector: Vectors) -> tuple[npt.NDArray[np.float32], float]:
        """Return how near a message is to each intent, and to any example at all.

        Args:
            vector: the message's embedding, of length one.

        Returns:
            The nearness to each intent, -1 to 1; and the plain cosine to the closest
            example, 0 to 1.
        """
        near = self._projected @ self._project(vector[np.newaxis])[0]
        few = min(_CANDIDATES, len(near))
        closest = np.argpartition(near, -few)[-few:]
        cosine = float((self.examples[closest] @ vector).max())
        return np.maximum.reduceat(near, self.starts), min(max(cosine, 0.0), 1.0)

    def _project(self, vectors: Vectors) -> Vectors:
        projected = (vectors - self._centre) @ self.directions
        lengths = np.linalg.norm(projected, axis=1, keepdims=True)
        found: Vectors = projected / np.maximum(lengths, _LEAST)
        return found


class WordNearness:
    """Knows the examples by their words alone, where there is no encoder.

    Args:
        examples: their tf-idf rows, of length one, intent by intent.
        starts: row of each intent's first example.
    """

    def __init__(self, examples: csr_matrix, starts: npt.NDArray[np.int64]) -> None:
        self.examples = examples
        self.starts = starts

    def of(
        self, words: npt.NDArray[np.int64], values: npt.NDArray[np.float32]
    ) -> tuple[npt.NDArray[np.float32], float]:
        """Return how near a message is to each intent, and to any example at all.

        Args:
            words: columns of the message's tf-idf row that are not zero.
            values: what stands in them.

        Returns:
            As `Nearness.of`; here both are cosines of tf-idf rows, 0 to 1.
        """
        row = csr_matrix((values, words, [0, len(words)]), (1, self.examples.shape[1]))
        near = np.maximum.reduceat(
            (self.examples @ row.T).toarray().ravel(), self.starts
        )
        return near, min(max(float(near.max()), 0.0), 1.0)
