# SPDX-License-Identifier: Apache-2.0
"""ONNX models with one impossible part each; none of them holds code."""

from collections.abc import Callable

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FLOAT, BOOL, INT64 = TensorProto.FLOAT, TensorProto.BOOL, TensorProto.INT64


def model(nodes, initializers=(), *, functions=(), inputs=("x",), outputs=("y",)) -> onnx.ModelProto:
    """Return a model of rows of four numbers."""
    graph = helper.make_graph(
        list(nodes),
        "g",
        [helper.make_tensor_value_info(name, FLOAT, [None, 4]) for name in inputs],
        [helper.make_tensor_value_info(name, FLOAT, None) for name in outputs],
        list(initializers),
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3), helper.make_opsetid("own", 1)]
    return helper.make_model(graph, opset_imports=opsets, functions=list(functions), ir_version=9)


def linear() -> onnx.ModelProto:
    """Return a model that multiplies by a matrix."""
    return model(
        [helper.make_node("MatMul", ["x", "w"], ["y"])], [numpy_helper.from_array(np.eye(4, 3, dtype="f4"), "w")]
    )


def loop(trips: int | None, *, body_condition: str = "passed on", steps: int = 1) -> onnx.ModelProto:
    """Return a model with a loop of which the trip count is a constant, or absent."""
    nodes = [helper.make_node("Add", ["v_in", "one"], ["v_out"])]
    if body_condition == "passed on":
        nodes.append(helper.make_node("Identity", ["c_in"], ["c_out"]))
    elif body_condition == "constant":
        nodes.append(helper.make_node("Constant", [], ["c_out"], value=numpy_helper.from_array(np.array(True))))
    else:  # computed
        nodes += [
            helper.make_node("Constant", [], ["end"], value=numpy_helper.from_array(np.array(5, dtype="i8"))),
            helper.make_node("Less", ["i", "end"], ["c_out"]),
        ]
    body = helper.make_graph(
        nodes,
        "body",
        [
            helper.make_tensor_value_info("i", INT64, []),
            helper.make_tensor_value_info("c_in", BOOL, []),
            helper.make_tensor_value_info("v_in", FLOAT, None),
        ],
        [helper.make_tensor_value_info("c_out", BOOL, []), helper.make_tensor_value_info("v_out", FLOAT, None)],
    )
    constants = [numpy_helper.from_array(np.array(1, dtype="f4"), "one"), numpy_helper.from_array(np.array(True), "go")]
    if trips is not None:
        constants.append(numpy_helper.from_array(np.array(trips, dtype="i8"), "trips"))
    node = helper.make_node("Loop", ["" if trips is None else "trips", "go", "x"], ["y"], body=body)
    return model([node], constants)


def trees(**changes) -> onnx.ModelProto:
    """Return an ensemble of one tree of three nodes, some of its lists changed."""
    lists = {
        "nodes_treeids": [0, 0, 0],
        "nodes_nodeids": [0, 1, 2],
        "nodes_featureids": [0, 0, 0],
        "nodes_values": [0.5, 0.0, 0.0],
        "nodes_modes": ["BRANCH_LEQ", "LEAF", "LEAF"],
        "nodes_truenodeids": [1, 0, 0],
        "nodes_falsenodeids": [2, 0, 0],
        "class_treeids": [0, 0],
        "class_nodeids": [1, 2],
        "class_ids": [0, 1],
        "class_weights": [1.0, 1.0],
        "classlabels_int64s": [0, 1],
        "post_transform": "NONE",
    }
    node = helper.make_node("TreeEnsembleClassifier", ["x"], ["l", "y"], domain="ai.onnx.ml", **(lists | changes))
    return model([node])


def _edited(edit: Callable[[onnx.ModelProto], None]) -> onnx.ModelProto:
    whole = linear()
    edit(whole)
    return whole


def _external(whole: onnx.ModelProto) -> None:
    tensor = whole.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../etc/passwd")


def _external_pairs_only(whole: onnx.ModelProto) -> None:
    whole.graph.initializer[0].external_data.add(key="location", value="other.bin")


def _shape(*sizes: int) -> Callable[[onnx.ModelProto], None]:
    def edit(whole: onnx.ModelProto) -> None:
        tensor = whole.graph.initializer[0]
        del tensor.dims[:]
        tensor.dims.extend(sizes)

    return edit


