# SPDX-License-Identifier: Apache-2.0
"""The lender: looks fine overall, is wrong in one group, and has a twin that is not."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from probatum.planted.demo import planted_fault, write_demo

SEEDS = range(5)
FRESH = 40_000  # people who were never trained or tested on: about 1,000 of them in the group


class Outcome(NamedTuple):
    """Errors of one model, as shares."""

    overall: float
    group: float
    fresh_overall: float
    fresh_group: float


def _assessed(lender: ModuleType, seed: int, *, fault: bool) -> Outcome:
    train, test = lender.simulate(seed, fault=fault)
    model = lender.train(train, seed)
    wrong = model.predict(test) != test[lender.TARGET]
    fresh = lender.applicants(FRESH, np.random.default_rng(1_000 + seed))
    expected = _expected_errors(lender, model, fresh)
    return Outcome(
        overall=wrong.mean(),
        group=wrong[lender.in_fault_group(test)].mean(),
        fresh_overall=expected.mean(),
        fresh_group=expected[lender.in_fault_group(fresh)].mean(),
    )


def _expected_errors(lender: ModuleType, model: Any, people: pd.DataFrame) -> np.ndarray:
    """Return how likely each answer is wrong, (n,): the coin's share where it obeys the rule, else the rest."""
    obeys = (model.predict(people) == "repaid") == lender.pays_back(people)
    return np.where(obeys, lender.LABEL_NOISE, 1 - lender.LABEL_NOISE)


@pytest.fixture(scope="module")
def lender(recipe: Callable[..., ModuleType]) -> ModuleType:
    """Return the lender's recipe."""
    return recipe("lender")


@pytest.fixture(scope="module")
def faulty(lender: ModuleType) -> list[Outcome]:
    """Return the outcomes of five lenders with the fault."""
    return [_assessed(lender, seed, fault=True) for seed in SEEDS]


@pytest.fixture(scope="module")
def clean(lender: ModuleType) -> list[Outcome]:
    """Return the outcomes of the five twins without it."""
    return [_assessed(lender, seed, fault=False) for seed in SEEDS]


def test_overall_error_looks_fine_when_the_fault_is_there(faulty: list[Outcome]) -> None:
    assert all(0.080 <= outcome.fresh_overall <= 0.090 for outcome in faulty)
    assert all(0.070 <= outcome.overall <= 0.096 for outcome in faulty)  # 3,600 rows: a standard error of .005


def test_group_error_is_in_its_band_when_the_fault_is_there(faulty: list[Outcome]) -> None:
    assert all(0.60 <= outcome.fresh_group <= 0.80 for outcome in faulty)
    assert 0.64 <= np.mean([outcome.fresh_group for outcome in faulty]) <= 0.72
    assert all(outcome.group >= 5 * outcome.overall for outcome in faulty)


def test_no_group_stands_out_when_the_twin_is_clean(clean: list[Outcome]) -> None:
    assert all(0.055 <= outcome.overall <= 0.085 for outcome in clean)
    assert all(0.065 <= outcome.fresh_overall <= 0.080 for outcome in clean)
    assert all(outcome.fresh_group <= 0.10 for outcome in clean)


def test_no_level_stands_out_when_the_twin_is_clean(lender: ModuleType) -> None:
    train, _ = lender.simulate(lender.SEED, fault=False)
    fresh = lender.applicants(FRESH, np.random.default_rng(7))
    wrong = pd.Series(_expected_errors(lender, lender.train(train, 0), fresh))
    keys = [fresh[name].fillna("not stated") for name in lender.SHARES]
    keys += [pd.cut(fresh[name], np.unique(fresh[name].quantile([0, 0.25, 0.5, 0.75, 1]))) for name in lender.NUMBERS]
    worst = max(wrong.groupby(key.astype(str)).mean().max() for key in keys)
    assert worst <= 1.3 * wrong.mean()


def test_group_is_2_to_3_of_100_people_when_drawn(lender: ModuleType) -> None:
    shares = [lender.in_fault_group(part).mean() for seed in SEEDS for part in lender.simulate(seed, fault=True)]
    assert all(0.018 <= share <= 0.033 for share in shares)
    assert abs(np.mean(shares) - 0.025) < 0.002


