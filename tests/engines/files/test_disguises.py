# SPDX-License-Identifier: Apache-2.0
"""A file that looks harmless, and that another reader loads as code, is never called harmless."""

import gzip
import io
import pickle
import struct

import joblib
import numpy as np
import pytest

from engines.files.samples import KNOWN, OBJECTS, array, safetensors, tarred
from probatum.engines.files import kinds
from probatum.engines.files.identify import identify

INERT = pickle.dumps([1, 2])
KERAS, _ = KNOWN["keras"]


def stamped(stamp):
    """Return a packed pickle whose time of writing spells a format's name."""
    content = bytearray(gzip.compress(INERT, mtime=0))
    content[4:8] = stamp
    return bytes(content)


def headed(header):
    """Return a numpy file with a header of one's own, and an array of objects behind it."""
    text = header.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + pickle.dumps(OBJECTS)


LONG_WAY = b"B" + struct.pack("<I", 70_000) + bytes(70_000) + b"0cbuiltins\nlen\n."
DISGUISED = {
    "a packed pickle stamped like TFLite": stamped(b"TFL3"),
    "a pickle behind the first bytes of GGUF": b"GGUF" + bytes(5) + b"cbuiltins\nlen\n.",
    "a pickle far behind the first bytes of GGUF": b"GGUF" + bytes(5) + LONG_WAY,
    "a pickle behind the first bytes of CatBoost": b"CBM1" + bytes(ord("B") - 2) + b"cbuiltins\nlen\n.",
    "a zip archive at the end of GGUF": b"GGUF" + bytes(60) + KERAS,
    "a zip archive at the end of numbers": array(np.arange(3)) + KERAS,
    "a zip archive within safetensors": safetensors()[: -len(KERAS)] + KERAS,
    "HDF5 behind 512 bytes of GGUF": b"GGUF" + bytes(508) + KNOWN["hdf5"][0],
    "HDF5 behind 2,048 bytes of numbers": array(np.arange(3)).ljust(2048, b"\0") + b"\x89HDF\r\n\x1a\n",
    "a tar archive of a file called GGUF": tarred("GGUF"),
    "a tar archive of a file called LightGBM's first line": tarred("tree\nversion=v4"),
    "objects, said after numbers": headed("{'descr': '<f8', 'fortran_order': False, 'descr': '|O', 'shape': (1,)}"),
    "objects, spelt in another way": headed(r"{'descr': '\x7c\x4f', 'fortran_order': False, 'shape': (1,)}"),
    "objects, on another line": headed("{'descr':\n '|O', 'fortran_order': False, 'shape': (1,)}"),
    "objects among others": headed("{'descr': '<f8,O', 'fortran_order': False, 'shape': (1,)}"),
    "objects in each element": headed("{'descr': [('a', ('|O', (2,)))], 'fortran_order': False, 'shape': (1,)}"),
}


@pytest.mark.parametrize("name", DISGUISED)
def test_it_counts_as_code_when_another_reader_would_run_it(name):
    assert identify(DISGUISED[name]).can_run_code


def test_the_disguises_are_real_when_the_readers_at_hand_are_asked():
    assert joblib.load(io.BytesIO(DISGUISED["a packed pickle stamped like TFLite"])) == [1, 2]
    assert pickle.loads(DISGUISED["a pickle far behind the first bytes of GGUF"]) is len
    for name in ("objects, said after numbers", "objects, spelt in another way", "objects, on another line"):
        assert np.load(io.BytesIO(DISGUISED[name]), allow_pickle=True).dtype == object


@pytest.mark.parametrize(
    "width", [0x180, 0x280, 0x580, 0x178, 0x5E78, 0x9C78, 0xDA78, 0x8B20, 0x4248, 0x5D, 0x50, 0x2E28, 0x2E88]
)
def test_safetensors_are_no_disguise_when_their_length_spells_the_first_bytes_of_another_format(width):
    content = safetensors(width=width)
    assert identify(content) == (kinds.SAFETENSORS if content[8 + width :] else kinds.UNKNOWN)


def test_real_numbers_are_no_disguise_when_they_are_many():
    weights = np.random.default_rng(0).normal(size=200_000)
    assert identify(array(weights)) == kinds.ARRAYS
    assert identify(array(weights.astype("f4"))) == kinds.ARRAYS