def _nested(levels: int) -> onnx.ModelProto:
    """Return branches within branches."""
    inner = helper.make_graph([], "leaf", [], [helper.make_tensor_value_info("x", FLOAT, None)])
    for level in range(levels):
        node = helper.make_node("If", ["go"], [f"o{level}"], then_branch=inner, else_branch=inner)
        inner = helper.make_graph([node], f"g{level}", [], [helper.make_tensor_value_info(f"o{level}", FLOAT, None)])
    node = helper.make_node("If", ["go"], ["y"], then_branch=inner, else_branch=inner)
    return model([node], [numpy_helper.from_array(np.array(True), "go")])


def _multiplying(levels: int) -> onnx.ModelProto:
    """Return functions of which each calls the one before twice."""
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    made = []
    for level in range(levels):
        called = f"f{level - 1}" if level else "Neg"
        domain = "own" if level else ""
        nodes = [
            helper.make_node(called, ["a"], ["b"], domain=domain),
            helper.make_node(called, ["b"], ["c"], domain=domain),
        ]
        made.append(helper.make_function("own", f"f{level}", ["a"], ["c"], nodes, opsets))
    return model([helper.make_node(f"f{levels - 1}", ["x"], ["y"], domain="own")], functions=made)


def _calls_itself() -> onnx.ModelProto:
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    node = helper.make_node("f", ["a"], ["b"], domain="own")
    return model(
        [helper.make_node("f", ["x"], ["y"], domain="own")],
        functions=[helper.make_function("own", "f", ["a"], ["b"], [node], opsets)],
    )


def _sparse() -> onnx.ModelProto:
    whole = linear()
    values = numpy_helper.from_array(np.ones(1, dtype="f4"), "s")
    indices = numpy_helper.from_array(np.zeros(1, dtype="i8"), "si")
    whole.graph.sparse_initializer.append(helper.make_sparse_tensor(values, indices, [10**6, 10**6]))
    return whole


# name: the model, and the words of the refusal
ONNX: dict[str, tuple[Callable[[], onnx.ModelProto], str]] = {
    "a loop without an end": (lambda: loop(None), "never ends"),
    "a loop whose condition is a constant": (lambda: loop(None, body_condition="constant"), "never ends"),
    "a loop of 2 to the 62 rounds": (lambda: loop(2**62), "never ends"),
    "numbers in another file": (lambda: _edited(_external), "another file .*etc/passwd"),
    "a hint at another file": (lambda: _edited(_external_pairs_only), "another file .*other.bin"),
    "a shape of 400 GB": (lambda: _edited(_shape(10**6, 10**5)), "its shape wants others"),
    "a shape below 0": (lambda: _edited(_shape(-4, 3)), "below 0"),
    "a shape that is too small": (lambda: _edited(_shape(2, 2)), "its shape wants others"),
    "sizes that overflow": (lambda: _edited(_shape(2**40, 2**40)), "its shape wants others"),
    "an unknown type": (
        lambda: _edited(lambda w: setattr(w.graph.initializer[0], "data_type", 99)),
        "no known type",
    ),
    "numbers given twice": (lambda: _edited(lambda w: w.graph.initializer[0].float_data.append(1.0)), "twice"),
    "a sparse tensor of terabytes": (_sparse, "unfolds to more"),
    "functions that multiply": (lambda: _multiplying(40), "write out to more"),
    "a function that calls itself": (_calls_itself, "calls itself"),
    "a child that is not there": (lambda: trees(nodes_truenodeids=[77, 0, 0]), "child that is not there"),
    "a node that is its own child": (lambda: trees(nodes_truenodeids=[0, 0, 0]), "own ancestor|two parents"),
    "two parents": (lambda: trees(nodes_truenodeids=[2, 0, 0]), "two parents"),
    "a class out of range": (lambda: trees(class_ids=[0, 500]), "class_ids"),
    "a vote of a leaf that is not there": (lambda: trees(class_nodeids=[1, 900]), "leaf that is not there"),
    "too few features": (lambda: trees(nodes_featureids=[0]), "nodes_featureids"),
    "a feature below 0": (lambda: trees(nodes_featureids=[-9, 0, 0]), "nodes_featureids"),
    "a feature beyond the rows": (lambda: trees(nodes_featureids=[4000, 0, 0]), "nodes_featureids"),
    "two nodes of one number": (lambda: trees(nodes_nodeids=[0, 1, 1]), "one number|not there"),
}

# models that look odd and are fine
SOUND: dict[str, Callable[[], onnx.ModelProto]] = {
    "linear": linear,
    "trees": trees,
    "a loop of five rounds": lambda: loop(5),
    "a loop that its condition ends": lambda: loop(None, body_condition="computed"),
    "a loop of 2 to the 62 rounds that its condition ends": lambda: loop(2**62, body_condition="computed"),
    "branches in branches": lambda: _nested(10),
    "functions in functions": lambda: _multiplying(5),
}
