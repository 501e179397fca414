# SPDX-License-Identifier: Apache-2.0
"""Small files of every format: written by the library itself where it is installed, by its description elsewhere."""

import gzip
import io
import json
import pickle
import struct
import tarfile
import warnings
import zipfile
from collections import OrderedDict

import joblib
import numpy as np

from probatum.engines.files import kinds

WEIGHTS = {"weights": np.arange(6.0)}


def dumped(**words):
    buffer = io.BytesIO()
    joblib.dump(WEIGHTS, buffer, **words)
    return buffer.getvalue()


def large(**words):
    buffer = io.BytesIO()
    joblib.dump(np.random.default_rng(0).random(130_000), buffer, **words)  # a block of bzip2 is 900 kB
    return buffer.getvalue()


def archive(members, packing=zipfile.ZIP_STORED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return buffer.getvalue()


def twice():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the name is there already
        file.writestr("a.npy", array(OBJECTS, allow_pickle=True))
        file.writestr("a.npy", array(np.arange(3)))
    return buffer.getvalue()


def tarred(name="model.bin"):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as file:
        member = tarfile.TarInfo(name)
        member.size = 4
        file.addfile(member, io.BytesIO(b"abcd"))
    return buffer.getvalue()


def array(values, *, allow_pickle=False):
    buffer = io.BytesIO()
    np.save(buffer, values, allow_pickle=allow_pickle)
    return buffer.getvalue()


def safetensors(size=24, width=0, **said):
    tensor = {"dtype": "F32", "shape": [6], "data_offsets": [0, 24]} | said
    header = json.dumps({"w": tensor}).encode().ljust(width)
    return struct.pack("<Q", len(header)) + header + bytes(size)


def packed_arrays():
    buffer = io.BytesIO()
    np.savez_compressed(buffer, a=np.arange(3), b=np.eye(2))
    return buffer.getvalue()


def field(number, wire, content):
    key = bytes([number << 3 | wire])
    return key + (bytes([content]) if wire == 0 else bytes([len(content)]) + content)


NAMED = OrderedDict(a=1.0, b=[1, 2, 300, None, True])
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
    "packed text": (gzip.compress(b"hello there, this is text"), kinds.PACKED),
    "pickle 0": (pickle.dumps([1.5, "a"], protocol=0), kinds.OLD_PICKLE),
    "pickle 1": (pickle.dumps([1.5, "a"], protocol=1), kinds.OLD_PICKLE),
    **{f"pickle {n}": (pickle.dumps([1.5, "a"], protocol=n), kinds.PICKLE) for n in range(2, 6)},
    "joblib bz2, more than its first block": (large(compress=("bz2", 9)), kinds.PACKED_PICKLES["bzip2"]),
    "joblib lzma, large": (large(compress=("lzma", 3)), kinds.PACKED_PICKLES["lzma"]),
    "npy": (array(np.arange(3.0)), kinds.ARRAYS),
    "npy of records": (array(np.zeros(2, dtype=[("Outcome", "f8"), ("on", "M8[ns]", (2,))])), kinds.ARRAYS),
    "npy of text": (array(np.array(["a", "bc"])), kinds.ARRAYS),
    "npy of objects": (array(OBJECTS, allow_pickle=True), kinds.PICKLED_ARRAYS),
    "npz": (archive({"a.npy": array(np.arange(3))}), kinds.ARRAYS),
    "npy of records with objects": (
        array(np.zeros(2, dtype=[("a", "f8"), ("b", "O")]), allow_pickle=True),
        kinds.PICKLED_ARRAYS,
    ),
    "npz, packed": (packed_arrays(), kinds.ARRAYS),
    "npz of objects": (archive({"a.npy": array(OBJECTS, allow_pickle=True)}), kinds.PICKLED_ARRAYS),
    "torch": (archive({"model/data.pkl": pickle.dumps(print), "model/data/0": bytes(8)}), kinds.TORCH),
    "torch, weights": (
        archive({"model/data.pkl": pickle.dumps(NAMED, 2), "model/data/0": bytes(8)}),
        kinds.TORCH_WEIGHTS,
    ),
    "torchscript": (
        archive({"m/data.pkl": b"", "m/constants.pkl": b"", "m/code/__torch__.py": b"x"}),
        kinds.TORCHSCRIPT,
    ),
    "skops": (archive({"schema.json": b"{}", "1.npy": array(np.arange(3))}), kinds.SKOPS),
    "keras": (archive({"config.json": b"{}", "metadata.json": b"{}", "model.weights.h5": b"\x89HDF"}), kinds.KERAS),
    "zip with two members of one name": (twice(), kinds.TWICE),
    "npz packed so that it cannot be bounded": (
        archive({"a.npy": array(np.arange(3))}, zipfile.ZIP_BZIP2),
        kinds.BROKEN_ZIP,
    ),
    "some zip": (archive({"readme.txt": b"hello"}), kinds.ARCHIVE),
    "broken zip": (archive({"a.npy": array(np.arange(3))})[:40], kinds.BROKEN_ZIP),
    "hdf5": (b"\x89HDF\r\n\x1a\n" + bytes(40), kinds.HDF5),
    "safetensors": (safetensors(), kinds.SAFETENSORS),
    "safetensors with more behind": (safetensors(25), kinds.UNKNOWN),
    "safetensors with a shape of another size": (safetensors(shape=[7]), kinds.UNKNOWN),
    "safetensors of a type that is none": (safetensors(dtype="OBJECT"), kinds.UNKNOWN),
    "onnx": (ONNX, kinds.ONNX),
    "saved model": (SAVED_MODEL, kinds.SAVED_MODEL),
    "tflite": (b"\x1c\0\0\0TFL3" + bytes(40), kinds.TFLITE),
    "gguf": (b"GGUF\x03\0\0\0" + bytes(40), kinds.GGUF),
    "xgboost json": (b'{"learner":{},"version":[3,2,0]}', kinds.XGBOOST),
    "xgboost ubj": (b"{L\0\0\0\0\0\0\0\x07learner{" + bytes(20), kinds.XGBOOST),
    "xgboost json, with a key twice": (b'{"learner":{},"learner":{},"version":[3,2,0]}', kinds.UNKNOWN),
    "json that Keras would read too": (b'{"learner":{},"version":[1],"class_name":"Sequential"}', kinds.UNKNOWN),
    "other json": (b'{"a": 1}', kinds.UNKNOWN),
    "lightgbm": (b"tree\nversion=v4\nnum_class=1\nTree=0\n", kinds.LIGHTGBM),
    "catboost": (b"CBM1" + bytes(60), kinds.CATBOOST),
    "pmml": (b'<?xml version="1.0"?>\n<PMML version="4.4"></PMML>', kinds.PMML),
    "python": (b"def answer(rows):\n    return rows\n", kinds.PYTHON),
    "program": (b"\x7fELF" + bytes(60), kinds.PROGRAM),
    "tar": (tarred(), kinds.ARCHIVE),
    "zstd": (b"\x28\xb5\x2f\xfd" + bytes(40), kinds.PACKED),
    "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(40), kinds.ARCHIVE),
    "table": (b"a,b\n1,2\n", kinds.UNKNOWN),
    "empty": (b"", kinds.EMPTY),
}
