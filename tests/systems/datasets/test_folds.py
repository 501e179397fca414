# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.errors import DataError, InsufficientDataError, UsageError
from probatum.facts.threats import Task
from probatum.seeds import stream
from probatum.systems.datasets import Column, Kind, Rows, Schema
from probatum.systems.datasets.folds import folds, group_codes


def rows_of(truth, groups=None, *, audit=False, task=Task.MULTICLASS):
    columns = [Column(name="x", kind=Kind.NUMERIC)]
    frame = pd.DataFrame({"x": np.arange(len(truth))})
    apart = None
    if groups is not None:
        columns.append(Column(name="person", kind=Kind.TEXT, audit_only=audit))
        apart = pd.DataFrame({"person": groups})
        if not audit:
            frame, apart = frame.join(apart), None
    schema = Schema(
        columns=tuple(columns),
        target="y",
        task=task,
        classes=() if task is Task.REGRESSION else tuple("abcdefghij"),
        array=False,
        group=None if groups is None else "person",
    )
    return Rows(features=frame, truth=np.asarray(truth), schema=schema, name="train", audit=apart)


def split(truth, parts, groups=None, seed=0, **more):
    rows = rows_of(truth, groups, **more)
    return folds(rows, group_codes(rows), parts, stream(seed, "folds"))


labels = st.lists(st.integers(0, 4), min_size=6, max_size=120).map(np.array)


@given(labels, st.integers(2, 6), st.integers(0, 9))
def test_sizes_and_classes_differ_by_at_most_one_row_when_there_are_no_groups(truth, parts, seed):
    part = split(truth, parts, seed=seed)
    assert part.dtype == np.int32
    counts = np.bincount(part, minlength=parts + 1)
    assert counts[0] == 0
    assert len(counts) == parts + 1
    assert np.ptp(counts[1:]) <= 1
    for label in np.unique(truth):
        assert np.ptp(np.bincount(part[truth == label], minlength=parts + 1)[1:]) <= 1


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20)), min_size=1, max_size=100), st.integers(0, 9))
def test_no_group_is_split_and_no_part_empty_when_there_are_groups(pairs, seed):
    pairs += [(0, 100), (1, 101), (2, 102)]
    truth, groups = (np.array(side) for side in zip(*pairs, strict=True))
    part = split(truth, 3, groups, seed)
    assert set(part) == {1, 2, 3}
    for group in np.unique(groups):
        assert len(set(part[groups == group])) == 1


def test_sizes_and_classes_stay_close_when_groups_are_small():
    rng = stream(1, "t")
    groups = rng.integers(600, size=3000)
    truth = (rng.random(3000) < 0.1).astype(int)
    part = split(truth, 5, groups)
    assert np.ptp(np.bincount(part)[1:]) <= 5
    assert np.ptp(np.bincount(part[truth == 1])[1:]) <= 5


def test_large_group_is_weighed_by_its_rows_when_others_are_small():
    groups = np.concatenate([np.zeros(40, dtype=int), np.arange(1, 61)])
    part = split(np.tile([0, 1], 50), 2, groups)
    assert sorted(np.bincount(part)[1:]) == [50, 50]


def test_numeric_truth_is_spread_evenly_when_the_task_is_regression():
    truth = stream(2, "t").lognormal(size=1000)
    part = split(truth, 5, task=Task.REGRESSION)
    assert np.ptp(np.bincount(part)[1:]) <= 1
    low = truth <= np.quantile(truth, 0.1)
    assert np.ptp(np.bincount(part[low])[1:]) <= 2
    ranks = np.argsort(np.argsort(truth))
    middles = [ranks[part == one].mean() for one in range(1, 6)]
    assert np.ptp(middles) < 1  # no part holds the lowest of every neighbourhood
    grouped = split(truth, 5, np.arange(1000) // 2, task=Task.REGRESSION)
    assert np.ptp(np.bincount(grouped)[1:]) <= 4


def test_rows_without_a_group_stand_alone_when_cells_are_missing():
    rows = rows_of(np.zeros(6, dtype=int), ["p", None, "q", None, "p", "q"])
    assert group_codes(rows).tolist() == [0, 2, 1, 3, 0, 1]


def test_group_is_found_when_the_model_is_not_given_its_column():
    rows = rows_of(np.zeros(4, dtype=int), ["p", "q", "p", "q"], audit=True)
    assert group_codes(rows).tolist() == [0, 1, 0, 1]
    assert group_codes(rows_of(np.zeros(4, dtype=int))) is None


def test_draws_are_repeated_when_the_seed_is_the_same():
    truth = np.tile([0, 1, 2], 30)
    assert (split(truth, 5, seed=3) == split(truth, 5, seed=3)).all()
    assert (split(truth, 5, seed=3) != split(truth, 5, seed=4)).any()


@pytest.mark.parametrize(("groups", "word"), [(None, "rows"), (["p"] * 4, "groups of rows that belong together")])
def test_too_little_is_said_when_parts_cannot_all_be_filled(groups, word):
    with pytest.raises(InsufficientDataError, match=word):
        split(np.zeros(4, dtype=int), 5, groups)


def test_absent_group_column_is_named_when_it_is_not_in_the_rows():
    rows = rows_of(np.zeros(9, dtype=int), ["p"] * 9)
    lacking = Rows(features=rows.features, truth=rows.truth, schema=rows_of([]).schema, name="train")
    assert group_codes(lacking) is None
    with pytest.raises(DataError, match="family"):
        group_codes(replace(rows, schema=replace(rows.schema, group="family")))


def test_one_part_is_refused_since_nothing_would_be_left_to_train_on():
    with pytest.raises(UsageError):
        split(np.zeros(9, dtype=int), 1)
