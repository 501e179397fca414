# SPDX-License-Identifier: Apache-2.0
"""Groupings of people by protected columns."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from probatum.systems.datasets import from_arrays
from probatum.systems.datasets.groups import groupings


def rows(frame, **said):
    return from_arrays((frame, np.arange(len(frame)) % 2), **said).test


def test_columns_come_first_and_then_their_pairs_when_two_are_protected():
    frame = pd.DataFrame({"sex": ["Female", "Male"] * 60, "faith": np.repeat(["a", "b", "c"], 40)})
    sex, faith, both = groupings(rows(frame, protected=("sex", "faith")))
    assert sex.names == ("sex = Female", "sex = Male")
    assert sex.codes.tolist()[:3] == [0, 1, 0]
    assert faith.columns == ("faith",)
    assert both.columns == ("sex", "faith")
    assert both.names[0] == "sex = Female and faith = a"
    assert np.bincount(both.codes).tolist() == [20] * 6


def test_groups_are_the_same_when_other_rows_are_known_too():
    train = pd.DataFrame({"age": np.arange(18, 98), "faith": ["a", "?"] * 40})
    test = pd.DataFrame({"age": np.arange(18, 58), "faith": ["a", "b"] * 20})
    said = {"protected": ("age", "faith")}
    known = from_arrays((test, np.arange(40) % 2), (train, np.arange(80) % 2), **said)
    unknown = from_arrays((test, np.arange(40) % 2), **said)
    assert len(groupings(known.test)[0].names) == 4  # though the test rows are the young ones
    for one, other in zip(groupings(known.test), groupings(unknown.test), strict=True):
        assert (one.names, one.codes.tolist()) == (other.names, other.codes.tolist())


def test_each_value_is_a_group_when_numbers_are_few():
    (found,) = groupings(rows(pd.DataFrame({"children": np.arange(60) % 3}), protected=("children",)))
    assert found.names == ("children = 0", "children = 1", "children = 2")


def test_small_groups_are_pooled_and_missing_cells_left_out_when_there_are_some():
    cells = ["a"] * 20 + ["b"] * 9 + ["c"] * 4 + [None] * 3
    (found,) = groupings(rows(pd.DataFrame({"faith": cells}), protected=("faith",)))
    assert found.names == ("faith = a", "faith: other (under 10 each)")
    assert np.bincount(found.codes + 1).tolist() == [3, 20, 13]


def test_no_group_is_named_when_a_column_is_personal_or_free_text():
    frame = pd.DataFrame({"name": [f"n{i}" for i in range(200)], "id": ["x", "y"] * 100, "sex": ["f", "m"] * 100})
    found = groupings(rows(frame, protected=("name", "id", "sex"), personal=("id",)))
    assert [one.names for one in found] == [(), (), ("sex = f", "sex = m")]


def test_value_counts_when_train_never_had_it():
    train = pd.DataFrame({"sex": ["f", "m"] * 20})
    test = pd.DataFrame({"sex": ["f", "x"] * 20})
    data = from_arrays((test, np.arange(40) % 2), (train, np.arange(40) % 2), protected=("sex",))
    assert groupings(data.test)[0].names == ("sex = f", "sex = x")


def test_days_are_printed_when_a_date_is_protected():
    born = pd.to_datetime("1950-01-01") + pd.to_timedelta(np.arange(400) * 30, unit="D")
    (found,) = groupings(rows(pd.DataFrame({"born": born}), protected=("born",)))
    assert found.names[0].startswith("born up to 195")


def test_ordered_words_keep_their_order_when_crossed_with_an_audit_column():
    frame = pd.DataFrame({"school": ["low", "high"] * 40, "sex": ["f"] * 40 + ["m"] * 40})
    found = groupings(rows(frame, protected=("school", "sex"), audit_only=("sex",)))
    assert found[-1].names == (
        "school = high and sex = f",
        "school = high and sex = m",
        "school = low and sex = f",
        "school = low and sex = m",
    )


def test_nothing_is_told_apart_when_no_column_is_protected():
    assert groupings(rows(pd.DataFrame({"age": np.arange(30)}))) == ()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(["a", "b", "c", "d", None]), min_size=20, max_size=80), st.integers(0, 5))
def test_every_row_has_one_group_or_is_missing_when_cells_are_any(cells, seed):
    other = np.random.Generator(np.random.PCG64(seed)).integers(0, 40, len(cells)).astype(float)
    frame = pd.DataFrame({"faith": pd.Series(cells, dtype="object"), "age": other})
    if frame.faith.isna().all():
        return
    for one in groupings(rows(frame, protected=("faith", "age"), categorical=("faith",))):
        sizes = np.bincount(one.codes[one.codes >= 0], minlength=len(one.names))
        missing = frame[list(one.columns)].isna().any(axis=1).to_numpy()
        assert ((one.codes == -1) == missing).all()
        assert len(sizes) == len(one.names)
        small = [name for name, size in zip(one.names, sizes, strict=True) if size < 10]
        assert all("other (under 10 each)" in name for name in small)
