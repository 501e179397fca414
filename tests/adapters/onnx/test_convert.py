# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

torch = pytest.importorskip("torch")
onnx = pytest.importorskip("onnx")
ort = pytest.importorskip("onnxruntime")

from onnx import TensorProto, helper, numpy_helper  # noqa: E402

from probatum.adapters.onnx.convert import network  # noqa: E402
from probatum.errors import ModelError  # noqa: E402

RNG = np.random.default_rng(0)


def model(nodes, constants, shape, *, opset=17):
    values = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", *shape])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        values,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)


def both(made, shape, rows=5):
    given = RNG.normal(size=(rows, *shape)).astype(np.float32)
    session = ort.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    (theirs,) = session.run(["y"], {"x": given})
    with torch.inference_mode():
        ours = network(made, "y")(torch.from_numpy(given)).numpy()
    return ours, theirs


def node(operator, *inputs, out="y", **attributes):
    return helper.make_node(operator, ["x", *inputs], [out], **attributes)


def numbers(*shape):
    return RNG.normal(size=shape).astype(np.float32)


IMAGE, FLAT = (3, 8, 8), (6,)
CASES = {
    "Gemm": ([node("Gemm", "w", "b", transB=1, alpha=0.5, beta=2.0)], {"w": numbers(4, 6), "b": numbers(4)}, FLAT),
    "Gemm without bias": ([node("Gemm", "w")], {"w": numbers(6, 4)}, FLAT),
    "MatMul": ([node("MatMul", "w")], {"w": numbers(6, 4)}, FLAT),
    "Conv": (
        [node("Conv", "w", "b", strides=[2, 2], pads=[1, 1, 1, 1])],
        {"w": numbers(5, 3, 3, 3), "b": numbers(5)},
        IMAGE,
    ),
    "Conv, uneven edges": ([node("Conv", "w", pads=[0, 1, 1, 0])], {"w": numbers(5, 3, 2, 2)}, IMAGE),
    "Conv, same": ([node("Conv", "w", auto_pad="SAME_UPPER")], {"w": numbers(5, 3, 4, 4)}, IMAGE),
    "Conv, groups and gaps": ([node("Conv", "w", group=3, dilations=[2, 2])], {"w": numbers(6, 1, 3, 3)}, IMAGE),
    "MaxPool": ([node("MaxPool", kernel_shape=[2, 2], strides=[2, 2])], {}, IMAGE),
    "MaxPool, uneven edges": (
        [node("MaxPool", kernel_shape=[3, 3], strides=[2, 2], pads=[0, 0, 1, 1])],
        {},
        IMAGE,
    ),
    "AveragePool": ([node("AveragePool", kernel_shape=[2, 2], strides=[2, 2])], {}, IMAGE),
    "AveragePool, edges": ([node("AveragePool", kernel_shape=[3, 3], pads=[1, 1, 1, 1])], {}, IMAGE),
    "GlobalAveragePool": ([node("GlobalAveragePool")], {}, IMAGE),
    "BatchNormalization": (
        [node("BatchNormalization", "s", "b", "m", "v")],
        {"s": numbers(3), "b": numbers(3), "m": numbers(3), "v": np.abs(numbers(3)) + 0.1},
        IMAGE,
    ),
    "Clip": ([node("Clip", "lo", "hi")], {"lo": np.float32(-0.5), "hi": np.float32(0.7)}, FLAT),
    "Clip at one end": ([node("Clip", "lo")], {"lo": np.float32(-0.5)}, FLAT),
    "Pad": ([node("Pad", "p", "v")], {"p": np.array([0, 0, 1, 2, 0, 0, 3, 0]), "v": np.float32(0.5)}, IMAGE),
    "Reshape": ([node("Reshape", "s")], {"s": np.array([-1, 4, 48])}, IMAGE),
    "Reshape, rows kept": ([node("Reshape", "s")], {"s": np.array([0, -1])}, IMAGE),
    "Reshape, as newer PyTorch writes it": ([node("Reshape", "s", allowzero=1)], {"s": np.array([-1, 192])}, IMAGE),
    "Reshape by the number of rows": (
        [
            node("Shape", out="sizes"),
            helper.make_node("Gather", ["sizes", "first"], ["rows"]),
            helper.make_node("Unsqueeze", ["rows", "axis"], ["listed"]),
            helper.make_node("Concat", ["listed", "rest"], ["s"], axis=0),
            node("Reshape", "s"),
        ],
        {"first": np.array(0), "axis": np.array([0]), "rest": np.array([-1])},
        IMAGE,
    ),
    "Reshape by the other sizes": (
        [
            node("Shape", out="sizes"),
            helper.make_node("Gather", ["sizes", "picked"], ["s"]),
            node("Reshape", "s"),
        ],
        {"picked": np.array([0, 3, 1, 2])},
        IMAGE,
    ),
    "Flatten": ([node("Flatten")], {}, IMAGE),
    "Transpose": ([node("Transpose", perm=[0, 2, 3, 1])], {}, IMAGE),
    "Slice": (
        [node("Slice", "a", "b", "c", "d")],
        {"a": np.array([1, 0]), "b": np.array([3, 2**62]), "c": np.array([1, 3]), "d": np.array([1, 2])},
        IMAGE,
    ),
    "Softmax": ([node("Softmax", axis=1)], {}, FLAT),
    "LogSoftmax": ([node("LogSoftmax")], {}, FLAT),
    "Elu": ([node("Elu", alpha=0.7)], {}, FLAT),
    "Gelu": ([node("Gelu")], {}, FLAT),
    "Gelu, near enough": ([node("Gelu", approximate="tanh")], {}, FLAT),
    "LeakyRelu": ([node("LeakyRelu", alpha=0.2)], {}, FLAT),
    "ReduceMean": ([node("ReduceMean", axes=[2, 3], keepdims=0)], {}, IMAGE),
    "Unsqueeze": ([node("Unsqueeze", "a")], {"a": np.array([1])}, FLAT),
    "a constant taken off first": (
        [helper.make_node("Sub", ["c", "x"], ["y"])],
        {"c": numbers(6)},
        FLAT,
    ),
    "a constant under two names": (
        [helper.make_node("Identity", ["c"], ["d"]), node("Mul", "d")],
        {"c": numbers(6)},
        FLAT,
    ),
    "a constant node": (
        [helper.make_node("Constant", [], ["c"], value=numpy_helper.from_array(numbers(6))), node("Mul", "c")],
        {},
        FLAT,
    ),
    "two ways that meet": (
        [node("Relu", out="r"), node("Tanh", out="t"), helper.make_node("Add", ["r", "t"], ["y"])],
        {},
        FLAT,
    ),
    "joined": ([node("Sigmoid", out="s"), helper.make_node("Concat", ["x", "s"], ["y"], axis=1)], {}, FLAT),
    "divided": ([node("Div", "c")], {"c": numbers(1) + 3}, FLAT),
    "ReduceMax": ([node("ReduceMax", "a", keepdims=0)], {"a": np.array([2, 3])}, IMAGE),
    "ReduceSum": ([node("ReduceSum", "a")], {"a": np.array([-1])}, FLAT),
    "GlobalMaxPool": ([node("GlobalMaxPool")], {}, IMAGE),
    "ConvTranspose": (
        [node("ConvTranspose", "w", "b", strides=[2, 2], pads=[1, 1, 1, 1])],
        {"w": numbers(3, 2, 3, 3), "b": numbers(2)},
        IMAGE,
    ),
    "Conv, same with steps": (
        [node("Conv", "w", auto_pad="SAME_UPPER", strides=[2, 2])],
        {"w": numbers(5, 3, 4, 4)},
        IMAGE,
    ),
    "Einsum": ([node("Einsum", "w", equation="bi,ij->bj")], {"w": numbers(6, 4)}, FLAT),
    "MatMul, from the left": ([helper.make_node("MatMul", ["w", "x"], ["y"])], {"w": numbers(5, 8)}, IMAGE),
    "MatMul, a batch": ([node("MatMul", "w")], {"w": numbers(3, 8, 4)}, IMAGE),
    "Split": (
        [
            helper.make_node("Split", ["x"], ["p", "q"], axis=1, num_outputs=2),
            helper.make_node("Mul", ["p", "q"], ["y"]),
        ],
        {},
        FLAT,
    ),
    "Split by sizes": ([helper.make_node("Split", ["x", "s"], ["p", "y"], axis=-1)], {"s": np.array([2, 4])}, FLAT),
    "Gather": ([node("Gather", "i", axis=1)], {"i": np.array([2, 0, -1])}, IMAGE),
    "Gather of one": ([node("Gather", "i", axis=-1)], {"i": np.array(3)}, IMAGE),
    "Expand": (
        [node("Unsqueeze", "a", out="u"), helper.make_node("Expand", ["u", "s"], ["y"])],
        {"a": np.array([2]), "s": np.array([1, 1, 4])},
        FLAT,
    ),
    "Tile": ([node("Tile", "t")], {"t": np.array([1, 2])}, FLAT),
    "DepthToSpace": ([node("DepthToSpace", blocksize=2, mode="CRD")], {}, (4, 3, 3)),
    "Unsqueeze twice": ([node("Unsqueeze", "a")], {"a": np.array([1, -1])}, FLAT),
    "Squeeze twice": (
        [node("GlobalAveragePool", out="g"), helper.make_node("Squeeze", ["g", "a"], ["y"])],
        {"a": np.array([2, 3])},
        IMAGE,
    ),
    "Sum, Max and Min": (
        [
            node("Relu", out="r"),
            node("Tanh", out="t"),
            helper.make_node("Sum", ["x", "r", "t"], ["s"]),
            helper.make_node("Max", ["s", "t"], ["m"]),
            helper.make_node("Min", ["m", "r"], ["y"]),
        ],
        {},
        FLAT,
    ),
    "Erf": ([node("Erf")], {}, FLAT),
    "Exp": ([node("Exp")], {}, FLAT),
    "Abs": ([node("Abs")], {}, FLAT),
    "Pow": ([node("Pow", "p")], {"p": np.float32(2)}, FLAT),
    "Celu": ([node("Celu", alpha=0.6)], {}, FLAT),
    "Selu": ([node("Selu")], {}, FLAT),
    "Softplus": ([node("Softplus")], {}, FLAT),
    "Softsign": ([node("Softsign")], {}, FLAT),
    "HardSwish": ([node("HardSwish")], {}, FLAT),
    "HardSigmoid": ([node("HardSigmoid", alpha=0.3, beta=0.4)], {}, FLAT),
    "Mish": ([node("Mish")], {}, FLAT),
    "PRelu": ([node("PRelu", "s")], {"s": numbers(3, 1, 1)}, IMAGE),
    "Swish by hand": ([node("Sigmoid", out="s"), node("Mul", "s")], {}, FLAT),
    "Reshape by sizes as Keras writes it": (
        [
            node("Shape", out="sizes"),
            helper.make_node("Cast", ["sizes"], ["small"], to=TensorProto.INT32),
            helper.make_node("Slice", ["small", "zero", "one", "zero"], ["rows"]),
            helper.make_node("Concat", ["rows", "rest"], ["wanted"], axis=0),
            helper.make_node("Cast", ["wanted"], ["s"], to=TensorProto.INT64),
            node("Reshape", "s"),
        ],
        {"zero": np.array([0]), "one": np.array([1]), "rest": np.array([192], dtype=np.int32)},
        IMAGE,
    ),
    "left as it is": ([node("Identity", out="i"), helper.make_node("Dropout", ["i"], ["y"])], {}, FLAT),
}


