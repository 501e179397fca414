# SPDX-License-Identifier: Apache-2.0
"""A run that is cut short, by a full disk, by Ctrl-C or by a kill, is never read as a record."""

import json
import os
import resource
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from functional.workshop import Desk, Said
from probatum import policies
from probatum.errors import RunFolderError, StorageError
from probatum.runs.folder import write_whole
from probatum.runs.stored import read_run

PROBATUM = Path(sys.executable).with_name("probatum")
pytestmark = pytest.mark.slow  # processes are started and stopped by the dozen
PATIENCE = 600  # seconds, on a machine that is busy with other things; nothing is decided by them
MAY_MOUNT = sys.platform == "linux" and hasattr(os, "geteuid") and os.geteuid() == 0


def start(*words: str, before: Callable[[], None] | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [PROBATUM, *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},  # a limit on files cuts compiled modules short
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


def wait_until(true: Callable[[], bool]) -> None:
    """Wait, though not for ever."""
    latest = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < latest
        time.sleep(0.1)


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
    _, said = process.communicate(timeout=PATIENCE)
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
    process.communicate(timeout=PATIENCE)
    nothing_half_written(desk.folder / "run")


def interrupt(process: subprocess.Popen[str]) -> str:
    """Press Ctrl-C; return all that is said from then on."""
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    *before, last = said.splitlines(keepends=True)
    assert all(line.startswith("  ") for line in before), said  # a line that was being written may come once more
    return last


def go_on(desk: Desk, said: str) -> Said:
    """Type the command that the message names."""
    command = said.rstrip("\n").partition("Go on with: probatum ")[2]
    assert command, said
    resumed = desk.type(*shlex.split(command))
    assert resumed.code in (0, 1, 3), resumed.err
    return resumed


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_ends_with_130_and_one_message(desk: Desk, jobs: str) -> None:
    desk.function(
        "import os, time\n"
        "def answer(rows):\n"
        "    time.sleep(600 if len(rows) >= 300 and not os.path.exists('awake') else 0)\n"
        "    return ['yes'] * len(rows)\n"
    )
    process = start("assess", "-o", "run", "--jobs", jobs, "--only", "usage/error-rate")
    wait_for(process, "asking")
    said = interrupt(process)
    assert said.splitlines() == [
        "probatum: Interrupted. What was measured so far is kept. Go on with: "
        "probatum assess probatum.toml --resume run"
    ]
    nothing_half_written(desk.folder / "run")
    desk.write("awake", "")
    go_on(desk, said)


@pytest.mark.parametrize("later", [0.0, 0.05, 0.2, 0.7, 2.0])
def test_ctrl_c_while_workers_start_ends_with_130_and_what_was_done_is_not_lost(desk: Desk, later: float) -> None:
    desk.function(
        "import os, time\n"
        "def answer(rows):\n"
        "    waits = len(rows) < 2 and os.path.exists('run/plan.json') and not os.path.exists('awake')\n"
        "    time.sleep(600 if waits else 0)\n"
        "    return ['yes'] * len(rows)\n"
    )
    only = ("--only", "usage/error-rate", "--only", "input-manipulation/slow-inputs", "--only", "usage/bias")
    process = start("assess", "-o", "run", "--jobs", "2", *only)
    wait_for(process, "asking")
    time.sleep(later)  # whatever has happened by then: at least one check waits for ten minutes
    said = interrupt(process)
    nothing_half_written(desk.folder / "run")
    desk.write("awake", "")
    go_on(desk, said)
    assert set(desk.verdicts("run")) == {"usage/error-rate", "input-manipulation/slow-inputs", "usage/bias"}


def test_ctrl_c_that_only_the_first_process_hears_ends_its_workers_too(desk: Desk) -> None:
    desk.function(
        "import os, time\n"
        "def answer(rows):\n"
        "    if len(rows) < 2 and os.path.exists('run/plan.json'):\n"
        "        open('asleep', 'w').write('x')\n"
        "        time.sleep(600)\n"
        "    return ['yes'] * len(rows)\n"
    )
    only = ("--only", "usage/error-rate", "--only", "input-manipulation/slow-inputs", "--only", "usage/bias")
    process = start("assess", "-o", "run", "--jobs", "2", *only)
    wait_for(process, "slow-inputs …")
    wait_until((desk.folder / "asleep").exists)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE)  # the workers hold its standard error, so they have ended too
    assert process.returncode == 130
    assert "Go on with: probatum assess probatum.toml --resume run" in said


