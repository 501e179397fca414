# SPDX-License-Identifier: Apache-2.0
"""A run that is cut short, by a full disk, by Ctrl-C or by a kill, is never read as a record."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from functional.workshop import Desk
from probatum.errors import RunFolderError, StorageError
from probatum.runs.folder import read_run, write_whole

PROBATUM = Path(sys.executable).with_name("probatum")
pytestmark = pytest.mark.slow  # processes are started and stopped by the dozen
MAY_MOUNT = sys.platform == "linux" and hasattr(os, "geteuid") and os.geteuid() == 0


def start(*words: str, before: Callable[[], None] | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [PROBATUM, *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
        preexec_fn=lambda: _begin(before),  # one thread here
    )


def _begin(before: Callable[[], None] | None) -> None:
    """Let the child hear Ctrl-C, whoever started these tests deaf to it, and set its limits."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if before is not None:
        before()


def wait_for(process: subprocess.Popen[str], words: str) -> None:
    """Read what the process says until it says these words."""
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return
    raise AssertionError(f"it never said {words}")


def nothing_half_written(run: Path) -> None:
    """Make sure that the folder is either no run at all, or a whole one."""
    for file in run.glob("*.json"):
        json.loads(file.read_bytes())
    if (run / "judgement.json").exists():  # written last
        assert read_run(run).record_id
    else:
        with pytest.raises(RunFolderError):
            read_run(run)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """Return a function that mounts a disk of so many KiB."""
    place = tmp_path / "disk"
    place.mkdir()

    def mounted(size: int) -> Path:
        words = ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(place)]
        if not MAY_MOUNT or subprocess.run(words, capture_output=True, check=False).returncode:
            pytest.skip("only root may mount a small disk, and only on Linux")
        return place

    yield mounted
    if os.path.ismount(place):
        subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("size", [4, 20])
def test_a_full_disk_ends_with_3_and_leaves_nothing_half_written(
    desk: Desk, small_disk: Callable[[int], Path], size: int
) -> None:
    run = small_disk(size) / "run"
    desk.assess("-o", run).refuses("the disk is full", "Nothing half-written was kept", code=3)
    nothing_half_written(run)
    assert not list(run.rglob(".*"))
    desk.type("report", run).refuses("record.json")


def test_a_disk_full_at_the_report_leaves_a_whole_record(desk: Desk, small_disk: Callable[[int], Path]) -> None:
    run = small_disk(84) / "run"
    desk.assess("-o", run).refuses("report.html could not be written", code=3)
    assert not list(run.rglob(".*"))
    assert desk.type("report", run).code == 0  # the report is made from the record, any time


def test_files_that_may_not_grow_end_with_3(desk: Desk) -> None:
    def small_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    process = start("assess", "-o", "run", "--only", "usage/error-rate", before=small_files)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 3, said
    assert "could not be written" in said
    assert "Traceback" not in said
    nothing_half_written(desk.folder / "run")


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.json", b"{}")
    (tmp_path / "taken").mkdir()
    with pytest.raises(StorageError, match="taken"):
        write_whole(tmp_path / "taken", b"{}")
    assert {file.name for file in tmp_path.iterdir()} == {"a.json", "taken"}


@pytest.mark.parametrize(
    ("words", "later"),
    [("opening", 0.0), ("plan:", 0.0), ("asking", 0.0), ("wrongly", 0.0), ("wrongly", 0.01), ("wrongly", 0.04)],
)
def test_a_killed_run_is_never_read_as_a_record(desk: Desk, words: str, later: float) -> None:
    process = start("assess", "-o", "run", "--only", "usage/error-rate")
    wait_for(process, words)
    time.sleep(later)
    process.kill()
    process.communicate()
    nothing_half_written(desk.folder / "run")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_ends_with_130_and_one_message(desk: Desk, jobs: str) -> None:
    desk.function(
        "import time\n"
        "def answer(rows):\n"
        "    time.sleep(0.02 if len(rows) == 1 else 0.2 if len(rows) < 300 else 60)\n"
        "    return ['yes'] * len(rows)\n"
    )
    process = start("assess", "-o", "run", "--jobs", jobs)
    wait_for(process, "asking")
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.splitlines() == [
        "probatum: Interrupted. A run that was cut short is not read as a record; run it again."
    ]
    nothing_half_written(desk.folder / "run")


def test_ctrl_c_while_workers_start_ends_with_130_and_one_message(desk: Desk) -> None:
    process = start("assess", "-o", "run", "--jobs", "2")
    wait_for(process, "asking")
    time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert said.endswith("probatum: Interrupted. A run that was cut short is not read as a record; run it again.\n")
    nothing_half_written(desk.folder / "run")
