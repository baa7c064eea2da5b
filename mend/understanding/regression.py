"""A straight-line judgement: which intent, by weights of the features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import log_softmax
from sklearn.linear_model import LogisticRegression

Floats = npt.NDArray[np.float32]
Features = npt.NDArray[np.float32]

INVERSE_REGULARISATION = 10.0
TOLERANCE = 3e-4
"""Per example: five times finer is no more accurate and takes half as long again."""
MAX_ITERATIONS = 300


@dataclass(frozen=True)
class Regression:
    """A fitted multinomial logistic regression.

    Attributes:
        weights: one row per feature, one column per class.
        bias: one per class.
    """

    weights: Floats
    bias: Floats

    @classmethod
    def fit(cls, features: Features, targets: npt.NDArray[np.int64]) -> Regression:
        """Train.

        Examples of a large class count less, by the square root of its size. Evened
        out fully, one of 2,000 out-of-scope lines would hardly count, and more such
        messages got an answer; not at all, rare answers lost (measured on lines not
        trained on).

        Args:
            features: one row per example.
            targets: class of each row, 0 to the number of classes - 1; at least two
                classes, none without an example.
        """
        sizes = np.bincount(targets)
        model = LogisticRegression(
            C=INVERSE_REGULARISATION,
            multi_class="multinomial",
            solver="lbfgs",
            tol=TOLERANCE * len(targets),
            max_iter=MAX_ITERATIONS,
        )
        model.fit(
            features.astype(np.float64),
            targets,
            sample_weight=np.sqrt(sizes.mean() / sizes)[targets],
        )
        weights, bias = model.coef_, model.intercept_
        if len(sizes) == 2:
            # scikit-learn keeps one row for two classes; the scores are symmetric.
            weights = np.vstack([-weights, weights])
            bias = np.concatenate([-bias, bias])
        return cls(
            np.ascontiguousarray(weights.T, dtype=np.float32), bias.astype(np.float32)
        )

    def log_probabilities(self, features: Features) -> npt.NDArray[np.float64]:
        """Return the log-probability of each class for one row of features."""
        scores = (features @ self.weights + self.bias).astype(np.float64)
        found: npt.NDArray[np.float64] = log_softmax(scores)
        return found
