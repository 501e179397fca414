# SPDX-License-Identifier: Apache-2.0
"""Protocol buffers have no first bytes of their own: ONNX and SavedModel are told by which fields they hold.

Source: onnx.proto, ModelProto; saved_model.proto, SavedModel.
"""

from mmap import mmap

from probatum.engines.files import kinds
from probatum.engines.files.kinds import Kind
from probatum.engines.files.protobuf import BYTES, VARINT, fields

MOST_FIELDS = 10_000  # of the outermost message
ONNX_FIELDS = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26})  # of ModelProto
IR_VERSION, GRAPH, OPSET = (1, VARINT), (7, BYTES), (8, BYTES)


def message(content: bytes | mmap) -> Kind | None:
    """Return the kind of a file that is one whole protocol buffer; None if it is none that is known."""
    try:
        found = [(number, wire) for number, wire, _, _ in fields(content, most=MOST_FIELDS)]
    except ValueError:
        return None
    numbers = {number for number, _ in found}
    if IR_VERSION in found and GRAPH in found and OPSET in found and numbers <= ONNX_FIELDS:
        return kinds.ONNX
    if found.count((1, VARINT)) == 1 and (2, BYTES) in found and numbers == {1, 2}:
        return kinds.SAVED_MODEL
    return None
