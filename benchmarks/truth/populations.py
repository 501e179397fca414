# SPDX-License-Identifier: Apache-2.0
"""A population: all rows of a table that a fixed model has not seen, with its answers to each of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from real_tables import Table
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

MOST_ROWS = 20_000  # of a population
Ask = Callable[[pd.DataFrame], np.ndarray]  # rows in, (n, k) chances or (n,) numbers out


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Side:
    """Rows, their right answers, and what the system says."""

    features: pd.DataFrame
    truth: np.ndarray  # (n,)
    said: np.ndarray  # (n, k) chances, or (n,) numbers

    @property
    def labels(self) -> np.ndarray:
        """(n,) the answers: the class with the highest chance, or the number."""
        return np.asarray(self.said.argmax(axis=1) if self.said.ndim == 2 else self.said)

    def take(self, where: np.ndarray) -> "Side":
        """Return some rows."""
        features = self.features.iloc[where].reset_index(drop=True)
        return Side(features=features, truth=self.truth[where], said=self.said[where])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Population:
    """What samples are drawn from."""

    name: str
    table: Table  # what is known of the columns
    people: Side
    train: Side
    ask: Ask
    by_chance: bool = False  # right answers are drawn anew for each sample, from the chances: nobody can do better

    @property
    def classes(self) -> bool:
        """Whether classes are answered, not numbers."""
        return bool(self.table.classes)


def population(table: Table, kind: str, *, seed: int = 0) -> Population:
    """Train a system of this kind on one part of the table; the other part is the population."""
    rng = np.random.Generator(np.random.PCG64(seed))
    table = replace(table) if kind != "fragile" else _with_check_digit(table, rng)
    mixed = rng.permutation(len(table.truth))
    learned, rest = mixed[: table.train_rows], mixed[table.train_rows : table.train_rows + MOST_ROWS]
    features = table.features if table.pixels is None else table.pixels
    ask = _asked(table, features, learned, kind, seed)
    sides = [
        Side(
            features=table.features.iloc[rows].reset_index(drop=True),
            truth=table.truth[rows],
            said=ask(table.features.iloc[rows]),
        )
        for rows in (rest, learned)
    ]
    people = _changed_for_the_oldest(sides[0], table, rng) if kind == "uneven" else sides[0]
    return Population(
        name=f"{table.name}, {kind}",
        table=table,
        people=people,
        train=sides[1],
        ask=ask,
        by_chance=kind == "Bayes-optimal",
    )


def _asked(table: Table, features: Any, learned: np.ndarray, kind: str, seed: int) -> Ask:
    rows = features.iloc[learned] if isinstance(features, pd.DataFrame) else features[learned]
    if table.pixels is not None:
        model = LogisticRegression(max_iter=40, tol=0.01).fit(rows, table.truth[learned])
        chances = model.predict_proba(table.pixels)
        return lambda asked: chances[asked["row"].to_numpy()]
    if not table.classes:
        numbers = _pipeline(rows, NUMBERS[kind](seed), trees=kind != "linear regression")
        return numbers.fit(rows, table.truth[learned]).predict
    if kind == "fragile":
        return _by_check_digit
    trees = kind != "logistic regression"
    model = _pipeline(rows, CLASSES.get(kind, CLASSES["boosting"])(seed), trees=trees).fit(rows, table.truth[learned])
    return SPOILED[kind](table, model.predict_proba) if kind in SPOILED else model.predict_proba


def _pipeline(rows: pd.DataFrame, model: BaseEstimator, *, trees: bool) -> Any:
    numbers = list(rows.select_dtypes("number").columns)
    words = [name for name in rows.columns if name not in numbers]
    if trees:
        encode: Any = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2)
        fill: Any = SimpleImputer(strategy="median")
    else:
        encode = OneHotEncoder(handle_unknown="ignore", min_frequency=20)
        fill = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    return make_pipeline(ColumnTransformer([("words", encode, words), ("numbers", fill, numbers)]), model)


CLASSES: dict[str, Callable[[int], BaseEstimator]] = {
    "logistic regression": lambda _: LogisticRegression(max_iter=1_000),
    "boosting": lambda seed: HistGradientBoostingClassifier(
        max_iter=60, max_leaf_nodes=8, early_stopping=False, random_state=seed
    ),
    "random forest": lambda seed: RandomForestClassifier(100, min_samples_leaf=10, random_state=seed),
    "overfitted": lambda seed: DecisionTreeClassifier(random_state=seed),
}
NUMBERS: dict[str, Callable[[int], BaseEstimator]] = {
    "linear regression": lambda _: LinearRegression(),
    "boosting": lambda seed: HistGradientBoostingRegressor(
        loss="absolute_error", max_iter=60, max_leaf_nodes=8, early_stopping=False, random_state=seed
    ),
    "random forest": lambda seed: RandomForestRegressor(60, min_samples_leaf=10, random_state=seed),
}


def _sharpened(table: Table, ask: Ask) -> Ask:
    """Return the same answers, said three times as surely (on the scale of the logarithm of the odds)."""
    return lambda rows: _moved(ask(rows), lambda odds: 3 * odds)


def _one_group_held_back(table: Table, ask: Ask) -> Ask:
    """Return answers for which one group of the first protected column needs better odds, by e to the power 1.5."""
    column = table.protected[0]
    group = table.features[column].value_counts().index[1]
    return lambda rows: _moved(ask(rows), lambda odds: odds - 1.5 * (rows[column] == group).to_numpy())


def _changed_for_the_oldest(side: Side, table: Table, rng: np.random.Generator) -> Side:
    """Turn round 30 of 100 right answers of the oldest 15 of 100: what the system learned does not hold for them."""
    oldest = (side.features["age"] >= table.features["age"].quantile(0.85)).to_numpy()
    turned = oldest & (rng.random(len(oldest)) < 0.3)
    return replace(side, truth=np.where(turned, 1 - side.truth, side.truth))


SPOILED: dict[str, Callable[[Table, Ask], Ask]] = {
    "miscalibrated": _sharpened,
    "biased": _one_group_held_back,
}


def _moved(chances: np.ndarray, by: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    second = np.clip(chances[:, 1], 1e-9, 1 - 1e-9)
    odds = by(np.log(second / (1 - second)))
    second = 1 / (1 + np.exp(-odds))
    return np.column_stack([1 - second, second])


def _with_check_digit(table: Table, rng: np.random.Generator) -> Table:
    """Add a column of numbers whose last digit tells the answer 92 times of 100."""
    agrees = rng.random(len(table.truth)) < 0.92
    odd = np.where(agrees, table.truth, 1 - table.truth)
    number = 2 * rng.integers(500, 5_000, size=len(odd)) + odd
    return replace(table, features=table.features.assign(number=number))


def _by_check_digit(rows: pd.DataFrame) -> np.ndarray:
    number = pd.to_numeric(rows["number"], errors="coerce").fillna(0).to_numpy(dtype=np.float64)
    second = np.where(np.floor(number) % 2 == 1, 0.92, 0.08)
    return np.column_stack([1 - second, second])
