# SPDX-License-Identifier: Apache-2.0
"""Workers seen from outside, in both ways of starting one."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from probatum.errors import DescriptionError, WorkerError
from probatum.runs.isolation import launcher
from probatum.runs.isolation.pool import Pool
from probatum.runs.isolation.process import Log, RaisedError, WorkerEndedError, WorkerProcess
from probatum.seeds import number

WAYS = [True, False] if launcher.FORKS else [False]


@pytest.fixture(params=WAYS, ids=lambda fork: "forked" if fork else "interpreter")
def worker(request: pytest.FixtureRequest) -> Iterator[WorkerProcess]:
    process = WorkerProcess(Log(), patience=5, launched=launcher.launch(fork=request.param))
    yield process
    process.kill()


def ignore(kind: str, value: object) -> None:
    """Hear nothing."""


def call(worker: WorkerProcess, function: object, *arguments: object) -> object:
    assert callable(function)
    return worker.call(function, *arguments, hear=ignore)


def test_a_function_is_called_elsewhere(worker: WorkerProcess) -> None:
    assert call(worker, number, 3, "name") == number(3, "name")
    assert call(worker, os.getpid) != os.getpid()
    assert call(worker, os.getpid) == call(worker, os.getpid)  # one process for all calls


def test_it_starts_without_what_changes_python(worker: WorkerProcess) -> None:
    assert call(worker, eval, "__import__('sys').flags.isolated") == 1
    assert "" not in call(worker, eval, "__import__('sys').path")
    assert call(worker, os.getcwd) == os.getcwd()
    assert call(worker, eval, "__import__('os').environ['OMP_NUM_THREADS']") == "1"


def test_errors_of_ours_come_back_as_they_were(worker: WorkerProcess) -> None:
    text = "exec(\"raise __import__('probatum.errors').errors.DescriptionError('a.toml', ['one', 'two'])\")"
    with pytest.raises(DescriptionError) as raised:
        call(worker, eval, text)
    assert (raised.value.file, raised.value.mistakes) == ("a.toml", ["one", "two"])
    assert "In the worker process" in raised.value.__notes__[0]


@pytest.mark.parametrize(("text", "kind"), [("1 / 0", "ZeroDivisionError"), ("exit(0)", "SystemExit")])
def test_errors_of_others_come_back_as_their_type(worker: WorkerProcess, text: str, kind: str) -> None:
    with pytest.raises(RaisedError) as raised:
        call(worker, eval, text)
    assert raised.value.kind == kind
    assert call(worker, len, "goes on") == 7


def test_how_it_ended_is_known(worker: WorkerProcess) -> None:
    with pytest.raises(WorkerEndedError, match="with exit code 3"):
        call(worker, os._exit, 3)
    with pytest.raises(WorkerEndedError, match="with exit code 3"):
        call(worker, len, "too late")
    assert not worker.alive


def test_a_signal_is_named(worker: WorkerProcess) -> None:
    with pytest.raises(WorkerEndedError, match="SIGSEGV"):
        call(worker, eval, f"__import__('os').kill(__import__('os').getpid(), {int(signal.SIGSEGV)})")


def test_what_it_prints_is_logged_and_cut(worker: WorkerProcess) -> None:
    log = Log()
    other = WorkerProcess(log, launched=launcher.launch())
    call(other, print, "printed")
    call(other, os.write, 1, b"raw")
    call(other, os.write, 2, b"x" * 60_000)
    until = time.monotonic() + 60
    while len(log.content()) < 60_000 and time.monotonic() < until:
        time.sleep(0.01)
    other.kill()
    assert log.content().startswith(b"printed\nraw")
    full = Log()
    full.add(b"x" * 2**21)
    assert len(full.content()) < 2**20 + 100
    assert b"dropped" in full.content()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_no_worker_outlives_the_process_that_started_it(tmp_path: Path) -> None:
    code = (
        "from probatum.runs.isolation.process import Log, WorkerProcess; import os, sys\n"
        "worker = WorkerProcess(Log())\n"
        "print(worker.call(os.getpid, hear=lambda *_: None), flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    import subprocess

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    number_of_worker = int(done.stdout)
    until = time.monotonic() + 60
    while Path(f"/proc/{number_of_worker}").exists():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_pool_keeps_the_order_and_passes_errors_on() -> None:
    with Pool(2) as pool:
        assert list(pool.map(abs, [(-one,) for one in range(20)])) == list(range(20))
        with pytest.raises(WorkerError):
            list(pool.map(os._exit, [(4,)]))
