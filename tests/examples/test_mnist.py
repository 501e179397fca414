# SPDX-License-Identifier: Apache-2.0
"""The network that reads digits: both sides of the bracket, on real pictures, and the same as an ONNX file."""

import numpy as np
import pandas as pd
import pytest

torch = pytest.importorskip("torch")

from examples.conftest import module_in  # noqa: E402
from probatum.adapters.interface import Wish, few, wrap  # noqa: E402
from probatum.checks.input_manipulation.evasion import Options, run  # noqa: E402
from probatum.facts.plan import Terms  # noqa: E402
from probatum.seeds import stream  # noqa: E402
from probatum.systems.attacker import Attacker  # noqa: E402
from probatum.systems.datasets import from_arrays  # noqa: E402
from probatum.systems.system import System  # noqa: E402
from probatum.systems.views import AttackedRows  # noqa: E402


@pytest.fixture
def reader(real_data):
    real_data("mnist.npz")
    recipe = module_in("mnist", "recipe")
    (x, y), test = recipe.load()
    flat = pd.DataFrame(x[:2000].reshape(2000, -1)).assign(digit=y[:2000])
    return recipe.train(flat, 0), (x[:2000], y[:2000]), test


def system(model, train, test):
    data = from_arrays((test[0][:60], test[1][:60]), train)
    return System.of(wrap(model, few(data.test), Wish(output="logits")), data)


def bracket(one):
    view = AttackedRows(rows=one.data.test, attacker=Attacker.none(), train=one.data.train)
    return run(one, view, Options(rows=60), Terms(confidence=0.95), stream(0, "t"))


@pytest.mark.slow
def test_both_sides_are_found_and_leave_room_between_them_when_digits_are_read(reader):
    network, train, test = reader
    finding = bracket(system(network, train, test))
    shares = {name: finding.measures[name].value for name in ("fooled_share", "proven_share", "unknown_share")}
    assert sum(shares.values()) == pytest.approx(1.0)
    assert shares["fooled_share"] > 0.02
    assert shares["proven_share"] > 0.1
    curve = [part.value for part in finding.measures["empirical_robust_accuracy"].groups]
    assert curve == sorted(curve, reverse=True)


@pytest.mark.slow
def test_the_same_network_has_the_same_bracket_when_it_comes_as_onnx(reader):
    pytest.importorskip("onnxruntime")
    from onnx import TensorProto, helper, numpy_helper

    from probatum.adapters.onnx.model import OnnxFile

    network, train, test = reader
    weights = {name.replace(".", "_"): value.numpy() for name, value in network.state_dict().items()}
    nodes = [
        helper.make_node("Unsqueeze", ["x", "axis"], ["p"]),
        helper.make_node("Conv", ["p", "look_0_weight", "look_0_bias"], ["c0"], strides=[2, 2], pads=[1] * 4),
        helper.make_node("Relu", ["c0"], ["r0"]),
        helper.make_node("Conv", ["r0", "look_2_weight", "look_2_bias"], ["c1"], strides=[2, 2], pads=[1] * 4),
        helper.make_node("Relu", ["c1"], ["r1"]),
        helper.make_node("Flatten", ["r1"], ["f"]),
        helper.make_node("Gemm", ["f", "decide_0_weight", "decide_0_bias"], ["g0"], transB=1),
        helper.make_node("Relu", ["g0"], ["r2"]),
        helper.make_node("Gemm", ["r2", "decide_2_weight", "decide_2_bias"], ["y"], transB=1),
    ]
    graph = helper.make_graph(
        nodes,
        "reader",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 28, 28])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 10])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in weights.items()]
        + [numpy_helper.from_array(np.array([1]), "axis")],
    )
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    ours = bracket(system(network, train, test))
    theirs = bracket(system(OnnxFile(content=proto.SerializeToString()), train, test))
    for name in ("fooled_share", "proven_share"):
        assert theirs.measures[name].value == pytest.approx(ours.measures[name].value, abs=1 / 60)
