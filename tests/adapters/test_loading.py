# SPDX-License-Identifier: Apache-2.0
"""Model files and modules: opened once, digested, and never run without leave."""

import bz2
import gzip
import lzma
import pickle
import zlib
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.pipeline import Pipeline

from probatum.adapters.loading import load
from probatum.errors import ModelError, UntrustedFileError


class Bomb:
    """What a pickle can do: leave a mark when it is loaded."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return Path.touch, (self.mark,)


@pytest.mark.parametrize("compress", [0, ("zlib", 3), ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3)])
def test_every_compression_of_joblib_is_told_and_loaded_only_with_leave(
    pipeline: Pipeline, tmp_path: Path, compress: int | tuple[str, int]
) -> None:
    file = tmp_path / "model.joblib"
    joblib.dump(pipeline, file, compress=compress)
    with pytest.raises(UntrustedFileError, match="pickle"):
        load(file, trusted=False)
    loaded = load(file, trusted=True)
    assert isinstance(loaded.content, Pipeline)
    assert loaded.digest == "sha256:" + sha256(file.read_bytes()).hexdigest()
    assert loaded.notes == ()


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress, zlib.compress])
def test_nothing_runs_without_leave(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    file, mark = tmp_path / "model.pkl", tmp_path / "mark"
    file.write_bytes(pack(pickle.dumps(Bomb(mark))))
    with pytest.raises(UntrustedFileError, match="runs whatever code it holds"):
        load(file, trusted=False)
    assert not mark.exists()


def test_nothing_runs_when_the_file_is_not_the_one_stated(tmp_path: Path) -> None:
    file, mark = tmp_path / "model.pkl", tmp_path / "mark"
    file.write_bytes(pickle.dumps(Bomb(mark)))
    with pytest.raises(ModelError, match="not the file described"):
        load(file, trusted=True, stated="sha256:" + "0" * 64)
    assert not mark.exists()
    load(file, trusted=True, stated="sha256:" + sha256(file.read_bytes()).hexdigest())
    assert mark.exists()


def test_a_packed_file_is_told_when_its_first_block_is_large(tmp_path: Path) -> None:
    numbers = np.random.default_rng(0).random(130_000)
    joblib.dump(numbers, tmp_path / "model.joblib", compress=("bz2", 9))
    assert (load(tmp_path / "model.joblib", trusted=True).content == numbers).all()


@pytest.mark.parametrize("protocol", [0, 1])
def test_old_pickles_are_not_taken_for_models(tmp_path: Path, protocol: int) -> None:
    file = tmp_path / "model.pkl"
    file.write_bytes(pickle.dumps(Bomb(tmp_path / "mark"), protocol=protocol))
    for trusted in (False, True):
        with pytest.raises(ModelError, match="pickle of protocol 0 or 1"):
            load(file, trusted=trusted)
    assert not (tmp_path / "mark").exists()


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"", "is empty"),
        (b"a,b\n1,2\n", "of no format that it knows"),
        (b"PK\x03\x04", "zip archive"),
        (b"\x89HDF\r\n", "is an HDF5"),
    ],
)
def test_a_file_of_another_kind_is_refused_by_its_kind(tmp_path: Path, content: bytes, wanted: str) -> None:
    file = tmp_path / "model.bin"
    file.write_bytes(content)
    with pytest.raises(ModelError, match=wanted):
        load(file, trusted=True)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path, words in ((tmp_path / "gone.joblib", "Check the path"), (tmp_path, "it is a folder")):
        with pytest.raises(ModelError, match=words):
            load(path, trusted=True)


def test_a_cut_off_file_is_refused(pipeline: Pipeline, tmp_path: Path) -> None:
    file = tmp_path / "model.joblib"
    joblib.dump(pipeline, file)
    file.write_bytes(file.read_bytes()[:300])
    with pytest.raises(ModelError, match="could not be loaded"):
        load(file, trusted=True)
