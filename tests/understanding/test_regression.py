from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from mend.understanding.features import Tfidf, WordDirections, tidy
from mend.understanding.regression import INVERSE_REGULARISATION, Regression
from tests.understanding.examples import LABELS, TEXTS


@pytest.fixture(scope="module")
def examples():
    """Return tf-idf rows, in whole and along all their directions, and the targets."""
    classes = sorted(set(LABELS))
    rows = Tfidf.fit([tidy(text) for text in TEXTS]).transform(TEXTS)
    directions = WordDirections.fit(rows, count=10_000, weight=1.0)
    return rows, rows @ directions.matrix, np.array([classes.index(x) for x in LABELS])


def test_it_is_the_regression_it_says_it_is(examples):
    """Main directions keep the optimum, and large classes count less."""
    rows, features, targets = examples
    sizes = np.bincount(targets)
    plain = LogisticRegression(C=INVERSE_REGULARISATION, tol=1e-6, max_iter=5000).fit(
        rows.toarray().astype(float),
        targets,
        sample_weight=np.sqrt(sizes.mean() / sizes)[targets],
    )
    expected = plain.predict_log_proba(rows.toarray().astype(float))
    fitted = Regression.fit(features, targets)
    for row, logs in zip(features, expected, strict=True):
        found = fitted.log_probabilities(row)
        assert np.exp(found) == pytest.approx(np.exp(logs), abs=0.02)


def test_two_classes_share_one(examples):
    _, features, targets = examples
    fitted = Regression.fit(features, (targets > 0).astype(np.int64))
    found = np.exp(fitted.log_probabilities(features[0]))
    assert found.shape == (2,)
    assert found.sum() == pytest.approx(1.0)
    assert (found[1] > found[0]) == (targets[0] > 0)
