# SPDX-License-Identifier: Apache-2.0
"""Top 10 error slices to depth 3 on Adult's test split: ours beside sliceline 0.3.

Run it as ``python benchmarks/usage/slices.py``; it prints a Markdown table. The peer lives in ``.venv-sliceline``,
made on the first run, once plain and once with its numba extra. Each measurement is a fresh process with one thread;
the searchers take turns. Timed is the search alone, from codes and mistakes in memory to slices, after the imports.
Each process searches twice: only the first search pays for compilation and the first use of libraries.
"""

import argparse
import gzip
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path

import numpy as np

Search = Callable[[np.ndarray, np.ndarray], list]

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("PROBATUM_DATA", ROOT.parent / "shared" / "data"))
SEARCH = {"k": 10, "alpha": 0.95, "min_support": 100, "depth": 3}
PEERS = {
    "sliceline": (".venv-sliceline", ["sliceline==0.3.*"]),
    "sliceline, numba": (".venv-sliceline-numba", ["sliceline[optimized]==0.3.*"]),
}
COLUMNS = [
    "age",
    "workclass",
    "fnlwgt",
    "education",
    "education-num",
    "marital-status",
    "occupation",
    "relationship",
    "race",
    "sex",
    "capital-gain",
    "capital-loss",
    "hours-per-week",
    "native-country",
    "income",
]
DROPPED = ("fnlwgt", "income")  # a survey weight and the target
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


def main() -> None:
    """Measure all searchers in turns and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--repetitions", type=int, default=7)
    arguments.add_argument("--one", nargs=2, metavar=("SEARCHER", "FILE"), help="measure once, print JSON")
    chosen = arguments.parse_args()
    if chosen.one:
        print(json.dumps(measure(*chosen.one)))
        return
    if not (DATA / "adult.test.gz").exists():
        raise SystemExit(f"adult.data.gz and adult.test.gz are wanted in {DATA}; set PROBATUM_DATA to their folder.")
    pythons = {"ours": Path(sys.executable)} | {name: peer(*PEERS[name]) for name in PEERS}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "adult.npz"
        np.savez(file, **adult())
        load = os.getloadavg()[0]
        turns = [(turn, name) for turn in range(chosen.repetitions) for name in pythons]
        results: dict[str, list[dict]] = {name: [] for name in pythons}
        for turn, name in turns:
            print(f"{turn + 1}/{chosen.repetitions} {name}", file=sys.stderr)
            results[name].append(run(pythons[name], name, file))
    report(results, load)


def measure(searcher: str, file: str) -> dict:
    """Search twice in this process; return seconds of both, and the slices with their sizes and mistakes."""
    with np.load(file) as data:
        codes, mistakes = data["codes"], data["mistakes"]
    search = ours() if searcher == "ours" else sliceline()
    times = []
    for _ in range(2):
        wall, cpu = time.perf_counter(), time.process_time()
        found = search(codes, mistakes)
        times.append((time.perf_counter() - wall, time.process_time() - cpu))
    return {"first": times[0], "second": times[1], "slices": found}


def ours() -> Search:
    """Import Probatum and return its search."""
    from probatum.engines.slices.scoring import sliceline
    from probatum.engines.slices.search import top_slices

    def search(codes: np.ndarray, mistakes: np.ndarray) -> list:
        rule = sliceline(mistakes, alpha=SEARCH["alpha"], least=SEARCH["min_support"])
        found = top_slices(codes, mistakes, rule, k=SEARCH["k"], max_depth=SEARCH["depth"])
        return [[one.levels, one.size, one.loss_sum, one.score] for one in found.slices]

    return search


def sliceline() -> Search:
    """Import the peer and return its search."""
    from sliceline.slicefinder import Slicefinder

    def search(codes: np.ndarray, mistakes: np.ndarray) -> list:
        finder = Slicefinder(
            alpha=SEARCH["alpha"], k=SEARCH["k"], max_l=SEARCH["depth"], min_sup=SEARCH["min_support"], verbose=False
        ).fit(codes, mistakes)
        return [
            [
                [(column, int(code)) for column, code in enumerate(row) if code is not None],
                stats["slice_size"],
                stats["sum_slice_error"],
                stats["slice_score"],
            ]
            for row, stats in zip(finder.top_slices_, finder.top_slices_statistics_, strict=True)
        ]

    return search


def adult() -> dict[str, np.ndarray]:
    """Train a boosted model on Adult's train split; return the test split's codes and the model's mistakes."""
    import pandas as pd
    from sklearn.ensemble import HistGradientBoostingClassifier

    from probatum.systems.levels import digitise, nice_edges

    frames = []
    for name, skip in (("adult.data.gz", 0), ("adult.test.gz", 1)):
        with gzip.open(DATA / name, "rt") as lines:
            frames.append(pd.read_csv(lines, names=COLUMNS, skiprows=skip, skipinitialspace=True, na_values="?"))
    train, test = frames
    truth = [(frame["income"].str.rstrip(".") == ">50K").to_numpy() for frame in frames]
    train, test = (frame.drop(columns=list(DROPPED)) for frame in frames)
    codes = np.empty(test.shape, dtype=np.int32)
    for at, name in enumerate(train.columns):
        if pd.api.types.is_numeric_dtype(train[name]):
            edges = nice_edges(train[name].to_numpy(dtype=float))
            codes[:, at] = digitise(test[name].to_numpy(dtype=float), edges)
            continue
        kind = pd.CategoricalDtype(sorted(train[name].dropna().unique()))
        train[name], test[name] = train[name].astype(kind), test[name].astype(kind)
        codes[:, at] = test[name].cat.codes
    model = HistGradientBoostingClassifier(categorical_features="from_dtype", random_state=0).fit(train, truth[0])
    return {"codes": codes, "mistakes": (model.predict(test) != truth[1]).astype(float)}


