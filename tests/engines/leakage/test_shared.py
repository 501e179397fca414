# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from probatum.engines.leakage.cells import Cells
from probatum.engines.leakage.shared import shared_rows
from probatum.seeds import stream


def found(train, test, rng, **changes):
    limits = {"rare": 0.001, "widest": 0.05, "most": 20_000, "work_limit": 10**9, "confidence": 0.95} | changes
    return shared_rows(train, test, rng, **limits)


def cells(train, test):
    """Return both parts of rows (n, d) of numbers without words."""
    _, ids = np.unique(np.concatenate([train, test]), axis=0, return_inverse=True)
    ids = ids.reshape(-1)
    none = [np.zeros((len(part), 0), dtype=np.int64) for part in (train, test)]
    return (
        Cells(numbers=train, codes=none[0], ids=ids[: len(train)]),
        Cells(numbers=test, codes=none[1], ids=ids[len(train) :]),
    )


def words(train, test):
    """Return both parts of rows of one word each."""
    return (
        Cells(numbers=np.zeros((len(train), 0)), codes=train[:, None], ids=train),
        Cells(numbers=np.zeros((len(test), 0)), codes=test[:, None], ids=test),
    )


def test_excess_is_known_by_hand_when_all_copies_are_exact():
    train = np.arange(100.0)[:, None]
    test = np.concatenate([train[:5], 1000 + np.arange(45.0)[:, None]])
    shared = found(*cells(train, test), stream(0, "hand"))
    assert (shared.equal, shared.near.found, shared.chance.share.value) == (5, 0, 0)
    assert shared.copied == pytest.approx(0.1)
    assert shared.interval.lower > 0


@pytest.mark.parametrize("columns", [1, 3, 20])
def test_near_copies_are_found_when_moved_by_less_than_the_precision(columns):
    rng = stream(0, f"near {columns}")
    train, test = rng.normal(size=(2, 2000, columns)).round(4)
    test[:100] = train[:100] + rng.uniform(-4e-5, 4e-5, size=(100, columns))
    shared = found(*cells(train, test), rng)
    assert 95 <= shared.near.found <= 105
    assert shared.near.chance <= 2
    assert shared.interval.lower < 0.05 < shared.interval.upper


def test_near_copies_are_found_when_numbers_have_no_grid():
    rng = stream(0, "no grid")
    train, test = rng.normal(size=(2, 1000, 5))
    test[:100] = train[:100] * (1 + rng.normal(size=(100, 5)) * 1e-3)
    assert found(*cells(train, test), rng).near.found == 100


def test_one_step_is_no_copy_when_columns_are_coarse():
    rng = stream(0, "coarse")
    train, test = rng.integers(0, 30, size=(2, 1000, 3)).astype(float)
    shared = found(*cells(train, test), rng)
    assert shared.near.found == 0
    assert shared.interval.lower < 0 < shared.interval.upper


def test_copies_are_proven_when_training_rows_were_copied_to_weigh_more():
    rng = stream(0, "weigh")
    once, test = rng.normal(size=(2, 400, 3))
    train = np.repeat(once, 3, axis=0)
    clean = found(*cells(train, test), rng)
    assert clean.chance.repeats
    assert clean.interval.lower <= 0 <= clean.interval.upper
    test[:80] = once[:80]
    assert found(*cells(train, test), rng).interval.lower > 0.1


def test_fewer_rows_are_compared_when_the_work_is_limited():
    rng = stream(0, "work")
    train, test = rng.normal(size=(2, 1000, 20))
    test[:200] = train[:200]
    test[200:400] = train[200:400] + 1e-6
    shared = found(*cells(train, test), rng, work_limit=2 * 100 * 1000 * 20)
    # rows that equal one are known without work, so that 100 comparisons tell of about 125 test rows
    assert shared.near.chance_compared == 100
    assert 110 <= shared.near.compared <= 140
    assert shared.interval.lower < 0.4 < shared.interval.upper
    again = found(*cells(train, test), stream(0, "most"), most=50)
    assert (again.near.compared, again.near.chance_compared) == (50, 50)


@pytest.mark.parametrize(("levels", "steepness"), [(2000, 0.8), (5000, 0.0), (200_000, 0.0)])
@pytest.mark.parametrize("copied", [0.0, 0.05])
def test_range_holds_the_excess_as_often_as_it_says_when_rows_match_by_chance(levels, steepness, copied):
    """Measured in full: 63 worlds of coarse and fine columns, 200 to 4,000 training rows, 300 samples each.

    The range held the excess in 97.2 of 100 on average. The two lowest, 93.0 and 93.3, were drawn again 2,500 times:
    96.2 and 94.9. Where half of the training rows stood there four times, it held in 98 to 100 of 100.
    """
    rng = stream(0, f"covers {levels} {steepness} {copied}")
    weights = 1 / np.arange(1, levels + 1) ** steepness
    weights /= weights.sum()
    samples, held = 200, 0
    for _ in range(samples):
        train, test = rng.choice(levels, 600, p=weights), rng.choice(levels, 400, p=weights)
        test = np.where(rng.random(400) < copied, rng.choice(train, 400), test)
        interval = found(*words(train, test), rng).interval
        # a new row equals a training row with the weight of all that stands there; a copied one surely does
        truth = copied * (1 - weights[np.unique(train)].sum())
        held += interval.lower <= truth <= interval.upper
    assert held >= 0.95 * samples - 2.33 * np.sqrt(samples * 0.95 * 0.05)
