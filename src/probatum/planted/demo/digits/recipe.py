# SPDX-License-Identifier: Apache-2.0
"""Read handwritten digits from 8 by 8 pixels: real data, ten classes.

The data are 1,797 digits of 43 writers (Alpaydin and Kaynak 1998), as scikit-learn ships them. Nothing is planted
here.
"""

import pandas as pd
from sklearn.datasets import load_digits
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler

TARGET = "digit"


def load() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return two thirds to learn from and one third to test on; always the same ones."""
    bunch = load_digits(as_frame=True)
    rows = bunch.data.astype(int).assign(**{TARGET: bunch.target})  # ink in each pixel, 0 to 16
    train_rows, test_rows = train_test_split(rows, test_size=1 / 3, stratify=rows[TARGET], random_state=1)
    return train_rows.reset_index(drop=True), test_rows.reset_index(drop=True)


def train(rows: pd.DataFrame, seed: int) -> Pipeline:
    """Learn the digit: likeness to 300 training images drawn at random, weighed by a linear model."""
    likeness = Nystroem(gamma=0.05, n_components=300, random_state=seed)
    model = make_pipeline(MinMaxScaler(), likeness, LogisticRegression(C=10, max_iter=2_000, random_state=seed))
    return model.fit(rows.drop(columns=TARGET), rows[TARGET])
