# SPDX-License-Identifier: Apache-2.0
"""How often the ranges of group rates, and of the largest gap, hold the true numbers: ours beside fairlearn's.

``groups.py --coverage`` runs it. fairlearn itself takes hours for the whole grid. So it is called itself on four cells,
and on the first samples of all others; the grid is filled by the same computation written once more for speed, from
the same resamples (fairlearn's own seeds), and wherever both were run they must agree to 12 digits, or this stops.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from groups import QUANTILES, run

SIZES = (20, 40, 132, 1000)
SHARES = (0.01, 0.03, 0.1, 0.5)
GROUPS = (2, 10)
GAPS = (0.0, 0.1)  # by which the first group's true share is above that of all others
SAMPLES, RESAMPLES = 200, 200  # of each cell of the grid
ITSELF = [(n, share, 2, 0.0) for n in (40, 132) for share in (0.03, 0.1)]
ITSELF_SAMPLES, ITSELF_RESAMPLES = 100, 100
SPOT_SAMPLES, SPOT_RESAMPLES = 1, 20  # of every cell, to hold the two computations against each other
CONFIDENCE = 0.95


Ends = tuple[np.ndarray, np.ndarray]  # of the rates (2, groups), of the largest gap (2,)
Cell = tuple[int, float, int, float]


def main() -> None:
    """Call fairlearn itself on some samples of some cells and print its ranges: this runs in the peer's environment."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--itself", nargs=2, metavar=("CELLS", "COUNTS"))
    cells, (samples, resamples) = (json.loads(one) for one in arguments.parse_args().itself)
    found = []
    for cell in map(tuple, cells):
        print(f"fairlearn itself: {cell}", file=sys.stderr)
        found.append([itself(outcomes, seed, resamples) for seed, outcomes in drawn(cell, samples)])
    print(json.dumps(found))


def coverage(python: Path) -> None:
    """Hold fairlearn against its re-implementation, then print the tables."""
    cells = [(n, share, groups, gap) for n in SIZES for groups in GROUPS for share in SHARES for gap in GAPS]
    print(f"\nfairlearn itself, {ITSELF_SAMPLES} samples, {ITSELF_RESAMPLES} resamples each, 2 groups; of 100:\n")
    print("| rows a group | true share | both rates held | largest gap (truly 0) held |\n|---|---|---|---|")
    for (n, share, _, _), found in zip(ITSELF, agree(python, ITSELF, ITSELF_SAMPLES, ITSELF_RESAMPLES), strict=True):
        rates, gap = (
            np.mean([held(one, true) for one in ends]) for ends, true in zip(found, (share, 0.0), strict=True)
        )
        print(f"| {n} | {share:g} | {100 * rates:.0f} | {100 * gap:.0f} |")
    agree(python, cells, SPOT_SAMPLES, SPOT_RESAMPLES)
    print(f"\nIts re-implementation equals it there, and on {SPOT_SAMPLES} sample of each cell of the grid.")
    print(f"\nThe grid: {SAMPLES} samples a cell, {RESAMPLES} resamples; how often, of 100, ranges hold the truth.\n")
    names = ["all rates: fairlearn", "all rates: Šidák quantiles", "all rates: ours", "width: fairlearn", "width: ours"]
    names += [f"largest gap, truly {gap:g}: {whose}" for gap in GAPS for whose in ("fairlearn", "ours")]
    print(f"| rows a group | groups | true share | {' | '.join(names)} |\n{'|---' * (len(names) + 3)}|")
    for n in SIZES:
        for groups in GROUPS:
            for share in SHARES:
                print(f"| {n:,} | {groups} | {share:g} | {' | '.join(row(n, groups, share))} |", flush=True)


def row(n: int, groups: int, share: float) -> Iterator[str]:
    """Yield the cells of one row of the grid."""
    theirs: dict[float, list[Ends]] = {gap: [] for gap in GAPS}
    mine: dict[float, list[Ends]] = {gap: [] for gap in GAPS}
    apart = []
    for gap in GAPS:
        for seed, outcomes in drawn((n, share, groups, gap), SAMPLES):
            *ends, at_sidak = rebuilt(outcomes, seed, RESAMPLES)
            theirs[gap].append((ends[0], ends[1]))
            apart.append(at_sidak)
            mine[gap].append(ours(outcomes))
    equal = slice(None, SAMPLES)  # of the first gap, which is 0: all true shares are equal
    yield percent([one[0] for one in theirs[0.0]], share)
    yield percent(apart[equal], share)
    yield percent([one[0] for one in mine[0.0]], share)
    for found in (theirs, mine):
        yield f"{np.median([one[0][1] - one[0][0] for one in found[0.0]]):.3f}"
    for gap in GAPS:
        for found in (theirs, mine):
            yield percent([one[1] for one in found[gap]], gap)


