# SPDX-License-Identifier: Apache-2.0
"""What is proven and broken of what is true, on the networks that thresholds were chosen on and on others.

    python proofs.py run --nodes 300 # every question once; what was answered is kept, and not asked again
    python proofs.py run --nodes 5000 --open # longer, what 300 left open
    python proofs.py milp            # what is open, by a mixed-integer program, where the network is small
    python proofs.py attack          # what is open, by 40 restarts and steps towards every class, with other seeds
    python proofs.py table

Questions: the first rows that each network answers rightly, at the radius of ``families``, and at twice that.
"""

import argparse
import json
import math
import resource
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import families
import models
import numpy as np
import torch
from exact_milp import decide, layers_of

from probatum.engines.evasion import attack, bracket
from probatum.engines.evasion.results import Ended
from probatum.engines.evasion.tensor.ladder import Budget
from probatum.engines.evasion.threat import region

TIMES = (1.0, 2.0)  # of the radius
LONG = Budget(descent=60, kept=1.0, targets=9, target_steps=60, restarts=40, rounds=2, race=math.inf)
MILP, ATTACK = 0, -1  # what stands for the number of parts, where it was no run of the bracket


def run(nodes: int, rows: int, names: list[str], place: Path, *, only_open: bool) -> None:
    """Ask, one row at a time, and keep the answers."""
    known = _known(place)
    for name in names:
        asked, module = families.questions(name, rows), families.load(name)
        for times in TIMES:
            for row in range(len(asked.x)):
                key = (name, times, row)
                settled = any(one["end"] in ("PROVEN", "BROKEN") for one in known[key].values())
                if nodes in known[key] or (only_open and settled):
                    continue
                one, began = slice(row, row + 1), time.process_time()
                found = bracket(
                    module, asked.x[one], asked.y[one], norm="linf", radius=times * asked.radius, lower=asked.lower,
                    upper=asked.upper, rng=np.random.default_rng(0), nodes=nodes,
                )  # fmt: skip
                seconds, end = time.process_time() - began, Ended(int(found.ended[0])).name
                _keep(place, key, nodes, end, seconds, int(found.parts[0]))
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GB")


def by_milp(rows: int, names: list[str], place: Path, seconds: float, checked: int) -> None:
    """Decide what is open, and some of what is proven."""
    known = _known(place)
    for name in names:
        asked, module = families.questions(name, rows), families.load(name)
        if layers_of(module) is None:
            continue
        for times in TIMES:
            proven = 0
            for row in range(len(asked.x)):
                key = (name, times, row)
                ends = {one["end"] for one in known[key].values()}
                proven += "PROVEN" in ends
                if MILP in known[key] or "BROKEN" in ends or ("PROVEN" in ends and proven > checked):
                    continue
                one, began = slice(row, row + 1), time.process_time()
                where = region(
                    asked.x[one], norm="linf", radius=times * asked.radius, lower=asked.lower, upper=asked.upper
                )  # fmt: skip
                found = decide(
                    module, where.lower[0].ravel().astype(np.float64), where.upper[0].ravel().astype(np.float64),
                    int(asked.y[row]), seconds=seconds,
                )  # fmt: skip
                end = "BROKEN" if isinstance(found, np.ndarray) else {"safe": "PROVEN", "unknown": "SPENT"}[found]
                _keep(place, key, MILP, end, time.process_time() - began, 0)


def by_attack(rows: int, names: list[str], place: Path, seeds: int) -> None:
    """Attack what is open by more restarts than a bracket takes."""
    known = _known(place)
    for name in names:
        asked, module = families.questions(name, rows), families.load(name)
        for times in TIMES:
            for row in range(len(asked.x)):
                key, one, began = (name, times, row), slice(row, row + 1), time.process_time()
                ends = {answer["end"] for answer in known[key].values()}
                if ends & {"PROVEN", "BROKEN"} or not ends or ATTACK in known[key]:
                    continue
                broken = any(
                    attack(
                        module, asked.x[one], asked.y[one], norm="linf", radius=times * asked.radius,
                        lower=asked.lower, upper=asked.upper, rng=np.random.default_rng(seed), budget=LONG,
                    ).broken[0]
                    for seed in range(1, seeds + 1)
                )  # fmt: skip
                _keep(place, key, ATTACK, "BROKEN" if broken else "SPENT", time.process_time() - began, 0)


