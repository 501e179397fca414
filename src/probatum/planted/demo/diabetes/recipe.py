# SPDX-License-Identifier: Apache-2.0
"""Foretell how far diabetes has gone after a year: real data, a number rather than a class.

The data are 442 patients (Efron, Hastie, Johnstone and Tibshirani 2004), as scikit-learn ships them. Nothing is
planted here.
"""

import pandas as pd
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

TARGET = "progression"
NAMES = {
    "bmi": "body mass index",
    "bp": "blood pressure",
    "s1": "total cholesterol",
    "s2": "low-density lipoproteins",
    "s3": "high-density lipoproteins",
    "s4": "cholesterol ratio",
    "s5": "log of triglycerides",
    "s6": "blood sugar",
}


def load() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return two thirds to learn from and one third to test on; always the same ones."""
    bunch = load_diabetes(as_frame=True, scaled=False)
    rows = bunch.data.rename(columns=NAMES).assign(**{TARGET: bunch.target})
    train_rows, test_rows = train_test_split(rows, test_size=1 / 3, random_state=1)
    return train_rows.reset_index(drop=True), test_rows.reset_index(drop=True)


def train(rows: pd.DataFrame, seed: int) -> Pipeline:
    """Learn the progression. Ridge draws nothing at random, so the seed changes nothing."""
    model = make_pipeline(StandardScaler(), Ridge(alpha=10.0, random_state=seed))
    return model.fit(rows.drop(columns=TARGET), rows[TARGET])
