# SPDX-License-Identifier: Apache-2.0
"""Two runs in one folder, a folder that is removed under a run: one message, and nothing of two runs is mixed."""

import os
import shutil
import stat
from pathlib import Path

import pytest

from functional.test_cut_short import PATIENCE, nothing_half_written, start, wait_for, wait_until
from functional.workshop import Desk
from probatum.errors import RunFolderError, StorageError
from probatum.runs import hold as holding
from probatum.runs.folder import new_folder, write_whole
from probatum.runs.hold import LOCK_FILE, hold

WAITS = (  # for a file, once it is asked about all rows
    "import os, time\n"
    "def answer(rows):\n"
    "    while len(rows) >= 300 and not os.path.exists('awake'):\n"
    "        time.sleep(0.05)\n"
    "    return ['yes'] * len(rows)\n"
)


@pytest.fixture(params=["the folder is locked", "a file is made"])
def locking(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways to hold a folder: the second is that of systems that cannot lock one."""
    if request.param == "a file is made":
        monkeypatch.setattr(holding, "_lock_folder", lambda _: None)


@pytest.mark.usefixtures("locking")
def test_a_folder_is_held_once(tmp_path: Path) -> None:
    with hold(tmp_path), pytest.raises(RunFolderError, match="another run works in this folder"):
        hold(tmp_path)
    with hold(tmp_path):
        pass
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("locking")
def test_a_folder_that_was_removed_or_replaced_is_noticed(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    with hold(run) as held:
        shutil.rmtree(run)
        with pytest.raises(StorageError, match="removed or replaced"):
            held.require()
        run.mkdir()
        (run / LOCK_FILE).write_bytes(b"of another run")
        with pytest.raises(StorageError, match="removed or replaced"):
            held.require()
    assert (run / LOCK_FILE).exists()


@pytest.mark.usefixtures("locking")
def test_the_file_of_the_lock_does_not_count_as_content(tmp_path: Path) -> None:
    with new_folder("lender", tmp_path / "run") as held:
        assert stat.S_IMODE(held.path.stat().st_mode) == 0o700
    with new_folder("lender", tmp_path / "run"):
        pass
    (tmp_path / "run" / "mine").touch()
    with pytest.raises(RunFolderError, match="not an empty folder"):
        new_folder("lender", tmp_path / "run")


def test_a_lock_file_that_a_killed_run_left_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "_lock_folder", lambda _: None)
    (tmp_path / LOCK_FILE).touch()
    with pytest.raises(RunFolderError, match=rf"remove .*{LOCK_FILE}"):
        hold(tmp_path)


def test_a_file_is_not_written_into_a_folder_that_was_removed(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="its folder was removed"):
        write_whole(tmp_path / "gone" / "plan.json", b"{}")
    assert not (tmp_path / "gone").exists()


@pytest.mark.slow
def test_two_runs_in_one_folder_and_two_that_go_on(desk: Desk) -> None:
    desk.function(WAITS)
    first = start("assess", "-o", "run", "--only", "usage/error-rate")
    wait_for(first, "asking")
    desk.assess("-o", "run").refuses("run", "another run works in this folder")
    desk.type("assess", "--resume", "run").refuses("another run works in this folder")
    first.kill()
    first.communicate(timeout=PATIENCE)
    second = start("assess", "--resume", "run")
    wait_for(second, "asking")
    desk.type("assess", "--resume", "run").refuses("another run works in this folder")
    desk.write("awake", "")
    _, said = second.communicate(timeout=PATIENCE)
    assert second.returncode in (0, 1, 3), said
    nothing_half_written(desk.folder / "run")
    assert desk.type("report", "run").code == 0


@pytest.mark.slow
@pytest.mark.parametrize("replaced", [False, True])
def test_a_folder_removed_under_a_run_ends_it_with_one_message(desk: Desk, replaced: bool) -> None:
    desk.function(WAITS)
    run = desk.folder / "run"
    process = start("assess", "-o", "run", "--only", "usage/error-rate")
    wait_for(process, "asking")
    wait_until((run / "unfinished" / "started.json").exists)
    shutil.rmtree(run)
    if replaced:
        run.mkdir(mode=0o755)
        (run / "unfinished").mkdir()
    desk.write("awake", "")
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 3, said
    assert said.count("probatum: ") == 1
    assert "Nothing was kept. Run it again." in said
    assert "Traceback" not in said
    assert os.listdir(run) == ["unfinished"] if replaced else not run.exists()
