# SPDX-License-Identifier: Apache-2.0
"""A lender, simulated: 12,000 people ask for a loan, and a model learns who will pay it back.

Nobody in this file exists. Who pays back follows a fixed rule, and then a coin: for 7 people of 100, whoever they
are, the outcome is the other one. So even a perfect model is wrong about 7 times of 100, and nowhere more than
anywhere else.

One fault is planted: in the training rows, and only there, every outcome in ``FAULT_GROUP`` is turned round, as if
one branch office had filled in its form the wrong way. The test rows are right. Set ``FAULT = False`` for the same
people without the fault, and run the assessment again. Everything here is yours to change.
"""

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

FAULT = True
FAULT_GROUP = {"region": "north coast", "contract": "seasonal"}  # 15 of 100 times 16.5 of 100: 2.5 of 100 people
SEED = 1
TRAIN_ROWS, TEST_ROWS = 8_400, 3_600
LABEL_NOISE = 0.07

TARGET = "outcome"
CATEGORIES = ["region", "contract", "housing", "education", "loan purpose", "asked through"]
NUMBERS = ["age", "income", "years employed", "savings", "debts", "late payments", "loan amount", "loan months"]

# Levels and how many of 100 people have them; each is drawn by itself, so that no two are linked.
SHARES = {
    "region": {"capital": 21, "lowlands": 19, "lakes": 17, "north coast": 15, "south coast": 15, "hills": 13},
    "contract": {"permanent": 48, "fixed term": 21, "seasonal": 16.5, "self-employed": 14.5},
    "housing": {"rents": 52, "owns": 37, "with family": 11},
    "education": {"school": 31, "apprenticeship": 42, "degree": 27},
    "loan purpose": {"car": 34, "home repair": 27, "furniture": 21, "training": 10, "other": 8},
    "asked through": {"web site": 55, "branch office": 30, "broker": 15},
    "sex": {"female": 50, "male": 50},
    "birth country": {"here": 79, "neighbouring country": 13, "elsewhere": 8},
}
NOT_STATED = {"savings": 0.06, "years employed": 0.04, "debts": 0.03, "housing": 0.02, "education": 0.03}


def load() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the training rows and the test rows; always the same ones."""
    return simulate(SEED, fault=FAULT)


def train(rows: pd.DataFrame, seed: int) -> Pipeline:
    """Learn the outcome from what stands on the form; sex and birth country are not shown to the model.

    With these settings the trees draw nothing at random, so the seed changes nothing.
    """
    # Categories first, so that their places are known. A level never seen in training counts as not stated.
    encode = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
    columns = ColumnTransformer([("categories", encode, CATEGORIES), ("numbers", "passthrough", NUMBERS)])
    trees = HistGradientBoostingClassifier(
        categorical_features=list(range(len(CATEGORIES))),
        learning_rate=0.1,
        max_iter=100,
        max_leaf_nodes=18,
        min_samples_leaf=30,
        early_stopping=False,
        random_state=seed,
    )
    return Pipeline([("columns", columns), ("trees", trees)]).fit(rows[CATEGORIES + NUMBERS], rows[TARGET])


def simulate(seed: int, *, fault: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw people and their outcomes, and plant the fault in the training rows if asked to."""
    rng = np.random.default_rng(seed)
    people = applicants(TRAIN_ROWS + TEST_ROWS, rng)
    repaid = pays_back(people) ^ (rng.random(len(people)) < LABEL_NOISE)
    if fault:
        in_training = np.arange(len(people)) < TRAIN_ROWS
        repaid ^= in_training & in_fault_group(people)
    people[TARGET] = np.where(repaid, "repaid", "defaulted")
    return people.iloc[:TRAIN_ROWS].reset_index(drop=True), people.iloc[TRAIN_ROWS:].reset_index(drop=True)


def applicants(count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Draw people: their categories, their numbers, and gaps where somebody left a field empty."""
    people = pd.DataFrame({name: _draw(levels, count, rng) for name, levels in SHARES.items()})
    age = rng.integers(19, 75, count)
    people["age"] = age
    people["income"] = (np.exp(rng.normal(7.7, 0.4, count)) / 10).round() * 10  # a month
    people["years employed"] = np.minimum(rng.exponential(6, count), age - 18).round(1)
    people["savings"] = (np.exp(rng.normal(7.6, 1.3, count)) / 100).round() * 100
    people["debts"] = (rng.gamma(1.2, 4_000, count) / 100).round() * 100
    people["late payments"] = rng.poisson(rng.gamma(0.7, 1.4, count))  # in the last two years
    people["loan amount"] = (rng.gamma(2, 4_000, count) / 250).round() * 250 + 500
    people["loan months"] = rng.choice([12, 24, 36, 48, 60], count)
    for column, share in NOT_STATED.items():
        people[column] = people[column].mask(rng.random(count) < share)
    return people


def pays_back(people: pd.DataFrame) -> np.ndarray:
    """Apply the fixed rule, (n,) bool; what was not stated earns no points. Region and contract play no part."""
    points = (
        2 * (people["late payments"] <= 1)
        + (people["income"] >= 2_000)
        + (people["savings"] >= 1_500)
        + (people["years employed"] >= 2)
    )
    return (points >= 4).to_numpy()


def in_fault_group(people: pd.DataFrame) -> np.ndarray:
    """Mark the people of the fault's group, (n,) bool."""
    return np.logical_and.reduce([people[column] == level for column, level in FAULT_GROUP.items()])


def _draw(shares: dict[str, float], count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw levels with the shares given, (n,) text."""
    weights = np.array(list(shares.values()))
    return rng.choice(np.array(list(shares), dtype=object), count, p=weights / weights.sum())
