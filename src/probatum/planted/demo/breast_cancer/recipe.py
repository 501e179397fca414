# SPDX-License-Identifier: Apache-2.0
"""Tell malignant from benign breast tumours by 30 measurements of cell nuclei: real data, a plain linear model.

The data are 569 tumours of the Wisconsin Diagnostic Breast Cancer set (Street, Wolberg and Mangasarian 1993), as
scikit-learn ships them. Nothing is planted here.
"""

import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

TARGET = "diagnosis"


def load() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return two thirds to learn from and one third to test on; always the same ones."""
    bunch = load_breast_cancer(as_frame=True)
    rows = bunch.data.assign(**{TARGET: bunch.target.map(dict(enumerate(bunch.target_names)))})
    train_rows, test_rows = train_test_split(rows, test_size=1 / 3, stratify=rows[TARGET], random_state=1)
    return train_rows.reset_index(drop=True), test_rows.reset_index(drop=True)


def train(rows: pd.DataFrame, seed: int) -> Pipeline:
    """Learn the diagnosis. The solver draws nothing at random, so the seed changes nothing."""
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.3, max_iter=1_000, random_state=seed))
    return model.fit(rows.drop(columns=TARGET), rows[TARGET])
