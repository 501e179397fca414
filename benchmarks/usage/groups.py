# SPDX-License-Identifier: Apache-2.0
"""Rates of groups of people and their gaps, with ranges: ours beside fairlearn 0.15 and its bootstrap.

Run it as ``python benchmarks/usage/groups.py``; it prints two Markdown tables. The peer lives in ``.venv-fairlearn``,
made on the first run. Each measurement is a fresh process with one thread, in turns; timed is the work alone, from
truth, answers and groups in memory to rates and gaps with ranges. ``--coverage`` goes on to ask how often the ranges
of both hold the true numbers (``group_coverage.py``; minutes).
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from slices import DATA, ROOT, THREADS, peer

HOME = ".venv-fairlearn"
PACKAGES = ["fairlearn==0.15.0", "pandas==3.1.1", "scikit-learn==1.9.1", "numpy==2.4.6"]
QUANTILES = [0.025, 0.975]
METRICS = ("selection_rate", "true_positive_rate", "false_positive_rate", "precision")
PROMISED = 1000  # resamples to which the time is extrapolated


def main() -> None:
    """Measure both in turns and print the tables."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--repetitions", type=int, default=3)
    arguments.add_argument("--resamples", type=int, default=60)
    arguments.add_argument("--coverage", action="store_true", help="also how often the ranges hold")
    arguments.add_argument("--one", nargs=3, metavar=("WHO", "FILE", "RESAMPLES"), help="measure once, print JSON")
    chosen = arguments.parse_args()
    if chosen.one:
        who, file, resamples = chosen.one
        print(json.dumps(measure(who, file, int(resamples))))
        return
    if not (DATA / "adult.test.gz").exists():
        raise SystemExit(f"adult.data.gz and adult.test.gz are wanted in {DATA}; set PROBATUM_DATA to their folder.")
    pythons = {"ours": Path(sys.executable), "fairlearn": peer(HOME, PACKAGES)}
    results: dict[str, list[dict]] = {name: [] for name in pythons}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "adult.npz"
        np.savez(file, **adult())
        load = os.getloadavg()[0]
        for turn in range(chosen.repetitions):
            for name, python in pythons.items():
                print(f"{turn + 1}/{chosen.repetitions} {name}", file=sys.stderr)
                results[name].append(run(python, ["--one", name, str(file), str(chosen.resamples)]))
    report(results, chosen.resamples, load)
    if chosen.coverage:
        from group_coverage import coverage

        coverage(pythons["fairlearn"])


def measure(who: str, file: str, resamples: int) -> dict:
    """Compare the groups twice in this process; return seconds of both, and the rates of each group."""
    with np.load(file) as data:
        truth, labels, race, sex = (data[name] for name in ("truth", "labels", "race", "sex"))
    compare = ours() if who == "ours" else fairlearn(resamples)
    times = []
    for _ in range(2):
        wall, cpu = time.perf_counter(), time.process_time()
        found = compare(truth, labels, race, sex)
        times.append((time.perf_counter() - wall, time.process_time() - cpu))
    return {"first": times[0], "second": times[1], "found": found}


def ours() -> Callable[..., dict]:
    """Import Probatum and return its comparison: every rate, the gaps to everybody else, and the largest."""
    from probatum.engines.groups.compare import compare
    from probatum.engines.groups.publish import gap_measure, rates
    from probatum.engines.groups.questions import about_classes, arrange

    def work(truth: np.ndarray, labels: np.ndarray, race: np.ndarray, sex: np.ndarray) -> dict:
        names = tuple(f"{one}/{other}" for one in range(race.max() + 1) for other in range(sex.max() + 1))
        codes = (race * (sex.max() + 1) + sex).astype(np.int32)
        everybody = (("all",), ("everybody",), np.zeros(len(truth), dtype=np.int32))
        (groups,), (whole,) = arrange([(("group",), names, codes)]), arrange([everybody])
        asked = list(about_classes(groups, truth, labels, ("no", "yes"), 1))
        overall = list(about_classes(whole, truth, labels, ("no", "yes"), 1))
        found = {
            one.measure: (
                rates([one], other, confidence=0.95, keep=100),
                gap_measure([one], len(truth), confidence=0.95, keep=100),
            )
            for one, other in zip(asked, overall, strict=True)
        }
        largest = compare([groups], asked, confidence=0.95, within=0.1, least_share=0.9)
        return {
            "rates": {name: {part.name: part.value for part in found[name][0].groups} for name in METRICS},
            "gaps": {name: found[name][1].value for name in METRICS},
            "largest": largest.largest,
        }

    return work


