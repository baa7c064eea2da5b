from __future__ import annotations

import numpy as np
import pytest

from mend.understanding.nearness import DIRECTIONS, Nearness


def unit(rows):
    rows = np.asarray(rows, dtype=np.float32)
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def loud_and_quiet(per_intent=40):
    """Return two intents that differ in one direction, and vary much in another."""
    noise = np.random.default_rng(0)
    rows = []
    for sign in (-1.0, 1.0):
        block = noise.normal(0.0, 0.02, (per_intent, 8))
        block[:, 0] += 0.2 * sign
        block[:, 1] += noise.choice([-1.0, 1.0], per_intent)
        rows.append(block)
    return unit(np.vstack(rows)), np.array([0, per_intent])


def test_what_tells_intents_apart_counts_more_than_what_varies_in_each():
    examples, starts = loud_and_quiet()
    nearness = Nearness.fit(examples, starts)
    message = unit([0.2, 0.0, 0.4, 0.0, 0.0, 0.0, 0.0, 0.0])
    plain = np.maximum.reduceat(examples @ message, starts)
    near, _ = nearness.of(message)
    assert near[1] - near[0] > plain[1] - plain[0] + 0.1


def test_an_example_is_as_near_as_can_be_to_its_own_intent():
    examples, starts = loud_and_quiet()
    near, closest = Nearness.fit(examples, starts).of(examples[50])
    assert near[1] == pytest.approx(1.0, abs=1e-4)
    assert near.shape == (2,)
    assert closest == pytest.approx(1.0, abs=1e-4)


def test_closeness_is_the_plain_cosine():
    examples, starts = loud_and_quiet()
    nearness = Nearness.fit(examples, starts)
    for message in unit(np.random.default_rng(1).normal(size=(20, 8))):
        expected = min(max(float((examples @ message).max()), 0.0), 1.0)
        assert nearness.of(message)[1] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("rows", "starts"),
    [
        ([[1, 0], [0, 1]], [0, 1]),
        ([[1, 0], [1, 0], [1, 0]], [0, 1]),
        ([[1, 0, 0]], [0]),
    ],
    ids=["one example each", "all the same", "one intent"],
)
def test_few_or_equal_examples_can_be_used(rows, starts):
    nearness = Nearness.fit(unit(rows), np.array(starts))
    near, closest = nearness.of(unit(rows[0]))
    assert np.isfinite(near).all()
    assert closest == pytest.approx(1.0)


def test_no_vector_at_all_is_near_nothing_in_particular():
    examples, starts = loud_and_quiet()
    near, closest = Nearness.fit(examples, starts).of(np.zeros(8, dtype=np.float32))
    assert np.isfinite(near).all()
    assert closest == 0.0


def test_no_more_directions_are_kept_than_needed():
    noise = np.random.default_rng(2).normal(size=(600, 384))
    nearness = Nearness.fit(unit(noise), np.arange(0, 600, 2))
    assert nearness.directions.shape == (384, DIRECTIONS)