@pytest.mark.parametrize("name", CASES)
def test_both_answer_alike_when_the_operator_is_known(name):
    nodes, constants, shape = CASES[name]
    opset = 13 if name == "ReduceMean" else 20
    ours, theirs = both(model(nodes, constants, shape, opset=opset), shape)
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("nodes", "constants", "name"),
    [
        ([node("Det")], {}, "Det"),
        ([node("Reshape", "s", allowzero=1)], {"s": np.array([0, 192])}, "Reshape"),
        ([node("Shape", out="s"), node("Add", "s")], {}, "Add on sizes"),
        ([node("Flatten", axis=2)], {}, "Flatten"),
        ([node("Clip", "s")], {}, "Clip"),
        ([node("Pad", "p", mode="reflect")], {"p": np.array([0, 0, 1, 1, 0, 0, 1, 1])}, "Pad"),
    ],
)
def test_an_operator_is_refused_by_name_when_it_is_not_understood(nodes, constants, name):
    if name == "Clip":
        nodes = [node("ReduceMean", axes=[1, 2, 3], keepdims=0, out="s"), *nodes]
    with pytest.raises(ModelError, match=name):
        network(model(nodes, constants, IMAGE, opset=13), "y")


LEARNED = {
    "Scaler": {"offset": [0.5] * 6, "scale": [2.0] * 6},
    "LinearRegressor": {"coefficients": [0.1, -0.2, 0.3, 0.4, 0.5, -0.6], "intercepts": [0.7]},
    "LinearClassifier": {"coefficients": [0.1, -0.2, 0.3] * 6, "intercepts": [0.7, 0.1, 0.2],
                         "classlabels_ints": [0, 1, 2],
                         "post_transform": "SOFTMAX", "multi_class": 1},
    "Normalizer": {"norm": "L1"},
}  # fmt: skip


@pytest.mark.parametrize("name", LEARNED)
def test_both_answer_alike_when_scikit_learn_was_exported(name):
    out = ["label", "y"] if name == "LinearClassifier" else ["y"]
    made = model([helper.make_node(name, ["x"], out, domain="ai.onnx.ml", **LEARNED[name])], {}, FLAT)
    made.opset_import.append(helper.make_opsetid("ai.onnx.ml", 1))
    ours, theirs = both(made, FLAT)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def test_gradients_flow_when_a_graph_is_converted():
    nodes, constants, shape = CASES["Conv"]
    x = torch.randn(2, *shape, requires_grad=True)
    network(model(nodes, constants, shape), "y")(x).sum().backward()
    assert x.grad.abs().sum() > 0


def test_torch_fx_can_follow_a_converted_graph():
    nodes, constants, shape = CASES["two ways that meet"]
    traced = torch.fx.symbolic_trace(network(model(nodes, constants, shape), "y"))
    assert {one.op for one in traced.graph.nodes} == {"placeholder", "call_module", "call_function", "output"}