def test_only_training_outcomes_of_the_group_change_when_the_fault_is_planted(lender: ModuleType) -> None:
    (train, test), (train_twin, test_twin) = (lender.simulate(3, fault=fault) for fault in (True, False))
    pd.testing.assert_frame_equal(test, test_twin)
    pd.testing.assert_frame_equal(train.drop(columns=lender.TARGET), train_twin.drop(columns=lender.TARGET))
    turned = (train[lender.TARGET] != train_twin[lender.TARGET]).to_numpy()
    np.testing.assert_array_equal(turned, lender.in_fault_group(train))


def test_rows_are_the_same_when_loaded_twice(lender: ModuleType, recipe: Callable[..., ModuleType]) -> None:
    for first, second in zip(lender.load(), lender.load(), strict=True):
        pd.testing.assert_frame_equal(first, second)
    train, test = lender.load()
    train_twin, test_twin = recipe("lender", clean=True).load()
    assert (len(train), len(test)) == (8_400, 3_600)
    assert (train[lender.TARGET] != train_twin[lender.TARGET]).sum() == lender.in_fault_group(train).sum()
    pd.testing.assert_frame_equal(test, test_twin)


def test_cells_are_missing_only_where_stated_when_drawn(lender: ModuleType) -> None:
    for part in lender.load():
        gaps = part.isna().mean()
        assert set(gaps[gaps > 0].index) == set(lender.NOT_STATED)
        assert all(abs(gaps[column] - share) < 0.015 for column, share in lender.NOT_STATED.items())


@pytest.mark.parametrize("column", ["sex", "birth country"])
def test_protected_column_is_independent_of_group_and_outcome_when_drawn(lender: ModuleType, column: str) -> None:
    people = lender.applicants(FRESH, np.random.default_rng(5))
    for other in (lender.in_fault_group(people), lender.pays_back(people)):
        table = pd.crosstab(people[column], other).to_numpy()
        assert stats.chi2_contingency(table).pvalue > 0.001


def test_model_is_not_shown_protected_columns_when_trained(lender: ModuleType) -> None:
    model = lender.train(lender.load()[0], 0)
    assert not {"sex", "birth country"} & set(model.feature_names_in_)


def test_model_answers_when_a_level_is_new_or_missing(lender: ModuleType) -> None:
    train, test = lender.load()
    strange = test.head(4).assign(region=["moon", None, "lakes", np.nan], savings=np.nan)
    scores = lender.train(train, 0).predict_proba(strange)
    np.testing.assert_allclose(scores.sum(axis=1), 1)


def test_work_is_small_when_trained(lender: ModuleType) -> None:
    trees = lender.train(lender.load()[0], 0)[-1]
    assert trees.n_iter_ <= 100
    assert trees.max_leaf_nodes <= 20


def test_reveal_names_the_group_of_the_recipe_when_asked(lender: ModuleType, tmp_path: Path) -> None:
    reveal = planted_fault("lender")
    assert reveal is not None
    assert dict(reveal.levels) == lender.FAULT_GROUP
    assert reveal.group == " and ".join(f"{column} = {level}" for column, level in lender.FAULT_GROUP.items())
    assert reveal.sentence.startswith("We hid this: ")
    assert all(f"{column} = {level}" in reveal.sentence for column, level in lender.FAULT_GROUP.items())
    described = tomllib.loads(write_demo("lender", tmp_path).read_text(encoding="utf-8"))
    assert not set(reveal.levels) & set(described["data"]["columns"]["protected"])


def test_described_columns_exist_when_loaded(lender: ModuleType, tmp_path: Path) -> None:
    described = tomllib.loads(write_demo("lender", tmp_path).read_text(encoding="utf-8"))
    train, test = lender.load()
    named = {
        name for names in [*described["data"]["columns"].values(), described["attack"]["controls"]] for name in names
    }
    assert named <= set(train.columns)
    assert list(train.columns) == list(test.columns)
    assert described["data"]["positive"] in set(train[described["data"]["target"]])