def agree(python: Path, cells: list[Cell], samples: int, resamples: int) -> list[tuple[list, list]]:
    """Return fairlearn's own ranges of rates and gaps of each cell, if they equal those of the re-implementation."""
    answer = run(python, ["--itself", json.dumps(cells), json.dumps([samples, resamples])], script=__file__)
    for cell, of_cell in zip(cells, answer, strict=True):
        for (seed, outcomes), theirs in zip(drawn(cell, samples), of_cell, strict=True):
            mine = rebuilt(outcomes, seed, resamples)
            if not all(np.allclose(one, other, atol=1e-12) for one, other in zip(mine, theirs, strict=False)):
                raise SystemExit(f"fairlearn and its re-implementation differ on {cell}: {theirs} against {mine}.")
    return [([one[0] for one in of_cell], [one[1] for one in of_cell]) for of_cell in answer]


def drawn(cell: Cell, samples: int) -> Iterator[tuple[int, np.ndarray]]:
    """Yield a seed for the resamples and the outcomes (groups, n) bool of each sample; the same in every process."""
    n, share, groups, gap = cell
    place = [SIZES.index(n), SHARES.index(share), GROUPS.index(groups), GAPS.index(gap)]
    shares = np.full((groups, 1), share)
    shares[0] += gap
    for sample in range(samples):
        yield sample, np.random.default_rng([*place, sample]).random((groups, n)) < shares


def itself(outcomes: np.ndarray, seed: int, resamples: int) -> list:
    """Return fairlearn's ranges of the selection rates and of the largest difference."""
    from fairlearn.metrics import MetricFrame, selection_rate

    groups, n = outcomes.shape
    labels = outcomes.ravel().astype(np.int32)
    frame = MetricFrame(
        metrics={"rate": selection_rate},
        y_true=labels,
        y_pred=labels,
        sensitive_features=np.repeat(np.arange(groups), n),
        n_boot=resamples,
        ci_quantiles=QUANTILES,
        random_state=seed,
    )
    rates = [end["rate"].tolist() for end in frame.by_group_ci]
    return [rates, [float(end["rate"]) for end in frame.difference_ci(method="between_groups")]]


def rebuilt(outcomes: np.ndarray, seed: int, resamples: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the same ranges, from the same resamples, and those of the rates at the quantiles of Šidák."""
    groups, n = outcomes.shape
    rows = groups * n
    place, counts = np.repeat(np.arange(groups), n), outcomes.ravel().astype(float)
    seeds = np.random.default_rng(seed).integers(np.iinfo(np.uint32).max, size=resamples, dtype=np.uint32)
    rates = np.empty((resamples, groups))
    for one, state in enumerate(seeds):
        taken = np.random.RandomState(state).randint(0, rows, rows)  # as pandas draws for DataFrame.sample
        of = place[taken]
        rates[one] = np.bincount(of, counts[taken], groups) / np.bincount(of, minlength=groups)
    tail = (1 - CONFIDENCE ** (1 / groups)) / 2
    gap = np.quantile(rates.max(axis=1) - rates.min(axis=1), QUANTILES)
    return np.quantile(rates, QUANTILES, axis=0), gap, np.quantile(rates, [tail, 1 - tail], axis=0)


def ours(outcomes: np.ndarray) -> Ends:
    """Return our ranges of the rates, which hold at once, and of the largest gap."""
    from probatum.engines.groups.compare import compare
    from probatum.engines.groups.questions import HITS, about_classes, arrange

    groups, n = outcomes.shape
    codes = np.repeat(np.arange(groups, dtype=np.int32), n)
    names = tuple(map(str, range(groups)))
    (arranged,) = arrange([(("group",), names, codes)])
    truth = np.ones(groups * n, dtype=np.int32)  # all belong to the class, so that the hits are all answers
    asked = about_classes(arranged, truth, outcomes.ravel().astype(np.int32), ("no", "yes"), 1)
    question = next(one for one in asked if one.measure == HITS)
    found = compare([arranged], [question], confidence=CONFIDENCE, within=1.0, least_share=0.0)
    rates = np.array(question.numbers.ends(confidence=CONFIDENCE, family=groups))
    return rates, np.array([max(found.gaps[0].lower, 0.0), found.largest])


def percent(ends: list, true: float) -> str:
    """Write how often, of 100, ranges held the true number; bold where below nominal by more than chance."""
    share = float(np.mean([held(one, true) for one in ends]))
    low = share < CONFIDENCE - 2 * np.sqrt(CONFIDENCE * (1 - CONFIDENCE) / len(ends))
    return f"**{100 * share:.0f}**" if low else f"{100 * share:.0f}"


def held(ends: np.ndarray | list, true: float) -> bool:
    """Say whether all ranges (2, ...) hold the true number."""
    lower, upper = np.asarray(ends)
    return bool(((lower <= true + 1e-12) & (true - 1e-12 <= upper)).all())


if __name__ == "__main__":
    main()
