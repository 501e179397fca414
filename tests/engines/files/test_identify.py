# SPDX-License-Identifier: Apache-2.0
"""Formats are told by their bytes, never raise, and nothing that can run code is called harmless."""

import bz2
import gzip
import io
import json
import lzma
import pickle
import struct
import zipfile
import zlib
from mmap import ACCESS_READ, mmap
from pathlib import Path

import joblib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.engines.files import kinds
from probatum.engines.files.identify import identify

WEIGHTS = {"weights": np.arange(6.0)}


def dumped(**words):
    buffer = io.BytesIO()
    joblib.dump(WEIGHTS, buffer, **words)
    return buffer.getvalue()


def archive(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return buffer.getvalue()


def array(values, *, allow_pickle=False):
    buffer = io.BytesIO()
    np.save(buffer, values, allow_pickle=allow_pickle)
    return buffer.getvalue()


def safetensors(size=24):
    header = json.dumps({"w": {"dtype": "F32", "shape": [6], "data_offsets": [0, 24]}}).encode()
    return struct.pack("<Q", len(header)) + header + bytes(size)


def field(number, wire, content):
    key = bytes([number << 3 | wire])
    return key + (bytes([content]) if wire == 0 else bytes([len(content)]) + content)


ONNX = field(1, 0, 9) + field(2, 2, b"pytorch") + field(7, 2, field(2, 2, b"main")) + field(8, 2, field(2, 0, 17))
SAVED_MODEL = field(1, 0, 1) + field(2, 2, field(1, 2, field(4, 2, b"serve")))
OBJECTS = np.array([{"a": 1}], dtype=object)
KNOWN = {
    "joblib": (dumped(), kinds.PICKLE),
    "joblib gzip": (dumped(compress=("gzip", 3)), kinds.PACKED_PICKLES["gzip"]),
    "joblib zlib": (dumped(compress=("zlib", 3)), kinds.PACKED_PICKLES["zlib"]),
    "joblib bz2": (dumped(compress=("bz2", 3)), kinds.PACKED_PICKLES["bzip2"]),
    "joblib xz": (dumped(compress=("xz", 3)), kinds.PACKED_PICKLES["xz"]),
    "joblib lzma": (dumped(compress=("lzma", 3)), kinds.PACKED_PICKLES["lzma"]),
    "lz4": (b"\x04\x22\x4d\x18" + bytes(40), kinds.PACKED_PICKLES["lz4"]),
    "packed text": (gzip.compress(b"hello there, this is text"), kinds.UNKNOWN),
    "pickle 0": (pickle.dumps([1.5, "a"], protocol=0), kinds.OLD_PICKLE),
    "pickle 1": (pickle.dumps([1.5, "a"], protocol=1), kinds.OLD_PICKLE),
    "pickle 2": (pickle.dumps([1.5, "a"], protocol=2), kinds.PICKLE),
    "npy": (array(np.arange(3.0)), kinds.ARRAYS),
    "npy of objects": (array(OBJECTS, allow_pickle=True), kinds.PICKLED_ARRAYS),
    "npz": (archive({"a.npy": array(np.arange(3))}), kinds.ARRAYS),
    "npz of objects": (archive({"a.npy": array(OBJECTS, allow_pickle=True)}), kinds.PICKLED_ARRAYS),
    "torch": (archive({"model/data.pkl": pickle.dumps({}), "model/data/0": bytes(8)}), kinds.TORCH),
    "torchscript": (
        archive({"m/data.pkl": b"", "m/constants.pkl": b"", "m/code/__torch__.py": b"x"}),
        kinds.TORCHSCRIPT,
    ),
    "skops": (archive({"schema.json": b"{}", "1.npy": array(np.arange(3))}), kinds.SKOPS),
    "keras": (archive({"config.json": b"{}", "metadata.json": b"{}", "model.weights.h5": b"\x89HDF"}), kinds.KERAS),
    "some zip": (archive({"readme.txt": b"hello"}), kinds.ARCHIVE),
    "broken zip": (archive({"a.npy": array(np.arange(3))})[:40], kinds.BROKEN_ZIP),
    "hdf5": (b"\x89HDF\r\n\x1a\n" + bytes(40), kinds.HDF5),
    "safetensors": (safetensors(), kinds.SAFETENSORS),
    "safetensors with more behind": (safetensors(25), kinds.UNKNOWN),
    "onnx": (ONNX, kinds.ONNX),
    "saved model": (SAVED_MODEL, kinds.SAVED_MODEL),
    "tflite": (b"\x1c\0\0\0TFL3" + bytes(40), kinds.TFLITE),
    "gguf": (b"GGUF\x03\0\0\0" + bytes(40), kinds.GGUF),
    "xgboost json": (b'{"learner":{},"version":[3,2,0]}', kinds.XGBOOST),
    "xgboost ubj": (b"{L\0\0\0\0\0\0\0\x07learner{" + bytes(20), kinds.XGBOOST),
    "other json": (b'{"a": 1}', kinds.UNKNOWN),
    "lightgbm": (b"tree\nversion=v4\nnum_class=1\nTree=0\n", kinds.LIGHTGBM),
    "catboost": (b"CBM1" + bytes(60), kinds.CATBOOST),
    "pmml": (b'<?xml version="1.0"?>\n<PMML version="4.4"></PMML>', kinds.PMML),
    "python": (b"def answer(rows):\n    return rows\n", kinds.PYTHON),
    "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(40), kinds.ARCHIVE),
    "table": (b"a,b\n1,2\n", kinds.UNKNOWN),
    "empty": (b"", kinds.EMPTY),
}
CUT = {"safetensors with more behind"}  # cut off where the format ends, it is what it says


@pytest.mark.parametrize("name", KNOWN)
def test_kind_is_told_when_a_file_is_whole(name):
    content, kind = KNOWN[name]
    assert identify(content) == kind


@pytest.mark.parametrize("name", [name for name, (content, _) in KNOWN.items() if content])
def test_kind_is_the_same_when_a_file_is_mapped_rather_than_read(name, tmp_path):
    content, kind = KNOWN[name]
    file = tmp_path / "model.txt"
    file.write_bytes(content)
    with file.open("rb") as opened, mmap(opened.fileno(), 0, access=ACCESS_READ) as mapped:
        assert identify(mapped) == kind


@pytest.mark.parametrize("name", [name for name in KNOWN if KNOWN[name][1].can_run_code and name not in CUT])
def test_what_can_run_code_is_never_called_harmless_when_cut_off(name):
    content, _ = KNOWN[name]
    for end in range(1, min(len(content), 200)):
        assert identify(content[:end]).can_run_code, end


@pytest.mark.parametrize("name", ["safetensors", "onnx", "npz", "skops"])
def test_a_strict_form_is_not_believed_when_cut_off(name):
    content, kind = KNOWN[name]
    for end in range(1, len(content)):
        assert identify(content[:end]) != kind, end


@given(st.binary(max_size=300))
def test_it_never_raises_when_given_any_bytes(content):
    assert identify(content).name


@given(st.sampled_from(sorted(KNOWN)), st.binary(min_size=1, max_size=30), st.integers(0, 200))
def test_it_never_raises_when_a_file_is_spoilt(name, noise, at):
    content = KNOWN[name][0]
    assert identify(content[:at] + noise + content[at + len(noise) :]).name


@pytest.mark.parametrize("start", [b"GGUF", b"CBM1"])
def test_a_pickle_behind_harmless_first_bytes_is_not_called_harmless(start):
    opcode_and_length = {b"GGUF": 9, b"CBM1": 2 + start[1]}[start]  # BINFLOAT and SHORT_BINBYTES swallow what follows
    content = start + bytes(opcode_and_length - len(start)) + b"cos\nsystem\n."
    assert identify(content) == kinds.TWO_IN_ONE


def test_a_bomb_does_not_go_off_when_it_is_packed():
    assert identify(zlib.compress(bytes(10**8))) == kinds.UNKNOWN
    assert identify(bz2.compress(bytes(10**7))) == kinds.UNKNOWN
    assert identify(lzma.compress(bytes(10**7))) == kinds.UNKNOWN


def test_a_real_pickle_of_a_model_is_told_when_saved(tmp_path: Path):
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    joblib.dump(model, tmp_path / "model.onnx")  # its name says otherwise
    assert identify((tmp_path / "model.onnx").read_bytes()) == kinds.PICKLE
