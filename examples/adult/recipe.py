# SPDX-License-Identifier: Apache-2.0
"""Adult: who earns more than 50,000 dollars a year, from the United States census of 1994.

The two files are not ours to ship. ``PROBATUM_DATA`` names the folder that holds them.
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

SOURCE = "https://archive.ics.uci.edu/dataset/2/adult"
TARGET = "income"
NAMES = [
    *("age", "workclass", "fnlwgt", "education", "education-num", "marital-status", "occupation", "relationship"),
    *("race", "sex", "capital-gain", "capital-loss", "hours-per-week", "native-country", TARGET),
]
CATEGORIES = ["workclass", "education", "marital-status", "occupation", "relationship", "race", "sex", "native-country"]
NUMBERS = ["age", "education-num", "capital-gain", "capital-loss", "hours-per-week"]


def load() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the 32,561 rows to learn from and the 16,281 rows to test on, as the census bureau's file splits them."""
    return read(data_file("adult.data")), read(data_file("adult.test"))


def train(rows: pd.DataFrame, seed: int) -> Pipeline:
    """Learn the income with boosted trees. They draw nothing at random, so the seed changes nothing."""
    # Categories first, so that their places are known. A level never seen in training counts as missing.
    encode = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
    columns = ColumnTransformer([("categories", encode, CATEGORIES), ("numbers", "passthrough", NUMBERS)])
    trees = HistGradientBoostingClassifier(
        categorical_features=list(range(len(CATEGORIES))), max_iter=150, early_stopping=False, random_state=seed
    )
    return Pipeline([("columns", columns), ("trees", trees)]).fit(rows[CATEGORIES + NUMBERS], rows[TARGET])


def read(file: Path) -> pd.DataFrame:
    """Read one of the two files: no header, ``?`` for missing; in the test file a comment line and full stops.

    The column ``fnlwgt`` says how many people a row stands for, not what the person is like; it is left out.
    """
    rows = pd.read_csv(file, names=NAMES, comment="|", na_values="?", skipinitialspace=True)
    rows[TARGET] = rows[TARGET].str.removesuffix(".")
    return rows.drop(columns="fnlwgt")


def data_file(name: str) -> Path:
    """Return the file of this name, plain or gzipped, in the folder that ``PROBATUM_DATA`` names."""
    folder = os.environ.get("PROBATUM_DATA")
    if not folder:
        raise FileNotFoundError(f"Set PROBATUM_DATA to the folder that holds {name}. It comes from {SOURCE}")
    for file in (Path(folder) / name, Path(folder) / f"{name}.gz"):
        if file.is_file():
            return file
    raise FileNotFoundError(f"PROBATUM_DATA names {folder}, which lacks {name} and {name}.gz. It comes from {SOURCE}")
