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
from probatum.runs.opening import open_live  # noqa: E402
from probatum.systems.datasets import from_arrays  # noqa: E402
from probatum.systems.description import Description  # noqa: E402
from probatum.systems.sections import ModelSection  # noqa: E402


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


def classifier(names, *, order=(0, 1, 2), zipmap=False, given=None):
    """Return a linear classifier as converters write it: labels in the operator, a label output, scores."""
    key = "classlabels_strings" if isinstance(names[0], str) else "classlabels_ints"
    eye = np.eye(3, dtype=np.float32)[list(order)] * 5
    nodes = [
        helper.make_node(
            "LinearClassifier",
            ["x"],
            ["label", "raw"],
            domain="ai.onnx.ml",
            coefficients=eye.reshape(-1).tolist(),
            intercepts=[0.0] * 3,
            post_transform="SOFTMAX",
            multi_class=0,
            **{key: list(names if given is None else given)},
        )
    ]
    text = isinstance(names[0], str)
    kind = TensorProto.STRING if text else TensorProto.INT64
    outputs = [helper.make_tensor_value_info("label", kind, ["n"])]
    if zipmap:
        key = "classlabels_strings" if text else "classlabels_int64s"
        nodes.append(helper.make_node("ZipMap", ["raw"], ["maps"], domain="ai.onnx.ml", **{key: list(names)}))
        of = helper.make_map_type_proto(kind, helper.make_tensor_type_proto(TensorProto.FLOAT, []))
        outputs.append(helper.make_value_info("maps", helper.make_sequence_type_proto(of)))
    else:
        outputs.append(helper.make_tensor_value_info("raw", TensorProto.FLOAT, ["n", 3]))
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3])], outputs)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    return OnnxFile(content=helper.make_model(graph, opset_imports=opsets, ir_version=9).SerializeToString())


ROWS = np.random.default_rng(0).normal(size=(60, 3))
HIGHEST = ROWS.argmax(axis=1)


def open_file(thing, truth, **said):
    data = from_arrays((ROWS, truth), classes=said.get("classes"), task=said.pop("task", None))
    return open_live(thing, data, Description(model=ModelSection(**said)))


def wrong(found):
    return float((found.system.answers(found.system.data.test).labels != found.system.data.test.truth).mean())


@pytest.mark.parametrize("zipmap", [False, True], ids=["table", "maps"])
@pytest.mark.parametrize("names", [("c", "a", "b"), (2, 0, 1), (10, 30, 20)])
def test_the_files_own_labels_are_used_in_whatever_order(names, zipmap):
    found = open_file(classifier(names, zipmap=zipmap), np.asarray(names)[HIGHEST])
    assert wrong(found) == 0
    assert found.system.model.classes == names
    assert "sorted order" not in " ".join(found.subject.notes)


def test_many_whole_numbers_are_labels_when_the_file_lists_labels():
    truth = np.concatenate([HIGHEST[:25], np.arange(3, 38)])  # 38 different ones, of which the file knows three
    with pytest.raises(ModelError, match="rows have a label that the model never answers"):
        open_file(classifier((0, 1, 2)), truth)


def test_labels_from_one_are_refused_and_a_stated_order_wins():
    with pytest.raises(ModelError, match="shifted by 1"):
        open_file(classifier((0, 1, 2)), HIGHEST + 1)
    assert wrong(open_file(classifier((0, 1, 2)), HIGHEST + 1, classes=(1, 2, 3))) == 0
    assert (
        wrong(open_file(classifier(("c", "a", "b")), np.array(["x", "y", "z"])[HIGHEST], classes=("x", "y", "z"))) == 0
    )


def test_scores_in_another_order_than_the_files_labels_are_refused_and_a_stated_order_wins():
    """Two nodes that disagree: the label follows one list, the map of scores another."""
    crossed = classifier(("c", "a", "b"), zipmap=True, given=("b", "c", "a"))
    truth = np.asarray(["b", "c", "a"])[HIGHEST]
    with pytest.raises(ModelError, match=r"highest score in only .*\(--classes\)"):
        open_file(crossed, truth)
    assert wrong(open_file(crossed, truth, classes=("b", "c", "a"))) == 0


def test_logits_of_a_network_are_said_to_be_such():
    weight = OnnxFile(content=linear(np.array([[0, 5], [0, 0], [0, 0]], dtype=np.float32)).SerializeToString())
    truth = (ROWS[:, 0] > 0).astype(int)
    with pytest.raises(ModelError, match="--model-output logits"):
        open_file(weight, truth)
    assert wrong(open_file(weight, truth, output="logits")) == 0
