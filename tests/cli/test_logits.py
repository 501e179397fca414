# SPDX-License-Identifier: Apache-2.0
"""An ONNX file that gives logits is assessed from the command line alone."""

import json

import numpy as np
import pytest

from functional.workshop import Desk, people

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

WORDS = ("assess", "model.onnx", "--data", "test.csv", "--target", "late", "--only", "usage/error-rate", "-o", "run")


def write(desk: Desk) -> None:
    """Write a linear model of two columns whose scores are logits, and rows for it."""
    weights = np.array([[-1.0, 1.0], [0.5, -0.5]], dtype=np.float32)
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "linear",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 2])],
        [numpy_helper.from_array(weights, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    (desk.folder / "model.onnx").write_bytes(model.SerializeToString())
    rows = people(300, seed=5)[["age", "income"]] / 10
    rows.assign(late=(2 * rows["age"] - rows["income"] > 0).astype(int)).to_csv(desk.folder / "test.csv", index=False)


def error_rate(desk: Desk, *words: str) -> float:
    said = desk.type(*WORDS, *words)
    assert said.code in (0, 1), said.err
    record = json.loads((desk.folder / "run" / "record.json").read_text())
    return record["findings"][0]["measures"]["error_rate"]["value"]


def test_logits_are_taken_as_such_when_the_command_line_says_so(desk: Desk) -> None:
    write(desk)
    assert error_rate(desk, "--model-output", "logits") == 0


def test_logits_are_refused_as_probabilities_with_the_option_that_would_do(desk: Desk) -> None:
    write(desk)
    said = desk.type(*WORDS, "--model-output", "probabilities").refuses("logits")
    assert "--model-output logits" in said or 'output = "logits"' in said


def test_a_wrong_kind_of_output_is_refused(desk: Desk) -> None:
    write(desk)
    desk.type(*WORDS, "--model-output", "logit").refuses("--model-output: wanted")
