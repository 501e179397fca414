# SPDX-License-Identifier: Apache-2.0
"""Model files that kill, hang or mislead the library that reads them are refused by name before it sees them.

What the libraries do with these files was seen with XGBoost 3.2, LightGBM 4.7 and onnxruntime 1.32: segmentation
faults, aborts, loops without an end, writes beyond a buffer. None of the tests hands one to a library.
"""

import re

import pytest

pytest.importorskip("onnx")

from hostile import boosters, graphs
from probatum.adapters.loading import load
from probatum.engines.files import kinds
from probatum.engines.files.identify import identify
from probatum.engines.files.structure.check import defect
from probatum.engines.files.structure.flatbuffers import table_at
from probatum.errors import ModelError
from probatum.facts.input_limits import InputLimits

LIMITS = InputLimits()


def refused(folder, content, kind, words):
    """Say whether the loader refuses a file of this kind for this reason."""
    assert identify(content) is kind
    assert re.search(words, str(defect(content, kind, LIMITS)))
    file = folder / "model.bin"
    file.write_bytes(content)
    with pytest.raises(ModelError, match=rf"model\.bin is {kind.name}, and was not loaded: .*(?:{words})"):
        load(file, trusted=False)


@pytest.mark.parametrize("name", boosters.XGBOOST)
def test_an_xgboost_model_that_contradicts_itself_is_refused(tmp_path, xgboost_model, name):
    content = boosters.xgboost_variant(xgboost_model, name)
    refused(tmp_path, content, kinds.XGBOOST, boosters.XGBOOST[name][1])


@pytest.mark.parametrize("name", boosters.LIGHTGBM)
def test_a_lightgbm_model_that_contradicts_itself_is_refused(tmp_path, lightgbm_model, name):
    content = boosters.lightgbm_variant(lightgbm_model, name)
    refused(tmp_path, content, kinds.LIGHTGBM, boosters.LIGHTGBM[name][1])


@pytest.mark.parametrize("name", graphs.ONNX)
def test_an_onnx_model_that_contradicts_itself_is_refused(tmp_path, name):
    make, words = graphs.ONNX[name]
    refused(tmp_path, make().SerializeToString(), kinds.ONNX, words)


@pytest.mark.parametrize("name", graphs.SOUND)
def test_an_odd_onnx_model_passes_when_nothing_is_wrong_with_it(name):
    assert defect(graphs.SOUND[name]().SerializeToString(), kinds.ONNX, LIMITS) is None


def test_a_tree_of_another_class_is_refused_in_the_binary_form_too(xgboost_model):
    xgboost = pytest.importorskip("xgboost")
    booster = xgboost.Booster()
    booster.load_model(bytearray(xgboost_model))
    content = bytes(booster.save_raw("ubj"))
    assert defect(content, kinds.XGBOOST, LIMITS) is None
    at = content.index(b"i\x00", content.index(b"tree_info[#L"))  # the class of the first tree, in one byte
    edited = content[: at + 1] + b"\x64" + content[at + 2 :]
    assert "tree_info assigns a tree to class [100]; there are 3" in str(defect(edited, kinds.XGBOOST, LIMITS))


@pytest.mark.parametrize("form", ["json", "ubj"])
def test_every_cut_of_an_xgboost_model_is_refused(xgboost_model, form):
    xgboost = pytest.importorskip("xgboost")
    booster = xgboost.Booster()
    booster.load_model(bytearray(xgboost_model))
    content = bytes(booster.save_raw(form))
    for end in range(len(content) // 3, len(content), 97):
        assert defect(content[:end], kinds.XGBOOST, LIMITS) is not None


def test_every_cut_of_a_lightgbm_model_before_its_last_line_is_refused(lightgbm_model):
    content = lightgbm_model.encode()
    for end in (*range(20, content.index(b"end of trees"), 53), content.index(b"end of parameters")):
        assert "cut off" in str(defect(content[:end], kinds.LIGHTGBM, LIMITS))


def test_the_limit_of_the_depth_is_that_of_the_description(lightgbm_model):
    content = lightgbm_model.encode()
    assert "levels deep" in str(defect(content, kinds.LIGHTGBM, InputLimits(depth=1)))


CATBOOST = {  # the list that is edited, its type, the entry, its new value, and the words of the refusal
    "a split that is not there": (1, "<i4", 0, 9_999, "the splits"),
    "a split below 0": (1, "<i4", 0, -1, "the splits"),
    "a larger tree": (2, "<i4", 0, 30, "the starts of the trees"),
    "a tree below 0": (2, "<i4", 0, -2, "a size below 0"),
    "a tree that begins elsewhere": (3, "<i4", 1, 99, "the starts of the trees"),
    "a column that is not there": (17, "<u4", 0, 0xFFFF, "the packed splits"),
    "a leaf of NaN": (8, "<f8", 0, float("nan"), "not finite"),
}


@pytest.mark.parametrize("name", CATBOOST)
def test_a_catboost_model_that_contradicts_itself_is_refused(tmp_path, catboost_model, name):
    field, kind, place, value, words = CATBOOST[name]
    held = table_at(catboost_model[8:], 0).table(1).numbers(field, kind)
    edited = held.copy()
    edited[place] = value
    assert catboost_model.count(held.tobytes()) == 1
    refused(tmp_path, catboost_model.replace(held.tobytes(), edited.tobytes()), kinds.CATBOOST, words)


def test_every_cut_of_a_catboost_model_is_refused(catboost_model):
    for end in range(4, len(catboost_model) - 1, 61):
        assert defect(catboost_model[:end], kinds.CATBOOST, LIMITS) is not None
