"""A judgement that is no straight line: a small neural network.

Beside the regression it sees what only counts together ("numb" and "wee"). It is no
better by itself, but the two err in different places.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import log_softmax
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from mend.understanding.regression import Features, Floats

UNITS = 256
ROUNDS = 12
"""More rounds learn the examples by heart."""
_BATCH = 256
_RATE = 2e-3
_PENALTY = 1e-2
_SCALE = np.float32(20.0)
"""Features are of length 1 to 1.5 over some 700 columns: too small to learn from."""


@dataclass(frozen=True)
class Network:
    """A fitted network with one hidden layer of rectified units.

    Attributes:
        inner: one row per feature, one column per unit.
        inner_bias: one per unit.
        outer: one row per unit, one column per class.
        outer_bias: one per class.
    """

    inner: Floats
    inner_bias: Floats
    outer: Floats
    outer_bias: Floats

    @classmethod
    def fit(cls, features: Features, targets: npt.NDArray[np.int64]) -> Network:
        """Train; the same examples in the same order give the same network.

        Args:
            features: one row per example.
            targets: class of each row, 0 to the number of classes - 1; at least two
                classes, none without an example.
        """
        model = MLPClassifier(
            (UNITS,),
            alpha=_PENALTY,
            batch_size=min(_BATCH, len(targets)),
            learning_rate_init=_RATE,
            max_iter=ROUNDS,
            random_state=0,
        )
        with warnings.catch_warnings():
            # That it could go on learning is meant: see ROUNDS.
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(features * _SCALE, targets)
        outer, outer_bias = model.coefs_[1], model.intercepts_[1]
        if outer.shape[1] == 1:
            # scikit-learn keeps one column for two classes; the other's score is 0.
            outer = np.hstack([np.zeros_like(outer), outer])
            outer_bias = np.concatenate([[0.0], outer_bias])
        return cls(
            inner=(model.coefs_[0] * _SCALE).astype(np.float32),
            inner_bias=model.intercepts_[0].astype(np.float32),
            outer=outer.astype(np.float32),
            outer_bias=outer_bias.astype(np.float32),
        )

    def log_probabilities(self, features: Features) -> npt.NDArray[np.float64]:
        """Return the log-probability of each class for one row of features."""
        inside = np.maximum(features @ self.inner + self.inner_bias, 0.0)
        scores = (inside @ self.outer + self.outer_bias).astype(np.float64)
        found: npt.NDArray[np.float64] = log_softmax(scores)
        return found
