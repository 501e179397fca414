# SPDX-License-Identifier: Apache-2.0
"""All checks on Adult from the command line: time and memory against their bars, 30 s and 1 GB.

Run it as ``python benchmarks/usage/adult.py``. It starts ``probatum assess examples/adult/probatum.toml`` in a fresh
process, with 2 jobs and with 1. Memory is the proportional set size (Pss in /proc/PID/smaps_rollup: a page shared by
two processes counts half in each), summed over the process and all its descendants and read every twentieth of a
second, so that a shorter peak may be missed. CPU is that of all of them, from start to end.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("PROBATUM_DATA", ROOT.parent / "shared" / "data"))
SYSTEM = ROOT / "examples" / "adult" / "probatum.toml"
SECONDS, MEGABYTES = 30, 1000  # the bars, with 2 jobs
NOTHING = "usage/declarations"  # works nothing out
EVERY = 0.05  # seconds between two looks at the memory


def main() -> None:
    """Assess in turns and print the tables."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--repetitions", type=int, default=3)
    arguments.add_argument("--jobs", type=int, nargs="+", default=[2, 1])
    chosen = arguments.parse_args()
    if not (DATA / "adult.test.gz").exists():
        raise SystemExit(f"adult.data.gz and adult.test.gz are wanted in {DATA}; set PROBATUM_DATA to their folder.")
    load = os.getloadavg()[0]
    results: dict[int, list[dict]] = {jobs: [] for jobs in chosen.jobs}
    for turn in range(chosen.repetitions):
        for jobs in chosen.jobs:
            print(f"{turn + 1}/{chosen.repetitions} --jobs {jobs}", file=sys.stderr)
            results[jobs].append(assess(jobs))
    report(results, load)


def assess(jobs: int, only: str = "*") -> dict:
    """Assess once; return seconds, peak memory in bytes, and the checks that were run."""
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        command = [sys.executable, "-m", "probatum", "assess", str(SYSTEM), "--only", only, "--jobs", str(jobs), "-o"]
        command.append(str(run))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        started, peak = time.perf_counter(), 0
        process = subprocess.Popen(
            command, env=os.environ | {"PROBATUM_DATA": str(DATA)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while process.poll() is None:
            peak = max(peak, sum(map(proportional, family(process.pid))))
            time.sleep(EVERY)
        wall = time.perf_counter() - started
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if not (run / "record.json").exists():
            raise SystemExit(
                f"The assessment wrote no record (it ended with {process.returncode}): {' '.join(command)}"
            )
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        checks = [one["id"] for one in json.loads((run / "record.json").read_text(encoding="utf-8"))["checks"]]
        return {"wall": wall, "cpu": cpu, "peak": peak, "checks": checks}


def family(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    found = [pid]
    for one in found:  # grows while it is walked
        for thread in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += map(int, thread.read_text().split())
            except OSError:  # it has ended
                continue
    return found


def proportional(pid: int) -> int:
    """Return the proportional set size of a process in bytes; 0 if it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def report(results: dict[int, list[dict]], load: float) -> None:
    """Print the tables and the surroundings."""
    print("| jobs | wall, median s | wall, least s | CPU, median s | peak memory, median MB | most MB | bars |")
    print("|---|---|---|---|---|---|---|")
    for jobs, found in results.items():
        wall, cpu, peak = (statistics.median(one[name] for one in found) for name in ("wall", "cpu", "peak"))
        least, most = min(one["wall"] for one in found), max(one["peak"] for one in found) / 1e6
        held = "hold" if wall <= SECONDS and most <= MEGABYTES else "DO NOT HOLD"
        bars = f"{SECONDS} s, {MEGABYTES:,} MB: {held}" if jobs == 2 else ""
        print(f"| {jobs} | {wall:.1f} | {least:.1f} | {cpu:.1f} | {peak / 1e6:.0f} | {most:.0f} | {bars} |")
    checks = next(iter(results.values()))[0]["checks"]
    print(f"\n{len(checks)} checks. Each alone, 1 job, least CPU of two runs, less that of a run of {NOTHING} alone:\n")
    print("| check | CPU, s |\n|---|---|")
    empty = min(assess(1, NOTHING)["cpu"] for _ in range(2))
    for check in checks:
        alone = min(assess(1, check)["cpu"] for _ in range(2))
        print(f"| {check} | {max(alone - empty, 0):.2f} |", flush=True)
    print(f"| (loading, training the model, writing) | {empty:.2f} |")
    print(
        f"\n{len(next(iter(results.values())))} fresh processes each, in turns, {os.cpu_count()} cores, host load "
        f"{load:.2f} before and {os.getloadavg()[0]:.2f} after; Python {platform.python_version()}."
    )


if __name__ == "__main__":
    main()
