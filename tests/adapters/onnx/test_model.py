# SPDX-License-Identifier: Apache-2.0
"""An ONNX file as it is opened: whole, or refused."""

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from onnx import TensorProto, helper, numpy_helper  # noqa: E402

from probatum.adapters.interface import Wish, wrap  # noqa: E402
from probatum.adapters.onnx.model import OnnxFile  # noqa: E402
from probatum.errors import ModelError  # noqa: E402
from probatum.systems.datasets import from_arrays  # noqa: E402


def linear(weight):
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 2])],
        [numpy_helper.from_array(weight, "w")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


@pytest.fixture
def probe():
    x = np.random.default_rng(0).normal(size=(20, 3))
    return from_arrays((x, (x[:, 0] > 0).astype(int))).test


def opened(content, probe):
    return wrap(OnnxFile(content=content), probe, Wish(output="logits"))


def test_a_whole_file_answers(probe):
    weight = np.array([[0, 1], [0, 0], [0, 0]], dtype=np.float32)
    answers = opened(linear(weight).SerializeToString(), probe).ask(probe)
    assert (answers.labels == probe.truth).all()


def test_a_file_is_refused_when_its_numbers_lie_in_another_one(probe, tmp_path, monkeypatch):
    onnx.save_model(
        linear(np.ones((3, 2), dtype=np.float32)),
        tmp_path / "model.onnx",
        save_as_external_data=True,
        location="model.onnx.data",
        size_threshold=0,
    )
    monkeypatch.chdir(tmp_path)  # where onnxruntime would find and take them, digest or no digest
    with pytest.raises(ModelError, match=r"another file \(model\.onnx\.data\).*external_data=False"):
        opened((tmp_path / "model.onnx").read_bytes(), probe)


def test_a_file_is_refused_when_it_is_cut_short(probe):
    whole = linear(np.ones((3, 2), dtype=np.float32)).SerializeToString()
    with pytest.raises(ModelError, match="broken"):
        opened(whole[:-20], probe)
