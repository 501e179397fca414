# SPDX-License-Identifier: Apache-2.0
"""Try damaged files on every reader, two minutes each: no crash, no hang, no traceback, no code run.

Usage: ``python tests/fuzz/run.py [--seconds 120] [--seed 0] [reader ...]``. What goes wrong is told once a kind, and
the file that shows it is kept under ``.fuzz/``. It ends with 1 if anything went wrong.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
KEPT = Path(".fuzz")
STARTS = 300.0  # seconds to make the sound files, on a busy machine
HANGS = 20.0  # seconds without a new file; one that takes over two is told by the worker itself
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "src")]


def tries(name: str, seconds: float, seed: int) -> tuple[int, dict[str, Path]]:
    """Try a reader for some time; return how many files were tried, and what went wrong."""
    from fuzz.targets import TARGETS

    problems: dict[str, Path] = {}
    done = 0
    while seconds > 0:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
            folder = Path(place)
            ended, took = _watch(name, seed, folder, seconds)
            for line in (folder / "told").read_text(encoding="utf-8").splitlines():
                told = json.loads(line)
                _keep(problems, told["problem"], Path(told["file"]))
            if ended is not None:
                _keep(problems, ended, folder / TARGETS[name].name)
            done += int((folder / "tried").read_text()) if (folder / "tried").exists() else 0
        seconds, seed = seconds - max(took, 1.0), seed + 1_000
    return done, problems


def _watch(name: str, seed: int, folder: Path, seconds: float) -> tuple[str | None, float]:
    """Run one process for a time, or to its own end; return how it died, and the seconds that it tried files."""
    from fuzz.targets import TARGETS

    paths, current, ready = os.pathsep.join(sys.path[:2]), folder / TARGETS[name].name, folder / "tried"
    (folder / "told").touch()
    with (folder / "errors").open("w") as errors:
        command = [sys.executable, str(HERE / "worker.py"), name, str(seed), str(folder)]
        process = subprocess.Popen(command, stdout=errors, stderr=errors, env=os.environ | {"PYTHONPATH": paths})
        start = since = time.monotonic()
        seen, hangs = 0.0, False
        while process.poll() is None and not hangs:
            time.sleep(0.2)
            now = time.monotonic()
            start = start if ready.exists() else now
            if now - start > seconds:
                break
            newest = current.stat().st_mtime if current.exists() else 0.0
            seen, since = (newest, now) if newest > seen else (seen, since)
            hangs = now - since > (HANGS if ready.exists() else STARTS)
        died = process.poll()
        process.kill()
        process.wait()
    took = time.monotonic() - start
    if hangs:
        return "a hang", took
    if died is None:
        return None, took
    said = (folder / "errors").read_text(errors="replace").strip().splitlines()
    return f"the process died ({died}) {said[-1][:100] if said else ''}", took


def _keep(problems: dict[str, Path], problem: str, file: Path) -> None:
    if problem in problems or not file.exists():
        problems.setdefault(problem, file)
        return
    KEPT.mkdir(exist_ok=True)
    kept = KEPT / f"{len(list(KEPT.iterdir()))}-{file.name}"
    kept.write_bytes(file.read_bytes())
    problems[problem] = kept


def main() -> int:
    """Try what is named, or everything."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("readers", nargs="*")
    words = parser.parse_args()
    from fuzz.targets import TARGETS

    bad = False
    for name in words.readers or TARGETS:
        missing = [package for package in TARGETS[name].needs if find_spec(package) is None]
        if missing:
            print(f"{name}: left out, {', '.join(missing)} is not installed", flush=True)
            continue
        done, problems = tries(name, words.seconds, words.seed)
        print(f"{name}: {done:,} files, {len(problems)} problems", flush=True)
        for problem, file in problems.items():
            print(f"  {problem}: {file}", flush=True)
        bad = bad or bool(problems)
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
