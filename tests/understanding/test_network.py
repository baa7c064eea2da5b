from __future__ import annotations

import warnings

import numpy as np
import pytest

from mend.understanding.network import Network


def what_counts_together(count=400):
    """Return rows that are of class 1 when exactly one of two features is there."""
    noise = np.random.default_rng(0)
    rows = noise.normal(0.0, 0.05, (count, 6))
    first, second = noise.integers(0, 2, (2, count))
    rows[:, 0] += first
    rows[:, 1] += second
    return rows.astype(np.float32), (first ^ second).astype(np.int64)


def test_it_sees_what_only_counts_together():
    rows, targets = what_counts_together()
    network = Network.fit(rows[:300], targets[:300])
    found = [network.log_probabilities(row).argmax() for row in rows[300:]]
    assert np.mean(found == targets[300:]) > 0.95


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_probabilities_are_of_all_classes(classes):
    rows = np.eye(classes, dtype=np.float32).repeat(4, axis=0)
    network = Network.fit(rows, np.arange(classes).repeat(4))
    for row in rows:
        found = np.exp(network.log_probabilities(row))
        assert found.shape == (classes,)
        assert found.sum() == pytest.approx(1.0)


def test_training_twice_gives_the_same_network():
    rows, targets = what_counts_together(60)
    first, second = Network.fit(rows, targets), Network.fit(rows, targets)
    for row in rows[:5]:
        assert (
            first.log_probabilities(row).tolist()
            == second.log_probabilities(row).tolist()
        )


def test_few_examples_are_no_reason_to_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Network.fit(np.eye(2, dtype=np.float32), np.array([0, 1]))