def peer(folder: str, packages: list[str]) -> Path:
    """Return the Python of the peer's own environment, made where it is absent."""
    home = ROOT / folder
    python = home / "bin" / "python"
    if not (home / "ready").exists():
        venv.create(home, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True, stdout=sys.stderr)
        (home / "ready").touch()
    return python


def run(python: Path, searcher: str, file: Path) -> dict:
    """Measure once in a fresh process with one thread."""
    environment = os.environ | dict.fromkeys(THREADS, "1") | {"PYTHONPATH": str(ROOT / "src")}
    command = [python, __file__, "--one", searcher, str(file)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return json.loads(done.stdout.splitlines()[-1])


def report(results: dict[str, list[dict]], load: float) -> None:
    """Print the table, the agreement and the surroundings."""
    rows = {
        (name, which): [(one[which][0], one[which][1]) for one in results[name]]
        for name in results
        for which in ("first", "second")
    }
    fastest = {which: statistics.median(wall for wall, _ in rows["ours", which]) for which in ("first", "second")}
    print("| searcher | search in the process | wall, median s | wall, least s | CPU, median s | ours is faster by |")
    print("|---|---|---|---|---|---|")
    for (name, which), times in rows.items():
        wall, cpu = ([one[at] for one in times] for at in (0, 1))
        ratio = "" if name == "ours" else f"{statistics.median(wall) / fastest[which]:,.0f}x"
        cells = (statistics.median(wall), min(wall), statistics.median(cpu))
        print(f"| {name} | {which} | {' | '.join(f'{cell:.4f}' for cell in cells)} | {ratio} |")
    best = {
        name: [(one[1], one[2], round(one[3], 6)) for one in each[0]["slices"][:3]] for name, each in results.items()
    }
    levels = {name: [tuple(map(tuple, one[0])) for one in each[0]["slices"][:3]] for name, each in results.items()}
    for name in PEERS:
        same = "same" if levels[name] == levels["ours"] else "NOT the same"
        equal = "same" if best[name] == best["ours"] else "NOT the same"
        print(f"\nTop 3 against {name}: levels {same}; sizes, mistakes and scores {equal}.")
    print(f"\nTop 3 of ours (column, code): {levels['ours']}")
    turns = len(results["ours"])
    print(
        f"\n{turns} fresh processes each, in turns, 1 thread, {os.cpu_count()} cores, host load {load:.2f} before and "
        f"{os.getloadavg()[0]:.2f} after; Python {platform.python_version()}, numpy {np.__version__}; {SEARCH}."
    )


if __name__ == "__main__":
    main()
