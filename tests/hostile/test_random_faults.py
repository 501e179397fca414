# SPDX-License-Identifier: Apache-2.0
"""Faults at random moments: a kill, a stream that is closed, a folder that becomes read-only.

No half-written file is read as a whole one, and nothing that was finished is lost. ``PROBATUM_REPEATS=100`` repeats
each fault as often.
"""

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from functional.test_cut_short import MAY_MOUNT, PATIENCE, PROBATUM, nothing_half_written
from functional.workshop import Desk
from probatum.errors import RunFolderError
from probatum.runs.stored import read_run
from probatum.runs.unfinished import is_whole

pytestmark = pytest.mark.slow  # a process for each fault
REPEATS = int(os.environ.get("PROBATUM_REPEATS", "3"))
SEED = int(os.environ.get("PROBATUM_SEED", "0"))
WORDS = ("assess", "--only", "usage/error-rate", "--only", "usage/bias", "--only", "environment/model-file", "-o")


class Machine:
    """The lender on a disk of its own, the record that a run without a fault comes to, and how long it takes."""

    def __init__(self, desk: Desk, disk: Path) -> None:
        self.desk, self.disk, self.moments = desk, disk, random.Random(SEED)
        process = self.start(disk / "whole")
        self.wait_for_plan(process, disk / "whole")
        begun = time.monotonic()
        self.code = process.wait(PATIENCE)
        self.seconds = time.monotonic() - begun
        assert self.code in (0, 1, 3)
        self.wanted = read_run(disk / "whole").record_id
        self.came: Counter[str] = Counter()

    def start(self, run: Path, *, pipes: bool = False) -> subprocess.Popen[bytes]:
        output = subprocess.PIPE if pipes else subprocess.DEVNULL
        return subprocess.Popen([PROBATUM, *WORDS, run], stdout=output, stderr=output, start_new_session=True)

    def wait_for_plan(self, process: subprocess.Popen[bytes], run: Path) -> None:
        """Wait until the run writes, since most of its time goes into importing."""
        while not (run / "plan.json").exists() and process.poll() is None:
            time.sleep(0.001)

    def wait_a_while(self, process: subprocess.Popen[bytes], run: Path) -> None:
        """Wait for a random moment of a run: of ten, nine after it began to write."""
        if self.moments.random() < 0.1:
            time.sleep(self.moments.uniform(0, 2))
            return
        self.wait_for_plan(process, run)
        time.sleep(self.moments.uniform(0, 1.1 * self.seconds))

    def look_at(self, run: Path) -> None:
        """Make sure that the folder is a whole run, or goes on to become the same one; count what it was."""
        if not run.exists():
            self.came["not begun"] += 1
            return
        nothing_half_written(run)
        kept = {file.name: file.read_bytes() for file in run.glob("unfinished/unit-*.json")}
        whole = is_whole(run)
        if not whole:
            said = self.desk.type("assess", "--resume", run)
            assert said.code == self.code, said.err
            assert "altered or damaged" not in said.err
            for piece in kept:  # what was finished is not measured again
                assert "done before" in said.err, (piece, said.err)
        assert read_run(run).record_id == self.wanted
        assert (run / "report.html").exists()
        assert not (run / "unfinished").exists()
        assert not list(run.rglob("*.part"))
        self.came["done before" if whole else f"went on with {len(kept)} findings"] += 1


@pytest.fixture
def machine(desk: Desk, tmp_path: Path) -> Iterator[Machine]:
    """Mount a disk where that is allowed; elsewhere it is a folder."""
    disk = tmp_path / "disk"
    disk.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=256m", "tmpfs", str(disk)]
    if MAY_MOUNT:
        subprocess.run(words, capture_output=True, check=False)
    yield Machine(desk, disk)
    if os.path.ismount(disk):
        subprocess.run(["umount", str(disk)], check=True)


def report(machine: Machine) -> None:
    """Print what came out, and make sure that the faults were met."""
    print(f"{REPEATS} faults: {dict(machine.came)}")
    assert sum(machine.came.values()) == REPEATS


def test_a_kill_at_a_random_moment(machine: Machine) -> None:
    for place in range(REPEATS):
        run = machine.disk / f"run-{place}"
        process = machine.start(run)
        machine.wait_a_while(process, run)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)
        machine.look_at(run)
    report(machine)


def test_streams_closed_at_a_random_moment(machine: Machine) -> None:
    for place in range(REPEATS):
        run = machine.disk / f"run-{place}"
        process = machine.start(run, pipes=True)
        machine.wait_a_while(process, run)
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            stream.close()
        assert process.wait(PATIENCE) == machine.code
        assert is_whole(run)
        machine.look_at(run)
    report(machine)


def read_only(disk: Path, *, wanted: bool) -> bool:
    """Make the disk read-only, or writable again; return whether that went, since nothing may be open for writing."""
    if os.path.ismount(disk):
        words = ["mount", "-o", f"remount,{'ro' if wanted else 'rw'}", str(disk)]
        return subprocess.run(words, capture_output=True, check=False).returncode == 0
    for folder in (disk, *(path for path in disk.rglob("*") if path.is_dir())):
        folder.chmod(0o500 if wanted else 0o700)
    return True


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0 and not MAY_MOUNT, reason="root writes everywhere")
def test_a_folder_read_only_at_a_random_moment(machine: Machine) -> None:
    for place in range(REPEATS):
        run = machine.disk / f"run-{place}"
        process = machine.start(run, pipes=True)
        machine.wait_a_while(process, run)
        while not read_only(machine.disk, wanted=True) and process.poll() is None:
            time.sleep(0.001)
        _, said = process.communicate(timeout=PATIENCE)
        if run.exists():
            unreadable_or_whole(run)
        while not read_only(machine.disk, wanted=False):
            time.sleep(0.001)
        assert process.returncode in (machine.code, 3), said
        assert b"Traceback" not in said
        assert process.returncode == machine.code or said.count(b"probatum: ") == 1, said
        machine.look_at(run)
    report(machine)


def unreadable_or_whole(run: Path) -> None:
    """Make sure that a run on a disk that refuses is refused, or read as the whole one that it is."""
    try:
        assert read_run(run).record_id
    except RunFolderError:
        assert not (run / "judgement.json").exists()
