# SPDX-License-Identifier: Apache-2.0
"""A model that fails on many rows at once is asked about fewer, and not tried with too many again and again."""

import numpy as np
import pandas as pd
import pytest

from probatum.adapters.interface import Wish, few, wrap
from probatum.systems.datasets import from_arrays
from probatum.systems.system import System


class Counting:
    """A model that bears so many rows at once, and never a row above 9."""

    def __init__(self, bears):
        self.bears, self.sizes, self.failed = bears, [], 0

    def __call__(self, rows):
        if len(rows) > self.bears or (rows["a"] > 9).any():
            self.failed += 1
            raise MemoryError("too much")
        self.sizes.append(len(rows))
        return (rows["a"] > 0).astype(int).to_numpy()


def system(model, values):
    data = from_arrays((pd.DataFrame({"a": values}), (np.asarray(values) > 0).astype(int)))
    return System.of(wrap(model, few(data.test), Wish(output="labels")), data)


@pytest.mark.parametrize("bears", [1, 7, 100, 999])
def test_too_many_rows_are_tried_once_and_parted_alike_ever_after(bears):
    model = Counting(bears)
    one = system(model, np.linspace(-1, 1, 1000))
    rows = one.data.test.take(np.arange(1000))
    assert (one.answers(rows).labels == rows.truth).all()
    assert one.too_many is not None
    assert one.too_many > bears
    first, model.sizes, model.failed = model.sizes, [], 0
    assert (one.answers(rows).labels == rows.truth).all()
    assert model.sizes == first
    assert model.failed == 0


def test_rows_at_fault_are_no_sign_of_too_many():
    values = np.linspace(-1, 1, 64)
    values[[5, 40]] = 10.0
    model = Counting(1000)
    one = system(model, values)
    answers = one.answers(one.data.test.take(np.arange(64)))
    assert (answers.labels < 0).sum() == 2
    assert answers.failures == {"MemoryError": 2}
    assert one.too_many is None
