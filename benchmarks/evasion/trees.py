# SPDX-License-Identifier: Apache-2.0
"""Exact distances to another answer of tree ensembles, ours beside Veritas, row by row in turns in one process.

    python trees.py                         # ours alone
    .venv-veritas/bin/python trees.py       # ours and Veritas, see README.md

Breast cancer (scikit-learn), columns scaled to [0, 1], any column may move by any amount. Veritas searches by halving a
distance, so it ends with two numbers; a row counts as closed by it where these are at most ``CLOSED`` apart. An example
is believed only if the library that grew the trees answers it otherwise.
"""

import argparse
import os
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

from probatum.adapters.structures.build import parts
from probatum.engines.trees.exact import radii
from probatum.systems.structures import Forest

CLOSED = 1e-3
HALVINGS = 12
START = 0.4  # the first distance that Veritas tries
SECONDS = 20.0  # for one row, for Veritas; it rarely needs them


def xgb(x: np.ndarray, y: np.ndarray) -> Any:
    from xgboost import XGBClassifier

    return XGBClassifier(n_estimators=300, max_depth=6, n_jobs=1, random_state=0).fit(x, y)


def lgbm(x: np.ndarray, y: np.ndarray) -> Any:
    from lightgbm import LGBMClassifier

    return LGBMClassifier(n_estimators=200, num_leaves=31, n_jobs=1, random_state=0, verbose=-1).fit(x, y)


MODELS: dict[str, Callable[[np.ndarray, np.ndarray], Any]] = {
    "XGBoost, 300 trees of depth 6": xgb,
    "LightGBM, 200 trees of 31 leaves": lgbm,
    "RandomForest, 100 trees": lambda x, y: RandomForestClassifier(100, random_state=0, n_jobs=1).fit(x, y),
    "HistGradientBoosting, 100 trees": lambda x, y: HistGradientBoostingClassifier(random_state=0).fit(x, y),
}


@dataclass(slots=True)
class Tally:
    """What one searcher did with the rows."""

    cpu: list[float] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    real: list[float] = field(default_factory=list)  # distance of the nearest example that the library confirms


def distance(model: Any, row: np.ndarray, label: int, examples: np.ndarray) -> float:
    """Return how near the nearest of these is that the model answers otherwise; inf: none."""
    if not len(examples):
        return np.inf
    wrong = model.predict(examples) != label
    return float(np.abs(examples - row).max(axis=1)[wrong].min(initial=np.inf))


def ours(model: Any, forest: Forest, row: np.ndarray, label: int, tally: Tally) -> None:
    begun = time.process_time()
    found = radii(forest, row[None], np.array([label]))
    tally.cpu.append(time.process_time() - begun)
    tally.lower.append(float(found.lower[0]))
    tally.upper.append(float(found.upper[0]))
    tally.real.append(distance(model, row, label, found.witnesses))


def veritas(model: Any, trees: Any, row: np.ndarray, label: int, tally: Tally) -> None:
    import veritas as peer

    begun = time.process_time()
    wanted = trees if label == 0 else trees.negate_leaf_values()
    search = peer.VeritasRobustnessSearch(
        row, START, None, wanted, num_steps=HALVINGS, silent=True, max_time=SECONDS
    )  # fmt: skip
    _, lower, upper = search.search()
    tally.cpu.append(time.process_time() - begun)
    tally.lower.append(float(lower))
    tally.upper.append(float(upper))
    tally.real.append(distance(model, row, label, np.asarray(search.generated_examples, dtype=np.float64)))


def line(title: str, who: str, tally: Tally, closed: np.ndarray) -> str:
    cpu, real, upper = np.array(tally.cpu), np.array(tally.real), np.array(tally.upper)
    confirmed = np.isfinite(real) & (real <= upper + CLOSED)
    return (
        f"| {title} | {who} | {100 * closed.mean():.1f} | {100 * confirmed.mean():.1f} | {cpu.sum():.1f} | "
        f"{1e3 * np.median(cpu):.1f} | {cpu.max():.2f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=500)
    parser.add_argument("--only", default="", help="models whose name holds this")
    chosen = parser.parse_args()
    warnings.filterwarnings("ignore")
    x, y = load_breast_cancer(return_X_y=True)
    x = (x - x.min(axis=0)) / np.ptp(x, axis=0)
    print(f"load {os.getloadavg()[0]:.1f}, 1 thread, {chosen.rows} rows\n")
    print("| trees | searcher | closed, of 100 | with a real example, of 100 | CPU s in all | median ms | longest s |")
    print("|---|---|---|---|---|---|---|")
    for title, make in MODELS.items():
        if chosen.only not in title:
            continue
        model = make(x, y)
        read = parts(model, ())
        assert not isinstance(read, str), read
        assert isinstance(read.core, Forest)
        rows = np.random.default_rng(1).permutation(len(x))[: chosen.rows]
        labels = model.predict(x[rows])
        trees = None
        if find_spec("veritas") and not title.startswith("Hist"):
            import veritas as peer

            trees = peer.get_addtree(model, silent=True)
        radii(read.core, x[rows[:3]], labels[:3])  # so that what compiles or is cached is
        mine, theirs = Tally(), Tally()
        for row, label in zip(x[rows], labels.tolist(), strict=True):
            ours(model, read.core, row, label, mine)
            if trees is not None:
                veritas(model, trees, row, label, theirs)
        print(line(title, "ours", mine, np.array(mine.lower) == np.array(mine.upper)), flush=True)
        if trees is not None:
            closed = np.array(theirs.upper) - np.array(theirs.lower) <= CLOSED
            print(line(title, "Veritas", theirs, closed), flush=True)
            nearer = np.array(theirs.real) < np.array(mine.lower) * (1 - 1e-6)
            print(f"\nreal examples of Veritas nearer than our proof: {nearer.sum()}\n", flush=True)


if __name__ == "__main__":
    main()
