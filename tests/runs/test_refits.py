# SPDX-License-Identifier: Apache-2.0
"""The system is trained again on the other folds, and every training row is asked about once from outside."""

import numpy as np
from sklearn.neighbors import KNeighborsClassifier

from probatum.adapters.interface import few, wrap
from probatum.runs.refits import fold_of, refit, refits, unseen
from probatum.systems.datasets import from_arrays
from probatum.systems.system import System

ROWS = 60


def nearest() -> System:
    """Return a system that knows its own rows by heart: the nearest neighbour of labels drawn at random."""
    rng = np.random.default_rng(0)
    features, truth = rng.normal(size=(ROWS, 2)), rng.integers(2, size=ROWS)
    data = from_arrays((features, truth), (features, truth))
    model = KNeighborsClassifier(1).fit(features, truth)
    return System.of(wrap(model, few(data.test)), data)


def test_every_row_is_answered_by_a_refit_that_never_saw_it():
    system = nearest()
    train = system.data.train
    assert train is not None
    answers = unseen(train, 3, 7, {one.part: refit(system, train, one, 7) for one in refits(3)})
    where = fold_of(train, 3, 7)
    for row in range(ROWS):
        inside = where == where[row]
        others = np.flatnonzero(~inside)
        near = others[np.argmin(((train.features[others] - train.features[row]) ** 2).sum(axis=1))]
        assert answers.labels[row] == train.truth[near]
    assert answers.scores is not None
    assert (answers.scores.argmax(axis=1) == answers.labels).all()
    assert (system.answers(train).labels == train.truth).all()  # by heart


def test_refits_are_named_by_their_fold_when_planned():
    assert [one.seed_name for one in refits(2)] == ["refit/2/1", "refit/2/2"]
