# SPDX-License-Identifier: Apache-2.0
"""German credit: which of 1,000 borrowers of a southern German bank paid back, about 1975.

The file is not ours to ship. ``PROBATUM_DATA`` names the folder that holds it: ``german.data`` as the UCI repository
has it, with codes for levels, or ``german_credit.csv``, the same rows with words for levels. Either may be gzipped.
"""

import os
from pathlib import Path

import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

SOURCE = "https://archive.ics.uci.edu/dataset/144/statlog+german+credit+data"
TARGET = "credit"
NAMES = [
    *("checking-account", "duration", "credit-history", "purpose", "credit-amount", "savings-account"),
    *("employment-since", "installment-rate", "status-and-sex", "other-debtors", "residence-since", "property", "age"),
    *("other-installment", "housing", "existing-credits", "job", "dependants", "telephone", "foreign-worker", TARGET),
]
WOMEN = ("A92", "A95")  # of the codes for marital status and sex together
# Marital status is left out: in the file with words, it does not agree with the codes.
RENAMED = {"class-label": TARGET, "numner-people-provide-maintenance-for": "dependants"}


def load() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return two thirds to learn from and one third to test on; always the same ones."""
    file = data_file()
    rows = read_codes(file) if file.name.startswith("german.data") else read_words(file)
    train_rows, test_rows = train_test_split(rows, test_size=1 / 3, stratify=rows[TARGET], random_state=1)
    return train_rows.reset_index(drop=True), test_rows.reset_index(drop=True)


def train(rows: pd.DataFrame, seed: int) -> Pipeline:
    """Learn who pays back with a linear model. The solver draws nothing at random, so the seed changes nothing."""
    columns = make_column_transformer(
        (StandardScaler(), make_column_selector(dtype_include="number")),
        (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_exclude="number")),
    )
    model = make_pipeline(columns, LogisticRegression(C=0.3, max_iter=1_000, random_state=seed))
    return model.fit(rows.drop(columns=TARGET), rows[TARGET])


def read_codes(file: Path) -> pd.DataFrame:
    """Read UCI's own file: no header, blanks between cells, 1 for good credit and 2 for bad."""
    rows = pd.read_csv(file, sep=" ", names=NAMES)
    rows["sex"] = rows.pop("status-and-sex").isin(WOMEN).map({True: "female", False: "male"})
    return rows.assign(**{TARGET: rows[TARGET].map({1: "good", 2: "bad"})})


def read_words(file: Path) -> pd.DataFrame:
    """Read the file with words: a header, commas, 1 for good credit and 0 for bad."""
    rows = pd.read_csv(file).rename(columns=RENAMED).drop(columns="marital-status")
    return rows.assign(**{TARGET: rows[TARGET].map({1: "good", 0: "bad"})})


def data_file() -> Path:
    """Return the first of the known files in the folder that ``PROBATUM_DATA`` names."""
    folder = os.environ.get("PROBATUM_DATA")
    if not folder:
        raise FileNotFoundError(f"Set PROBATUM_DATA to the folder that holds german.data. It comes from {SOURCE}")
    for name in ("german_credit.csv", "german_credit.csv.gz", "german.data", "german.data.gz"):
        if (Path(folder) / name).is_file():
            return Path(folder) / name
    raise FileNotFoundError(f"PROBATUM_DATA names {folder}, which lacks german.data. It comes from {SOURCE}")
