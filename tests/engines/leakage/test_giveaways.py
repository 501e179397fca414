# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.engines.leakage.cells import Cells
from probatum.engines.leakage.giveaways import (
    giveaways,
    levels_of_numbers,
    levels_of_words,
    parts_of,
    told_by_columns,
    told_of_class,
)
from probatum.seeds import stream


def told(truth, *, numbers=None, words=None, ids=None, test=200, **changes):
    """Return what each column tells; the last rows are the test rows."""
    n = len(truth) - test
    numbers = np.zeros((len(truth), 0)) if numbers is None else np.column_stack([numbers])
    words = np.zeros((len(truth), 0), dtype=np.int64) if words is None else np.column_stack([words])
    ids = np.arange(len(truth)) if ids is None else ids
    sides = [Cells(numbers=numbers[s], codes=words[s], ids=ids[s]) for s in (slice(None, n), slice(n, None))]
    limits = {"parts": 5, "most_cells": 10**7, "confidence": 0.95} | changes
    return told_by_columns(*sides, truth, stream(0, "told"), **limits)[0]


def test_share_removed_is_known_by_hand_when_a_word_is_right_nine_times_of_ten():
    truth = np.tile([0, 1], 500).astype(np.int32)
    word = np.where(np.arange(1000) % 20 < 2, 1 - truth, truth).astype(np.int64)
    (one,) = told(truth, words=word)
    assert one.removed == pytest.approx(1 - 100 / 500)
    assert one.interval.lower < 0.8 < one.interval.upper


@pytest.mark.parametrize("positive", [0.5, 0.02])
def test_cut_is_found_when_a_number_gives_the_class_away(positive):
    x = stream(0, "cut").normal(size=2000)
    truth = (x > np.quantile(x, 1 - positive)).astype(np.int32)
    (one,) = told(truth, numbers=x)
    assert one.removed >= 0.95


def test_gap_tells_when_a_column_is_filled_in_afterwards():
    rng = stream(0, "gap")
    truth = rng.integers(2, size=1000).astype(np.int32)
    number, word = rng.normal(size=1000), rng.integers(400, size=1000)
    number[truth == 0], word[truth == 0] = np.nan, -1
    assert [one.removed for one in told(truth, numbers=number, words=word)] == [1, 1]


def test_number_is_read_as_a_code_when_its_order_means_nothing():
    rng = stream(0, "code")
    code = rng.integers(300, size=4000)
    truth = rng.integers(2, size=300)[code].astype(np.int32)
    assert told(truth, numbers=code.astype(float))[0].removed > 0.95


def test_identifier_tells_nothing_when_no_row_has_the_same():
    truth = stream(0, "identifier").integers(2, size=1000).astype(np.int32)
    for one in told(truth, numbers=np.arange(1000.0), words=np.arange(1000)):
        assert one.interval.upper < 0.5


def test_identifier_tells_nothing_when_rows_of_the_rare_class_were_copied():
    person = np.concatenate([np.repeat(np.arange(100), 10), np.arange(100, 1200)])
    truth = (person < 100).astype(np.int32)
    truth[-200:] = stream(0, "copied").random(200) < 0.5
    order = np.concatenate([stream(0, "order").permutation(1900), np.arange(1900, 2100)])
    (one,) = told(truth[order], words=person[order], ids=person[order])
    assert one.interval.upper < 0.5


def test_number_is_given_away_when_another_number_is_a_curve_of_it():
    rng = stream(0, "curve")
    truth = rng.lognormal(size=1500)
    noise = rng.normal(size=1500)
    gives, partly, not_at_all = told(truth, numbers=np.column_stack([np.log(truth), truth + noise, noise]))
    assert gives.interval.lower > 0.95
    assert partly.interval.upper < 0.9
    assert not_at_all.removed < 0.1


def test_number_is_given_away_when_a_word_stands_for_it():
    rng = stream(0, "word")
    word = rng.integers(-1, 20, size=1500)
    assert told(word * 1.5, words=word)[0].removed == 1


def test_nothing_is_told_when_all_answers_are_the_same():
    assert told(np.zeros(400, dtype=np.int32), numbers=np.arange(400.0)) == [None]
    assert told(np.ones(400), numbers=np.arange(400.0)) == [None]


def test_infinities_and_gaps_do_no_harm_when_a_column_has_nothing_else():
    rng = stream(0, "none")
    numbers = np.column_stack([np.full(400, np.nan), np.where(rng.random(400) < 0.5, np.inf, 1.0)])
    for truth in (rng.integers(2, size=400).astype(np.int32), rng.normal(size=400)):
        assert all(one.interval.upper < 0.9 for one in told(truth, numbers=numbers))


def test_fewer_rows_are_tried_when_there_are_too_many_cells():
    side = Cells(numbers=np.zeros((300, 10)), codes=np.zeros((300, 0), dtype=int), ids=np.arange(300))
    truth = np.tile([0, 1], 300).astype(np.int32)
    found, rows = told_by_columns(side, side, truth, stream(0, "x"), parts=5, most_cells=1000, confidence=0.95)
    assert (len(found), rows) == (10, 100)


def test_column_is_proven_open_or_neither_when_sorted():
    truth = np.tile([0, 1], 200).astype(np.int32)
    blurred = np.where(np.arange(400) % 40 < 3, 1 - truth, truth)
    every = told(truth, words=np.column_stack([np.zeros(400, dtype=int), blurred, truth]))
    telling = giveaways(["none", "most", "all"], every, 400, share=0.9)
    assert (telling.proven, telling.undecided) == (("all",), ("most",))
    assert [name for name, _ in telling.told] == ["all", "most", "none"]


@given(st.lists(st.integers(0, 6), min_size=1, max_size=60), st.integers(0, 20))
def test_equal_rows_lie_in_one_part_when_drawn(ids, test_rows):
    part = parts_of(np.array(ids), test_rows, 5, stream(0, "parts"))
    assert (part[len(ids) :] == 0).all()
    assert part[: len(ids)].min() >= 1
    assert all(len({part[place] for place, one in enumerate(ids) if one == some}) == 1 for some in ids)


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=80), st.integers(0, 2**16))
def test_levels_keep_the_order_when_numbers_are_cut(values, seed):
    values, rng = np.array(values), np.random.default_rng(seed)
    truth = rng.integers(3, size=len(values)).astype(np.int32)
    levels = levels_of_numbers(values, truth, np.ones(len(values), dtype=bool))
    order = np.argsort(values, kind="stable")
    assert (np.diff(levels[order]) >= 0).all()
    assert (levels >= 1).all()


def test_single_words_have_one_level_when_they_can_tell_of_no_other_row():
    assert levels_of_words(np.array([-1, 7, 7, 3, 4])).tolist() == [0, 4, 4, -1, -1]


def test_unseen_level_answers_like_the_rows_that_are_not_missing():
    levels, truth = np.array([0, 0, 0, 2, 2, 3, 0]), np.array([0, 0, 0, 1, 1, 1, 0], dtype=np.int32)
    part = np.array([1, 2, 1, 1, 2, 0, 0])
    assert told_of_class(levels, truth, part, confidence=0.95, family=1).removed == 1
