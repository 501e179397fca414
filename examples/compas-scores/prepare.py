# SPDX-License-Identifier: Apache-2.0
"""COMPAS, as its vendor scored people: write the table of cases that ``probatum.toml`` names.

The file is not ours to ship. ``PROBATUM_DATA`` names the folder that holds ``compas-scores-two-years.csv``.
"""

import os
import sys
from pathlib import Path

import pandas as pd

SOURCE = "https://github.com/propublica/compas-analysis"
FILES = ("compas-scores-two-years.csv", "compas_two_years.csv", "compas_two_years.csv.gz")
# The score, what came true, and what was known of a person on the day of the score. All else is left out: columns such
# as is_recid or r_offense_date were filled in later, by what the score was to foretell.
KEPT = ["sex", "age", "race", "juv_fel_count", "juv_misd_count", "juv_other_count", "priors_count", "c_charge_degree"]
SCORE, TRUTH = "decile_score", "two_year_recid"


def read(file: Path) -> pd.DataFrame:
    """Return the people whom ProPublica compared.

    Source: Larson, Mattu, Kirchner and Angwin 2016: the charge was brought within 30 days of the score, the case was
    found again, it was more than a traffic offence, and there is a score.
    """
    rows = pd.read_csv(file)
    near = rows["days_b_screening_arrest"].between(-30, 30)
    kept = near & (rows["is_recid"] != -1) & (rows["c_charge_degree"] != "O") & (rows["score_text"] != "N/A")
    return rows.loc[kept].reset_index(drop=True)


def data_file() -> Path:
    """Return the file in the folder that ``PROBATUM_DATA`` names."""
    folder = os.environ.get("PROBATUM_DATA")
    if not folder:
        raise FileNotFoundError(f"Set PROBATUM_DATA to the folder that holds {FILES[0]}. It comes from {SOURCE}")
    for name in FILES:
        if (Path(folder) / name).is_file():
            return Path(folder) / name
    raise FileNotFoundError(f"PROBATUM_DATA names {folder}, which lacks {FILES[0]}. It comes from {SOURCE}")


def cases() -> pd.DataFrame:
    """Return the table of cases: what the system said, what came true, and what tells people apart."""
    rows = read(data_file())[[*KEPT, SCORE, TRUTH]]
    return rows.assign(**{TRUTH: rows[TRUTH].map({0: "stayed clear", 1: "reoffended"})})


if __name__ == "__main__":
    target = Path(__file__).with_name("cases.csv")
    table = cases()
    table.to_csv(target, index=False, lineterminator="\n")
    sys.stdout.write(f"wrote {len(table):,} cases to {target}\n")