def fairlearn(resamples: int) -> Callable[..., dict]:
    """Import the peer and return its comparison: every rate, and the gap between groups, with bootstrap ranges."""
    import warnings

    import pandas as pd
    from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate
    from sklearn.metrics import precision_score

    def precision(truth: np.ndarray, labels: np.ndarray) -> float:
        return precision_score(truth, labels, zero_division=0)

    functions = (selection_rate, true_positive_rate, false_positive_rate, precision)

    def work(truth: np.ndarray, labels: np.ndarray, race: np.ndarray, sex: np.ndarray) -> dict:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # resamples in which a group has no positive
            frame = MetricFrame(
                metrics=dict(zip(METRICS, functions, strict=True)),
                y_true=truth,
                y_pred=labels,
                sensitive_features=pd.DataFrame({"race": race, "sex": sex}),
                n_boot=resamples,
                ci_quantiles=QUANTILES,
                random_state=0,
            )
        by_group, gaps = frame.by_group, frame.difference()
        ends, gap_ends = frame.by_group_ci, frame.difference_ci()
        return {
            "rates": {
                name: {f"{a}/{b}": float(by_group.loc[(a, b), name]) for a, b in by_group.index} for name in METRICS
            },
            "gaps": {name: float(gaps[name]) for name in METRICS},
            "nothing wide": int((ends[0] == ends[1]).to_numpy().sum()),
            "gap ends": [[float(end[name]) for end in gap_ends] for name in METRICS],
        }

    return work


def adult() -> dict[str, np.ndarray]:
    """Return truth, answers, race and sex of Adult's test split, answered by the example's own model."""
    os.environ.setdefault("PROBATUM_DATA", str(DATA))
    sys.path.insert(0, str(ROOT / "examples" / "adult"))
    import recipe

    train, test = recipe.load()
    model = recipe.train(train, seed=0)
    places = {name: np.unique(test[name].to_numpy(str), return_inverse=True)[1] for name in ("race", "sex")}
    said, truth = (np.asarray(values) == ">50K" for values in (model.predict(test), test[recipe.TARGET]))
    return {"truth": truth.astype(np.int32), "labels": said.astype(np.int32), **places}


def run(python: Path, arguments: list[str], script: str = __file__) -> dict:
    """Run a script in a fresh process with one thread, and return the JSON of its last line."""
    environment = os.environ | dict.fromkeys(THREADS, "1") | {"PYTHONPATH": str(ROOT / "src")}
    command = [str(python), script, *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    return json.loads(done.stdout.splitlines()[-1])


def report(results: dict[str, list[dict]], resamples: int, load: float) -> None:
    """Print the table of times, the agreement and the surroundings."""
    middle = {
        (name, which, at): statistics.median(one[which][at] for one in results[name])
        for name in results
        for which in ("first", "second")
        for at in (0, 1)
    }
    print("| who | in the process | wall, median s | wall, least s | CPU, median s | ours is faster: wall, CPU |")
    print("|---|---|---|---|---|---|")
    for name in results:
        for which in ("first", "second"):
            wall, cpu = (middle[name, which, at] for at in (0, 1))
            least = min(one[which][0] for one in results[name])
            ratio = ", ".join(f"{middle[name, which, at] / middle['ours', which, at]:,.0f}x" for at in (0, 1))
            label = name if name == "ours" else f"{name}, {resamples} resamples, measured"
            print(f"| {label} | {which} | {wall:.4f} | {least:.4f} | {cpu:.4f} | {'' if name == 'ours' else ratio} |")
    scale = PROMISED / resamples
    ratio = ", ".join(
        f"{middle['fairlearn', 'second', at] * scale / middle['ours', 'second', at]:,.0f}x" for at in (0, 1)
    )
    wall, cpu = (middle["fairlearn", "second", at] * scale for at in (0, 1))
    print(f"| fairlearn, {PROMISED:,} resamples, *extrapolated* | second | {wall:.0f} | | {cpu:.0f} | {ratio} |")
    mine, theirs = (results[name][0]["found"] for name in ("ours", "fairlearn"))
    pairs = [
        (value, theirs["rates"][name][group])
        for name in METRICS
        for group, value in mine["rates"][name].items()
        if value is not None
    ]
    apart = max(abs(one - other) for one, other in pairs)
    print(f"\n{len(pairs)} rates shown by both: at most {apart:.3f} apart (ours are rounded to two or three decimals).")
    flat = theirs["nothing wide"]
    print(f"Of fairlearn's {len(METRICS) * 10} ranges of rates, {flat} have no width at all.")
    print(
        f"\n{len(results['ours'])} fresh processes each, in turns, 1 thread, {os.cpu_count()} cores, host load "
        f"{load:.2f} before and {os.getloadavg()[0]:.2f} after; Python {platform.python_version()}; "
        f"{', '.join(PACKAGES)}."
    )


if __name__ == "__main__":
    main()
