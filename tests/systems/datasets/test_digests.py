# SPDX-License-Identifier: Apache-2.0
"""The same content has the same digest, however it lies in memory; other content has another."""

import struct
from hashlib import sha256

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from probatum.systems.datasets.digests import of_content

TRUTH = pd.Series([0, 1])
tables = arrays.arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(1, 5)), elements=st.floats(width=32))


@given(tables)
def test_memory_layout_and_byte_order_do_not_count(table):
    truth = pd.Series(np.arange(len(table)))
    wanted = of_content(table, truth)
    assert of_content(np.asfortranarray(table), truth) == wanted
    assert of_content(table.astype(">f8"), truth) == wanted
    assert of_content(np.repeat(table, 2, axis=1)[:, ::2], truth.astype(">i4")) == wanted
    assert of_content(table.astype(np.float32), truth.astype(np.float64)) == wanted


@given(tables)
def test_layout_and_types_of_a_frame_do_not_count(table):
    truth = pd.Series(np.arange(len(table)))
    names = [f"c{place}" for place in range(table.shape[1])]
    wanted = of_content(pd.DataFrame(table, columns=names), truth)
    one_by_one = pd.DataFrame({name: table[:, place].copy() for place, name in enumerate(names)})
    assert of_content(one_by_one, truth) == wanted
    assert of_content(pd.DataFrame(np.asfortranarray(table), columns=names, index=truth + 5), truth) == wanted


def test_types_of_text_do_not_count():
    cells = ["x", None, "é"]
    truth = pd.Series([0, 1, 0])
    digests = {
        of_content(pd.DataFrame({"a": pd.Series(cells, dtype=dtype)}), truth)
        for dtype in (object, "string", "category")
    }
    assert len(digests) == 1


def test_is_the_sha_256_of_bytes_that_anybody_can_write_down():
    frame = pd.DataFrame({"a": [1.5, np.nan], "b": ["x", None], "c": pd.to_datetime(["2024-01-01", None])})
    content = (
        b"probatum-content/1\nframe 2 3\n"
        + (b"1:a6:number" + struct.pack("<dd", 1.5, np.nan))
        + (b"1:b4:text" + b"1:x" + b"-")
        + (b"1:c4:date" + b"26:2024-01-01T00:00:00.000000" + b"-")
        + (b"5:truth6:number" + struct.pack("<dd", 0, 1))
    )
    assert of_content(frame, TRUTH) == f"sha256:{sha256(content).hexdigest()}"


@pytest.mark.parametrize(
    "other",
    [
        pd.DataFrame({"a": [1, 3], "b": ["x", "yz"]}),
        pd.DataFrame({"a": [1, 2], "b": ["xy", "z"]}),
        pd.DataFrame({"a": [1, 2], "b": ["x", None]}),
        pd.DataFrame({"a": [1, 2], "c": ["x", "yz"]}),
        pd.DataFrame({"b": ["x", "yz"], "a": [1, 2]}),
        pd.DataFrame({"a": ["1", "2"], "b": ["x", "yz"]}),
    ],
)
def test_other_content_has_another_digest(other):
    assert of_content(other, TRUTH) != of_content(pd.DataFrame({"a": [1, 2], "b": ["x", "yz"]}), TRUTH)


def test_the_truth_counts():
    table = np.zeros((2, 1))
    assert of_content(table, TRUTH) != of_content(table, 1 - TRUTH)


def test_large_integers_are_told_apart():
    big = 2**60
    first, second = (of_content(pd.DataFrame({"id": [big, number]}), TRUTH) for number in (big + 1, big + 2))
    assert first != second


def test_shape_counts():
    assert of_content(np.zeros((2, 2, 3)), TRUTH) != of_content(np.zeros((2, 3, 2)), TRUTH)
