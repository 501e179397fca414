# SPDX-License-Identifier: Apache-2.0
"""Borrowers of every kind of column, some cells missing, on which the libraries of boosted trees are tried."""

from typing import Any

import numpy as np
import pandas as pd

from probatum.adapters.interface import Wish, few, wrap
from probatum.engines.trees.predict import raw
from probatum.facts.capabilities import Capability
from probatum.systems.datasets import Dataset, from_arrays
from probatum.systems.structures import Forest, Structure

RNG = np.random.default_rng(2)
FRAME = pd.DataFrame(
    {
        "age": RNG.integers(18, 80, 300),
        "income": RNG.normal(30, 10, 300),
        "job": RNG.choice(["a", "b", "c"], 300),
        "edu": RNG.choice(["lo", "mid", "hi"], 300),
    }
)
GOOD = (FRAME.income + 8 * (FRAME.job == "a") + FRAME.age / 10 > 37).to_numpy().astype(int)
THREE = GOOD + (FRAME.age > 60).to_numpy()
FRAME.loc[::9, "income"] = np.nan
TYPED = FRAME.astype({"job": "category", "edu": "category"})
NUMBERS = FRAME[["age", "income"]].to_numpy(dtype=np.float64)
NAMES = np.array(["bad", "good", "old"])
CODES = np.column_stack([NUMBERS, np.random.default_rng(3).integers(0, 12, 300)])  # of which the last is a category
CODED = (np.isin(CODES[:, 2], [1, 4, 7]) ^ (CODES[:, 0] > 50)).astype(int)


def data(frame: pd.DataFrame | np.ndarray, truth: np.ndarray) -> Dataset:
    return from_arrays((frame[150:], truth[150:]), (frame[:150], truth[:150]))


def exact(found: Structure | str, said: np.ndarray, x: np.ndarray) -> None:
    assert isinstance(found, Structure), found
    assert isinstance(found.core, Forest)
    np.testing.assert_array_equal(raw(found.core, x), said.reshape(len(x), -1))


def asked_by_category(estimator: Any, said: np.ndarray) -> None:
    """Ask one that was trained on pandas' categories about text as read from a file; ``said`` are its labels."""
    held = data(FRAME, NAMES[GOOD])
    model = wrap(estimator, few(held.test), Wish(classes=("bad", "good")))
    answers = model.ask(held.test)
    assert answers.scores is not None
    np.testing.assert_array_equal(answers.scores[:, 1], estimator.predict_proba(TYPED[150:])[:, 1])
    np.testing.assert_array_equal(NAMES[answers.labels], said)
    found = model.structure(held.test)
    assert isinstance(found, Structure), found
    assert found.inputs is not None
    assert [one.codes for one in found.inputs] == [None, None, (0.0, 1.0, 2.0), (0.0, 1.0, 2.0)]
    assert model.capabilities >= {Capability.TREES, Capability.REFIT}


def split_by_codes(estimator: Any) -> None:
    """Take apart one that was trained on categories written as codes."""
    held = data(CODES, CODED)
    found = wrap(estimator, few(held.test)).structure(held.test)
    assert isinstance(found, Structure), found
    assert isinstance(found.core, Forest)
    assert found.core.subset is not None


def trained_again(estimator: Any) -> None:
    """Train one again whose training draws something: by one seed alike, by another otherwise."""
    held = data(FRAME, NAMES[GOOD])
    assert held.train is not None
    model = wrap(estimator, few(held.test), Wish(classes=("bad", "good")))
    one, same, other = (model.refit(held.train, seed).ask(held.test).scores for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert one is not None
    assert other is not None
    assert not np.array_equal(one, other)


def asked_for_numbers(estimator: Any) -> None:
    """Ask one that foretells a number, here the next of a column."""
    next_one = NUMBERS[:, 0] + 0.5
    estimator.fit(NUMBERS[:150], next_one[:150])
    held = data(NUMBERS, next_one)
    model = wrap(estimator, few(held.test))
    np.testing.assert_array_equal(model.ask(held.test).labels, estimator.predict(NUMBERS[150:]))
    assert isinstance(model.structure(held.test), str)
