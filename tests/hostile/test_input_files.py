# SPDX-License-Identifier: Apache-2.0
"""Endless, huge and lying input files: every reader of files refuses them, with one clear message, and soon."""

import gzip
import io
import os
import time
import zipfile

import numpy as np
import pytest

from probatum.adapters.loading import load
from probatum.errors import DataError, ProbatumError
from probatum.facts.input_limits import InputLimits
from probatum.runs.policies import read_policy
from probatum.systems.datasets import read
from probatum.systems.description import Description, read_description
from probatum.systems.sections import DataSection, InputLimitsSection

SMALL = InputLimits(file_bytes=10_000)


def data(path, target="y"):
    """Read a data file with small limits."""
    description = Description(
        data=DataSection(test=path.name, target=target), input_limits=InputLimitsSection(file_bytes=10_000)
    )
    return read(description, path.parent)


READERS = {
    "description": read_description,
    "policy": read_policy,
    "model": lambda path: load(path, trusted=False, limits=SMALL),
    "data": data,
}


def refused(reader, path):
    start = time.monotonic()
    with pytest.raises(ProbatumError) as caught:
        reader(path)
    assert time.monotonic() - start < 2
    return str(caught.value)


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_no_reader_waits_for_a_pipe(tmp_path, reader):
    os.mkfifo(tmp_path / "x.csv")
    assert "named pipe" in refused(reader, tmp_path / "x.csv")


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_no_reader_reads_a_device(tmp_path, reader):
    (tmp_path / "x.csv").symlink_to("/dev/zero")
    assert "a device" in refused(reader, tmp_path / "x.csv")


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_no_reader_reads_more_than_the_limit(tmp_path, reader):
    with (tmp_path / "x.csv").open("wb") as file:
        file.truncate(2_000_000_000)
    assert "2,000,000,000 bytes" in refused(reader, tmp_path / "x.csv")


def test_a_table_of_blanks_is_empty(tmp_path):
    (tmp_path / "x.csv").write_bytes(b" \n" * 4_000)
    assert "x.csv is empty; wanted rows." in refused(data, tmp_path / "x.csv")


def test_a_packed_table_unpacks_up_to_the_limit(tmp_path):
    (tmp_path / "x.csv.gz").write_bytes(gzip.compress(b"a,y\n" + b"1,2\n" * 2_000_000))
    message = refused(data, tmp_path / "x.csv.gz")
    assert "unpacks to more than 10,000 bytes" in message
    assert "raise file_bytes under [input_limits]" in message


def npz(path, *, header=None, **arrays):
    """Write an npz file; the header of its array x may state another shape."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            stream = io.BytesIO()
            np.lib.format.write_array(stream, array, allow_pickle=False)
            content = stream.getvalue()
            if header is not None and name == "x":
                start = content.index(b"{")
                content = (
                    content[:start]
                    + header.ljust(content.index(b"\n") - start).encode()
                    + content[content.index(b"\n") :]
                )
            archive.writestr(f"{name}.npy", content)


@pytest.mark.parametrize(
    "shape", ["(100000000000, 2)", "(-1, 2)", "(2305843009213693952, 8)", "(1, 2)", "(" * 60 + ")" * 60, "(1e3, 2)"]
)
def test_an_npz_file_that_promises_another_size_is_refused(tmp_path, shape):
    path = tmp_path / "d.npz"
    npz(
        path,
        header=f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}",
        x=np.zeros((9, 2)),
        y=np.zeros(9),
    )
    assert "d.npz is damaged" in refused_pair(path)


def test_an_npz_file_of_cells_without_a_size_is_refused(tmp_path):
    path = tmp_path / "d.npz"
    npz(
        path,
        header="{'descr': '<U0', 'fortran_order': False, 'shape': (10000000000, 2), }",
        x=np.zeros((0, 2)),
        y=np.zeros(9),
    )
    assert "d.npz is damaged" in refused_pair(path)


def test_an_npz_bomb_is_refused_by_what_it_unpacks_to(tmp_path):
    path = tmp_path / "d.npz"
    npz(path, x=np.zeros((1_000_000, 8)), y=np.zeros(1_000_000))
    assert path.stat().st_size < 100_000
    message = refused_pair(path, most=200_000)
    assert "unpack to more than 200,000 bytes" in message


def refused_pair(path, most=100_000):
    description = Description(
        data=DataSection(test=f"{path.name}:x,y"), input_limits=InputLimitsSection(file_bytes=most)
    )
    start = time.monotonic()
    with pytest.raises(DataError) as caught:
        read(description, path.parent)
    assert time.monotonic() - start < 2
    return str(caught.value)


def test_a_parquet_file_that_repeats_one_long_text_is_read_up_to_the_limit(tmp_path):
    arrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    column = arrow.DictionaryArray.from_arrays(np.zeros(100_000, dtype="i4"), ["x" * 10_000]).cast(arrow.string())
    parquet.write_table(arrow.table({"a": column, "y": np.zeros(100_000)}), tmp_path / "x.parquet")
    assert (tmp_path / "x.parquet").stat().st_size < 100_000
    description = Description(
        data=DataSection(test="x.parquet", target="y"), input_limits=InputLimitsSection(file_bytes=1_000_000)
    )
    with pytest.raises(DataError, match="unpacks to more than 1,000,000 bytes"):
        read(description, tmp_path)


def test_a_picture_of_gigabytes_is_refused_before_it_is_unpacked(tmp_path):
    image = pytest.importorskip("PIL.Image")
    (tmp_path / "p" / "a").mkdir(parents=True)
    image.new("1", (20_000, 20_000)).save(tmp_path / "p" / "a" / "x.png")
    description = Description(data=DataSection(test="p/"), input_limits=InputLimitsSection(file_bytes=10_000_000))
    with pytest.raises(DataError, match=r"p/a/x\.png unpacks to more than|x\.png is damaged"):
        read(description, tmp_path)


def test_limits_stand_in_the_description(tmp_path):
    path = tmp_path / "probatum.toml"
    (tmp_path / "t.csv").write_text("a,y\n1,2\n", encoding="utf-8")
    path.write_text(
        '[model]\nscores = "t.csv"\ndecision = "a"\n[data]\nfavourable = 1\n[data.columns]\nprotected = ["y"]\n'
        "[input_limits]\nfile_bytes = 5\ndepth = 9\nreply_bytes = 7\nseconds = 1.5\n",
        encoding="utf-8",
    )
    stated = read_description(path).input_limits.fact()
    assert stated == InputLimits(file_bytes=5, depth=9, reply_bytes=7, seconds=1.5)
    path.write_text("[input_limits]\nfile_bytes = 0\ndepth = 99999\nseconds = -1\nbytes = 3\n", encoding="utf-8")
    message = refused(read_description, path)
    assert all(key in message for key in ("file_bytes", "depth", "seconds", "bytes: there is no such key"))
