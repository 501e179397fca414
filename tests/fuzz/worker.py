# SPDX-License-Identifier: Apache-2.0
"""One process that tries damaged files on one reader; what it is at lies in a file, should the process die."""

import json
import random
import resource
import sys
import time
import traceback
import warnings
from itertools import count
from pathlib import Path

from fuzz.mutations import damaged
from fuzz.targets import TARGETS, Target
from probatum.errors import ProbatumError

MEMORY = 6 * 2**30  # bytes of address space
SLOW = 2.0  # seconds
RUNS_CODE = frozenset({"pickle.find_class", "os.system", "subprocess.Popen", "os.exec", "os.posix_spawn", "os.fork"})


class CodeRanError(BaseException):
    """Something did what only code in the file could have asked for."""


def tried(target: Target, path: Path, content: bytes) -> str | None:
    """Try one file; return what went wrong, by type and place."""
    path.write_bytes(content)
    start = time.process_time()  # a busy machine is no fault of the reader; a reader that waits is ended from outside
    try:
        target.run(path)
    except ProbatumError:
        pass
    except BaseException as error:  # whatever it is, it is reported
        ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "probatum" in frame.filename]
        last = ours[-1] if ours else traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno} ({str(error)[:80]})"
    took = time.process_time() - start
    return f"took {took:.1f} seconds" if took > SLOW else None


def main(name: str, seed: int, folder: Path) -> None:
    """Try files until the process is ended."""
    warnings.simplefilter("ignore")
    target, path = TARGETS[name], folder / TARGETS[name].name
    seeds = target.seeds()
    tried(target, path, seeds[0])  # what is imported on the first use takes its time
    for content in seeds:
        problem = tried(target, path, content)
        if problem is not None:
            _tell(folder, f"a sound file: {problem}", path)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    sys.addaudithook(_audit)
    rng = random.Random(seed)
    (folder / "tried").write_text("0", encoding="utf-8")  # from here on the time counts
    for number in count():
        content = damaged(rng.choice(seeds), seeds, rng)
        problem = tried(target, path, content)
        if problem is not None:
            kept = folder / f"{seed}-{number}-{target.name}"
            kept.write_bytes(content)
            _tell(folder, problem, kept)
        if number % 20 == 0:
            (folder / "tried").write_text(str(number + 1), encoding="utf-8")


def _tell(folder: Path, problem: str, file: Path) -> None:
    """Keep what went wrong in a file: libraries print whatever they like."""
    with (folder / "told").open("a", encoding="utf-8") as told:
        told.write(json.dumps({"problem": problem, "file": str(file)}) + "\n")


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if event in RUNS_CODE:
        raise CodeRanError(event)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
