# SPDX-License-Identifier: Apache-2.0
"""The tables that populations are made of: real ones out of the data folder, and simulated ones of skewed numbers."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("PROBATUM_DATA") or ROOT.parent / "shared" / "data")
SIMULATED = 24_000  # rows
ADULT = [
    *("age", "workclass", "fnlwgt", "education", "education-num", "marital-status", "occupation", "relationship"),
    *("race", "sex", "capital-gain", "capital-loss", "hours-per-week", "native-country", "income"),
]
COMPAS = [
    *("sex", "age", "race", "juv_fel_count", "juv_misd_count", "juv_other_count", "priors_count"),
    *("days_b_screening_arrest", "c_charge_degree"),
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """Rows with their right answers."""

    name: str
    features: pd.DataFrame
    truth: np.ndarray  # (n,) places of classes, or numbers
    classes: tuple[int, ...] = (0, 1)  # empty for numbers
    protected: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    train_rows: int = 4_000
    pixels: np.ndarray | None = None  # (n, d) what the model sees instead of the features


class Absent(Exception):  # noqa: N818  # not an error: the table is skipped, and the page says so
    """A file is not in the data folder."""


def adult() -> Table:
    """Return Adult: who earns more than 50,000 dollars a year; both files together."""
    frame = pd.concat(
        [
            pd.read_csv(file(name), names=ADULT, comment="|", na_values="?", skipinitialspace=True)
            for name in ("adult.data.gz", "adult.test.gz")
        ],
        ignore_index=True,
    )
    truth = frame["income"].str.startswith(">50K").to_numpy().astype(np.int64)
    features = frame.drop(columns=["income", "fnlwgt"])
    return Table(name="Adult", features=features, truth=truth, protected=("sex", "race"))


def bank() -> Table:
    """Return bank marketing: who subscribes; without the length of the call, which is known afterwards only."""
    frame = _bank()
    truth = (frame["y"] == "yes").to_numpy().astype(np.int64)
    return Table(
        name="bank", features=frame.drop(columns=["y", "duration"]), truth=truth, protected=("marital", "education")
    )


def bank_balance() -> Table:
    """Return bank marketing with the yearly balance as what is predicted."""
    frame = _bank()
    return Table(
        name="bank balance",
        features=frame.drop(columns=["y", "duration", "balance"]),
        truth=frame["balance"].to_numpy(dtype=np.float64),
        classes=(),
        protected=("marital", "education"),
    )


def bank_duration() -> Table:
    """Return bank marketing with the length of the call in seconds as what is predicted."""
    frame = _bank()
    return Table(
        name="bank duration",
        features=frame.drop(columns=["y", "duration"]),
        truth=frame["duration"].to_numpy(dtype=np.float64),
        classes=(),
        protected=("marital", "education"),
    )


def compas() -> Table:
    """Return COMPAS: who was charged again within two years."""
    frame = pd.read_csv(file("compas_two_years.csv.gz"))
    return Table(
        name="COMPAS",
        features=frame[COMPAS],
        truth=frame["two_year_recid"].to_numpy(dtype=np.int64),
        protected=("sex", "race"),
        train_rows=2_400,
    )


def mnist() -> Table:
    """Return MNIST: ten classes; the features name the row only, since the scores are what is looked at."""
    with np.load(file("mnist.npz")) as found:
        pixels = np.concatenate([found["x_test"], found["x_train"][:14_000]]).reshape(-1, 784)[:, ::2] / 255.0
        truth = np.concatenate([found["y_test"], found["y_train"][:14_000]]).astype(np.int64)
    return Table(
        name="MNIST",
        features=pd.DataFrame({"row": np.arange(len(truth))}),
        truth=truth,
        classes=tuple(range(10)),
        personal=("row",),
        pixels=pixels.astype(np.float32),
    )


def simulated_costs() -> Table:
    """Return simulated costs: log-normal, with a spread that differs between regions."""
    return _simulated("simulated costs", lambda rng, usual, spread: usual * rng.lognormal(0, spread))


def simulated_claims() -> Table:
    """Return simulated claims: a Pareto tail of index 2.5, so that the variance is finite and the skewness is not."""
    return _simulated("simulated claims", lambda rng, usual, spread: usual * (1 + spread * rng.pareto(2.5, usual.size)))


TABLES: dict[str, Callable[[], Table]] = {
    "Adult": adult,
    "bank": bank,
    "COMPAS": compas,
    "MNIST": mnist,
    "bank balance": bank_balance,
    "bank duration": bank_duration,
    "simulated costs": simulated_costs,
    "simulated claims": simulated_claims,
}


def file(name: str) -> Path:
    """Return a file of the data folder; Absent where it is not there."""
    found = DATA / name
    if not found.is_file():
        raise Absent(f"{name} is not in the data folder")
    return found


def _bank() -> pd.DataFrame:
    frame = pd.read_csv(file("bank_full.csv.gz"))
    return frame.rename(columns=str.strip)


def _simulated(name: str, outcome: Callable[[np.random.Generator, np.ndarray, np.ndarray], np.ndarray]) -> Table:
    rng = np.random.Generator(np.random.PCG64(7))
    features = pd.DataFrame(
        {
            "region": rng.choice(["coast", "inland", "hills"], size=SIMULATED, p=[0.5, 0.3, 0.2]),
            "kind": rng.choice(["new", "known"], size=SIMULATED),
            "age": rng.integers(18, 90, size=SIMULATED),
            "visits": rng.poisson(2, size=SIMULATED),
        }
    )
    usual = 100.0 + 4.0 * features["age"].to_numpy() + 80.0 * features["visits"].to_numpy()
    spread = np.where(features["region"] == "hills", 1.2, 0.7)
    return Table(name=name, features=features, truth=outcome(rng, usual, spread), classes=(), protected=("region",))
