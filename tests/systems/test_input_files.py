# SPDX-License-Identifier: Apache-2.0
"""One way in: regular files only, up to a limit, without waiting."""

import contextlib
import gzip
import os
import socket
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.errors import InputFileError
from probatum.systems.input_files import read_file, unpacked


def reason(path, most=1_000):
    start = time.monotonic()
    with pytest.raises(InputFileError) as caught:
        read_file(path, most)
    assert time.monotonic() - start < 2
    return caught.value.reason


def test_a_regular_file_and_a_link_to_one_are_read(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert read_file(tmp_path / "a", 3) == read_file(tmp_path / "b", 3) == b"abc"


def test_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert "it is a named pipe" in reason(tmp_path / "pipe")


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/urandom", "/dev/null", "/dev/tty"])
def test_a_device_is_refused(device):
    if not Path(device).exists():
        pytest.skip("there is no such device here")
    assert "it is a device" in reason(Path(device))


def test_a_socket_and_a_folder_are_refused(tmp_path):
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(path))
        assert "it is a socket" in reason(path)
    assert "it is a folder" in reason(tmp_path)


def test_absent_files_and_impossible_names_are_told_apart(tmp_path):
    with pytest.raises(InputFileError) as caught:
        read_file(tmp_path / "gone", 1)
    assert caught.value.absent
    assert "no file can have this name" in reason(tmp_path / "a\0b")
    assert "cannot be read" in reason(tmp_path / ("x" * 5_000))


def test_a_file_beyond_the_limit_is_refused_by_its_size_unread(tmp_path):
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(800_000_000_000)
    assert "it has 800,000,000,000 bytes, and at most 1,000 are read" in reason(path)


def test_a_file_that_states_no_size_is_read_up_to_the_limit():
    path = Path("/proc/self/maps")
    if not path.exists():
        pytest.skip("there is no /proc here")
    assert path.stat().st_size == 0
    assert "and at most 10 are read" in reason(path, 10)


def test_a_gzip_bomb_is_unpacked_up_to_the_limit_only():
    bomb = gzip.compress(b"0" * 100_000_000)
    start = time.monotonic()
    with pytest.raises(InputFileError, match="unpacks to more than 1,000 bytes"):
        unpacked(bomb, "x", 1_000)
    assert time.monotonic() - start < 2


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=4))
def test_unpacking_undoes_packing_also_of_several_members(parts):
    whole = b"".join(parts)
    assert unpacked(b"".join(map(gzip.compress, parts)), "x", max(len(whole), 1)) == whole


@given(st.binary(max_size=200))
def test_bytes_that_only_begin_like_gzip_are_refused_or_unpacked(rest):
    with contextlib.suppress(InputFileError):
        assert len(unpacked(b"\x1f\x8b" + rest, "x", 10_000)) <= 10_000
