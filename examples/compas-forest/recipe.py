# SPDX-License-Identifier: Apache-2.0
"""COMPAS with a forest of our own in place of the vendor's score: who is charged again within two years?

The file is not ours to ship. ``PROBATUM_DATA`` names the folder that holds ``compas-scores-two-years.csv``.
"""

import os
from pathlib import Path

import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder

SOURCE = "https://github.com/propublica/compas-analysis"
FILES = ("compas-scores-two-years.csv", "compas_two_years.csv", "compas_two_years.csv.gz")
TARGET = "two_year_recid"
# What the forest learns from was known on the day of the score. Most other columns of the file were filled in later:
# is_recid, r_offense_date, event, end and their like give the answer away; the vendor's scores are another system's.
NUMBERS = ["age", "juv_fel_count", "juv_misd_count", "juv_other_count", "priors_count"]
CATEGORIES = ["c_charge_degree"]
LOOKED_AT = ["race", "sex"]  # never given to the forest


def load() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return two thirds of the people to learn from, and the others to test on."""
    rows = read(data_file())
    train, test = train_test_split(rows, test_size=1 / 3, random_state=0, stratify=rows[TARGET])
    return train.reset_index(drop=True), test.reset_index(drop=True)


def train(rows: pd.DataFrame, seed: int) -> Pipeline:
    """Learn with a random forest whose leaves hold 20 people at least."""
    columns = ColumnTransformer(
        [("numbers", "passthrough", NUMBERS), ("categories", OneHotEncoder(handle_unknown="ignore"), CATEGORIES)]
    )
    forest = RandomForestClassifier(n_estimators=200, min_samples_leaf=20, random_state=seed)
    return Pipeline([("columns", columns), ("forest", forest)]).fit(rows[NUMBERS + CATEGORIES], rows[TARGET])


def read(file: Path) -> pd.DataFrame:
    """Return the people whom ProPublica compared, with the columns that were known beforehand.

    Source: Larson, Mattu, Kirchner and Angwin 2016: the charge was brought within 30 days of the score, the case was
    found again, it was more than a traffic offence, and there is a score.
    """
    rows = pd.read_csv(file)
    near = rows["days_b_screening_arrest"].between(-30, 30)
    kept = near & (rows["is_recid"] != -1) & (rows["c_charge_degree"] != "O") & (rows["score_text"] != "N/A")
    rows = rows.loc[kept, [*NUMBERS, *CATEGORIES, *LOOKED_AT, TARGET]].reset_index(drop=True)
    return rows.assign(**{TARGET: rows[TARGET].map({0: "stayed clear", 1: "reoffended"})})


def data_file() -> Path:
    """Return the file in the folder that ``PROBATUM_DATA`` names."""
    folder = os.environ.get("PROBATUM_DATA")
    if not folder:
        raise FileNotFoundError(f"Set PROBATUM_DATA to the folder that holds {FILES[0]}. It comes from {SOURCE}")
    for name in FILES:
        if (Path(folder) / name).is_file():
            return Path(folder) / name
    raise FileNotFoundError(f"PROBATUM_DATA names {folder}, which lacks {FILES[0]}. It comes from {SOURCE}")
