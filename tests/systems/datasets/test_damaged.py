# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pandas as pd

from probatum.systems.datasets import from_arrays
from probatum.systems.datasets.damaged import damaged
from probatum.systems.datasets.encoded import encode


def rows(features):
    return from_arrays((features, np.array([0, 1, 0])), (features, np.array([0, 1, 1]))).test


def test_cells_are_left_empty_in_columns_of_every_type():
    frame = pd.DataFrame({"a": [1.5, 2.5, 3.5], "b": [1, 2, 3], "c": ["x", "y", "x"]})
    like = rows(frame)
    before = encode(like)
    values = before.copy()
    values[0] = np.nan
    values[1, 0] = 9.0
    out = damaged(values, like, before).features
    assert out.iloc[0].isna().all()
    assert out["a"].tolist()[1:] == [9.0, 3.5]
    assert out["b"].tolist()[1:] == [2, 3]
    assert out["c"].tolist()[1:] == ["y", "x"]
    assert frame.notna().all().all()


def test_arrays_of_floats_hold_empty_cells_and_those_of_integers_do_not():
    for kind, possible in ((np.float32, True), (np.int64, False)):
        like = rows(np.array([[1, 2], [3, 4], [5, 6]], dtype=kind))
        before = encode(like)
        values = before.copy()
        values[2, 1] = np.nan
        out = damaged(values, like, before)
        assert (out is not None) == possible
        if out is not None:
            assert np.isnan(out.features[2, 1])
            assert out.features.dtype == kind
        assert damaged(before, like, before).name == "damaged"
