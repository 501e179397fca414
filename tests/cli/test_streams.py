# SPDX-License-Identifier: Apache-2.0
"""Streams that take everything, whatever becomes of what they write to."""

import io
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest

from probatum.cli.app import run
from probatum.cli.streams import Reliable, failure_of


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A pipe: the reading and the writing end."""
    ends = os.pipe()
    yield ends
    for end in ends:
        with suppress(OSError):
            os.close(end)


def text(handle: int, patience: float | None = None) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BufferedWriter(Reliable(handle, patience)), encoding="utf-8", line_buffering=True)


def test_everything_arrives_in_order(tmp_path: Path) -> None:
    lines = [f"line {number} {'x' * number}" for number in range(500)]
    with (tmp_path / "out").open("wb") as file:
        for patience in (None, 1.0):
            stream = text(file.fileno(), patience)
            for line in lines:
                print(line, file=stream)
            stream.flush()
            stream.detach()
    assert (tmp_path / "out").read_text(encoding="utf-8").splitlines() == lines * 2


def test_a_reader_who_is_gone_is_no_failure(pipe: tuple[int, int]) -> None:
    os.close(pipe[0])
    stream = text(pipe[1])
    for _ in range(3):
        print("nobody reads this", file=stream)
    assert failure_of(stream) is None
    assert os.write(pipe[1], b"and so do libraries") == 19


def test_a_full_disk_is_a_failure_that_is_kept() -> None:
    with Path("/dev/full").open("wb") as disk:
        stream = text(disk.fileno())
        print("lost", file=stream)
        failure = failure_of(stream)
        assert failure is not None
        assert "No space" in str(failure)
        print("lost, too", file=stream)


def test_a_reader_who_does_not_read_is_waited_for_once(pipe: tuple[int, int]) -> None:
    stream = text(pipe[1], 0.2)
    begun = time.monotonic()
    for _ in range(3000):
        print("x" * 100, file=stream)
    assert time.monotonic() - begun < 30
    os.read(pipe[0], 2**20)  # he reads on
    print("heard again", file=stream)
    assert b"heard again" in os.read(pipe[0], 2**20)


def test_a_pipe_that_does_not_wait_loses_nothing(pipe: tuple[int, int]) -> None:
    os.set_blocking(pipe[1], False)
    read: list[bytes] = []

    def reader() -> None:
        while piece := os.read(pipe[0], 1000):
            read.append(piece)

    thread = Thread(target=reader)
    thread.start()
    stream = text(pipe[1])
    stream.write("x" * 300_000)
    stream.flush()
    os.close(pipe[1])
    thread.join()
    assert len(b"".join(read)) == 300_000


def test_a_pipe_that_breaks_inside_a_command_is_no_success(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_: str) -> None:
        raise BrokenPipeError(32, "Broken pipe")  # of a worker, say: standard output never raises it

    monkeypatch.setattr("probatum.cli.checks.deliver", broken)
    assert run(["checks"]) == 3
    assert "A pipe to another process broke" in capsys.readouterr().err
