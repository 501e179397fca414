# SPDX-License-Identifier: Apache-2.0
"""Rights that a worker gives up: tried in a worker, since nothing gives them back."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from probatum.runs.isolation.confinement import landlock_version, limited_memory
from probatum.runs.isolation.process import Log, RaisedError, WorkerProcess

pytestmark = pytest.mark.skipif(landlock_version() == 0, reason="this kernel has no Landlock")


@pytest.fixture
def worker() -> Iterator[WorkerProcess]:
    process = WorkerProcess(Log())
    yield process
    process.kill()


def ignore(kind: str, value: object) -> None:
    """Hear nothing."""


def test_a_confined_worker_writes_in_its_folder_alone_and_reads_everywhere(
    worker: WorkerProcess, tmp_path: Path
) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    for folder in (inside, outside):
        folder.mkdir()
        (folder / "old").write_text("old")
    text = "__import__('probatum.runs.isolation.confinement').runs.isolation.confinement.confine"
    assert worker.call(eval, f"{text}(__import__('pathlib').Path({str(inside)!r}), network=False)", hear=ignore)
    assert worker.call(Path.write_text, inside / "new", "new", hear=ignore) == 3
    assert worker.call(Path.read_text, outside / "old", hear=ignore) == "old"
    for function, arguments in (
        (Path.write_text, (outside / "new", "new")),
        (Path.unlink, (outside / "old",)),
        (Path.mkdir, (outside / "folder",)),
        (Path.rename, (inside / "old", outside / "moved")),
        (Path.symlink_to, (outside / "link", inside)),
    ):
        with pytest.raises(RaisedError, match=r"PermissionError|OSError"):
            worker.call(function, *arguments, hear=ignore)
    assert sorted(one.name for one in outside.iterdir()) == ["old"]


@pytest.mark.skipif(landlock_version() < 4, reason="TCP is restricted from version 4 on")
@pytest.mark.parametrize("network", [True, False])
def test_a_confined_worker_opens_a_connection_only_where_it_may(
    worker: WorkerProcess, tmp_path: Path, network: bool
) -> None:
    text = "__import__('probatum.runs.isolation.confinement').runs.isolation.confinement.confine"
    place = f"__import__('pathlib').Path({str(tmp_path)!r})"
    assert worker.call(eval, f"{text}({place}, network={network})", hear=ignore)
    with socket.create_server(("127.0.0.1", 0)) as server:
        reach = f"__import__('socket').create_connection({server.getsockname()!r}, 5).close()"
        if network:
            worker.call(eval, reach, hear=ignore)
        else:
            with pytest.raises(RaisedError, match="PermissionError"):
                worker.call(eval, reach, hear=ignore)


def test_memory_is_limited_for_as_long_as_a_file_is_opened(worker: WorkerProcess) -> None:
    wanted = 2**34  # bytes of address space; nothing is written there
    text = (
        "exec('import mmap\\nfrom probatum.runs.isolation.confinement import limited_memory\\n"
        f"with limited_memory(10):\\n    mmap.mmap(-1, {wanted})')"
    )
    with pytest.raises(RaisedError, match=r"OSError|MemoryError"):
        worker.call(eval, text, hear=ignore)
    worker.call(eval, f"__import__('mmap').mmap(-1, {wanted}).close()", hear=ignore)
    with limited_memory(0):
        pass
