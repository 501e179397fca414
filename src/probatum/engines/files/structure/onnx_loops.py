# SPDX-License-Identifier: Apache-2.0
"""Loops of an ONNX model: one that nothing in it can end is refused.

A loop ends when its trip count is reached or its condition turns false. Where the condition is passed through
unchanged, or is absent, only the trip count is left; where that is absent or beyond reason, the loop never ends.
Whether a condition that is computed ever turns false cannot be decided; the time limit of the process that runs the
model ends such a loop.

Source: the operator Loop, onnx 1.23, docs/Operators.md.
"""

from collections.abc import Mapping

from probatum.engines.files.structure.onnx_nodes import Graph, Node
from probatum.engines.files.structure.parts import require

Constants = Mapping[str, int | None]  # tensors whose values stand in the file; None: it is no single whole number
MOST_TRIPS = 10_000_000
PASSED_ON = ("Identity", "Cast")


def check_loop(node: Node, body: Graph, known: Constants) -> None:
    """Refuse a loop that nothing ends.

    Raises:
        StructureError: its condition cannot change, and its trip count is absent or too large.
    """
    trips = node.inputs[0] if node.inputs else ""
    stated = known.get(trips)
    if trips and (stated is None or stated <= MOST_TRIPS):
        return
    count = f"{stated:,} rounds are stated" if stated is not None else "no number of rounds is stated"
    require(not _fixed(body, known), f"it has a loop that never ends: {count}, and its condition cannot change")


def _fixed(body: Graph, known: Constants) -> bool:
    """Whether what a body gives as its condition is the one that it got, or a constant."""
    if not body.outputs:
        return True
    makers = {output: node for node in body.nodes for output in node.outputs}
    name = body.outputs[0]
    for _ in range(len(body.nodes) + 1):
        if name in list(body.inputs)[1:2] or name in known:
            return True
        maker = makers.get(name)
        if maker is None:
            return False
        if maker.operator == "Constant":
            return True
        if maker.operator not in PASSED_ON or not maker.inputs:
            return False
        name = maker.inputs[0]
    return True