@pytest.mark.parametrize("busy", [True, False])
def test_workers_end_when_the_first_process_is_killed(desk: Desk, busy: bool) -> None:
    desk.function(
        "import os, time\n"
        "def answer(rows):\n"
        "    if len(rows) < 2 and os.path.exists('run/plan.json'):\n"
        "        open('asleep', 'w').write('x')\n"
        f"        time.sleep(3600 if {busy} else 1)\n"
        "    return ['yes'] * len(rows)\n"
    )
    only = ("--only", "usage/error-rate", "--only", "input-manipulation/slow-inputs", "--only", "usage/bias")
    process = start("assess", "-o", "run", "--jobs", "2", *only)
    wait_for(process, "slow-inputs …")
    wait_until((desk.folder / "asleep").exists)
    process.kill()
    process.communicate(timeout=PATIENCE)  # the workers hold its standard error, so they have ended too
    nothing_half_written(desk.folder / "run")


@pytest.mark.parametrize("words", [(), ("--trust-file", "--policy", "own policy.toml")])
def test_the_command_that_goes_on_holds_all_that_the_run_was_begun_with(desk: Desk, words: tuple[str, ...]) -> None:
    desk.write("own policy.toml", (Path(policies.__file__).parent / "high.toml").read_text(encoding="utf-8"))
    desk.write(
        "own.py",
        "import os, time\n"
        "def answer(rows):\n"
        "    time.sleep(600 if len(rows) >= 300 and not os.path.exists('awake') else 0)\n"
        "    return ['yes'] * len(rows)\n",
    )
    brief = ("own:answer", "--data", "test.csv", "--target", "repaid", "--train", "train.csv")
    process = start("assess", *brief, *words, "--only", "usage/error-rate", "--seed", "3", "-o", "a run")
    wait_for(process, "asking")
    said = interrupt(process)
    desk.write("awake", "")
    go_on(desk, said)
    assert desk.record("a run").plan.seed == "3"
    assert desk.record("a run").plan.subject.train_rows


def test_ctrl_c_before_anything_was_measured_leaves_nothing_in_the_way(desk: Desk) -> None:
    desk.write("own.py", "import time\ntime.sleep(600)\ndef answer(rows):\n    return ['yes'] * len(rows)\n")
    desk.describe(('file = "model.joblib"\ntrust_file = true', 'python = "own:answer"'))
    process = start("assess", "-o", "run")
    wait_for(process, "opening")
    assert interrupt(process) == "probatum: Interrupted. Nothing was kept. Run it again.\n"
    desk.describe()
    assert desk.assess().code in (0, 1, 3)


def test_ctrl_c_during_a_demo_names_a_command_that_works(desk: Desk) -> None:
    process = start("demo", "diabetes", "-o", "shown")
    wait_for(process, "…")
    go_on(desk, interrupt(process))
    assert (desk.folder / "shown" / "report.html").exists()


def unread(*words: str) -> int:
    """Type a command whose output nobody reads; return its exit code."""
    process = subprocess.Popen([PROBATUM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for stream in (process.stdout, process.stderr):
        assert stream is not None
        stream.close()
    return process.wait(PATIENCE)


def test_a_reader_who_has_had_enough_changes_nothing(desk: Desk) -> None:
    assert unread("assess", "-o", "run", "--only", "usage/error-rate") == desk.assess("-o", "other").code
    assert read_run(desk.folder / "run").record_id == desk.record_id("other")
    assert unread("--help") == 0
    assert unread("report", "run") == 0
    assert unread("assess", "gone.toml") == 2