def table(place: Path, rows: int) -> None:
    """Print what was found."""
    known = _known(place)
    heads = "set, network, radius, asked, proven by 300, by 5000, true, broken by 300, breakable, open, CPU s a row"
    print(f"| {' | '.join(heads.split(', '))} |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    totals = {}
    for family in ("choosing", "validation"):
        total = np.zeros(8)
        for name, recipe in families.RECIPES.items():
            if recipe.family != family:
                continue
            for times in TIMES:
                sums = _counted([known[name, times, row] for row in range(rows) if known[name, times, row]])
                total += sums
                print(f"| {family} | {recipe.told} | {times * recipe.radius:g} | {_row(sums)} |")
        print(f"| **{family}** | all | | {_row(total)} |")
        totals[family] = total
    _summary(totals["choosing"], totals["validation"])


def _counted(questions: list[dict[int, dict[str, object]]]) -> np.ndarray:
    """Return asked, true, proven at 300, at 5,000, breakable, broken at 300, open, seconds."""
    sums = np.zeros(8)
    for runs in questions:
        if 300 not in runs:
            continue
        ends = {one["end"] for one in runs.values()}
        if {"PROVEN", "BROKEN"} <= ends:
            raise SystemExit("A question was proven safe and shown broken at once: a proof is wrong.")
        short = runs[300]["end"]
        longer = "PROVEN" in (short, runs.get(5000, {}).get("end"))
        sums += (
            1, "PROVEN" in ends, short == "PROVEN", longer, "BROKEN" in ends, short == "BROKEN",
            not ends & {"PROVEN", "BROKEN"}, runs[300]["seconds"],
        )  # fmt: skip
    return sums


def _summary(*families_: np.ndarray) -> None:
    """Print both families beside one another."""
    told: list[tuple[str, Callable[[np.ndarray], str]]] = [
        ("questions", lambda sums: f"{sums[0]:.0f}"),
        ("proven with 300 parts", lambda sums: f"{sums[2]:.0f}"),
        ("known to be true", lambda sums: f"{sums[1]:.0f}"),
        ("proven, of what may be true (all open ones counted)", lambda sums: _share(sums[2], sums[1] + sums[6])),
        ("broken with 300 parts, of what is known to be breakable", lambda sums: f"{sums[5]:.0f} of {sums[4]:.0f}"),
        ("neither known", lambda sums: f"{sums[6]:.0f}"),
        ("proven wrongly", lambda _: "0"),  # else the table is not printed
        ("CPU seconds a row", lambda sums: f"{sums[7] / max(sums[0], 1):.1f}"),
    ]
    print("\n| | choosing | validation |\n|---|---|---|")
    for name, say in told:
        print(f"| {name} | {' | '.join(say(sums) for sums in families_)} |")


def _share(part: float, whole: float) -> str:
    return f"{100 * part / max(whole, 1):.0f} of 100"


def _row(sums: np.ndarray) -> str:
    asked, true, short, longer, breakable, broken, unsettled, seconds = sums
    return (
        f"{asked:.0f} | {short:.0f} | {longer:.0f} | {true:.0f} | {broken:.0f} | {breakable:.0f} | {unsettled:.0f} | "
        f"{seconds / max(asked, 1):.1f}"
    )


def _known(place: Path) -> dict[tuple[str, float, int], dict[int, dict[str, object]]]:
    known: dict[tuple[str, float, int], dict[int, dict[str, object]]] = defaultdict(dict)
    if place.is_file():
        for line in place.read_text().splitlines():
            one = json.loads(line)
            known[one["name"], one["times"], one["row"]][one["nodes"]] = one
    return known


def _keep(place: Path, key: tuple[str, float, int], nodes: int, end: str, seconds: float, parts: int) -> None:
    name, times, row = key
    told = {"name": name, "times": times, "row": row, "nodes": nodes, "end": end, "seconds": seconds, "parts": parts}
    with place.open("a") as file:
        file.write(json.dumps(told) + "\n")
    print(json.dumps(told), flush=True)


def main() -> None:
    """Do what is asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["run", "milp", "attack", "table"])
    parser.add_argument("--nodes", type=int, default=300)
    parser.add_argument("--rows", type=int, default=10)
    parser.add_argument("--open", action="store_true", help="only what no run has settled yet")
    parser.add_argument("--only", default="", help="networks whose name or family holds this")
    parser.add_argument("--seconds", type=float, default=60.0, help="for each other class, of the program")
    parser.add_argument("--checked", type=int, default=1, help="proven rows that the program is asked about as well")
    parser.add_argument("--seeds", type=int, default=2, help="of the attack")
    parser.add_argument("--kept", type=Path, help="file of the answers")
    given = parser.parse_args()
    torch.set_num_threads(1)
    place = given.kept or models.cache_folder() / "proofs.jsonl"
    names = [name for name, one in families.RECIPES.items() if given.only in name or given.only == one.family]
    if given.what == "run":
        run(given.nodes, given.rows, names, place, only_open=given.open)
    elif given.what == "milp":
        by_milp(given.rows, names, place, given.seconds, given.checked)
    elif given.what == "attack":
        by_attack(given.rows, names, place, given.seeds)
    else:
        table(place, given.rows)


if __name__ == "__main__":
    main()
