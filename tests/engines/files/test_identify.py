# SPDX-License-Identifier: Apache-2.0
"""Formats are told by their bytes, never raise, and nothing that can run code is called harmless."""

import bz2
import lzma
import random
import zlib
from mmap import ACCESS_READ, mmap
from pathlib import Path

import joblib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.files.samples import KNOWN
from probatum.engines.files import kinds
from probatum.engines.files.identify import identify

CUT = {"safetensors with more behind"}  # cut off where the format ends, it is what it says
HARMLESS = [name for name, (_, kind) in KNOWN.items() if not kind.can_run_code]


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


def ends(content):
    """Return the places where a file could be cut off: all near its start and its end, and some between."""
    whole = len(content)
    last, some = (100, 50) if whole < 100_000 else (3, 5)
    between = random.Random(0).sample(range(whole), min(whole, some))
    return sorted({*range(1, min(whole, 200)), *range(max(1, whole - last), whole), *between} - {0})


@pytest.mark.parametrize("name", [name for name in KNOWN if KNOWN[name][1].can_run_code and name not in CUT])
def test_what_can_run_code_is_never_called_harmless_when_cut_off(name):
    content, _ = KNOWN[name]
    for end in ends(content):
        assert identify(content[:end]).can_run_code, end


@pytest.mark.parametrize("name", HARMLESS)
def test_a_harmless_file_is_itself_or_counts_when_cut_off(name):
    content, kind = KNOWN[name]
    for end in ends(content):
        cut = identify(content[:end])
        assert cut == kind or cut.can_run_code, end


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


def test_a_bomb_does_not_go_off_when_it_is_packed():
    assert identify(zlib.compress(bytes(10**8))) == kinds.PACKED
    assert identify(bz2.compress(bytes(10**7))) == kinds.PACKED
    assert identify(lzma.compress(bytes(10**7))) == kinds.PACKED
    wants_4_gb = b"]\x00" + b"\xff" * 11 + bytes(40)  # of memory, before anything is unpacked
    assert identify(wants_4_gb) == kinds.PACKED


def test_a_real_pickle_of_a_model_is_told_when_saved(tmp_path: Path):
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    joblib.dump(model, tmp_path / "model.onnx")  # its name says otherwise
    assert identify((tmp_path / "model.onnx").read_bytes()) == kinds.PICKLE
