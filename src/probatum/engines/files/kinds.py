# SPDX-License-Identifier: Apache-2.0
"""The formats that models are stored in, and whether a file of each can run code on the machine that loads it."""

from dataclasses import dataclass

NO_CODE = "skops, safetensors or ONNX"  # what to store a model as instead


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One format."""

    name: str  # as it is told: "a pickle"
    can_run_code: bool  # when the library that it is meant for loads it
    why: str  # a plain sentence


def _code(name: str, why: str) -> Kind:
    return Kind(name=name, can_run_code=True, why=why)


def _data(name: str, why: str = "It holds numbers and their names, and nothing that is run.") -> Kind:
    return Kind(name=name, can_run_code=False, why=why)


_PICKLED = "A pickle is a list of orders that are carried out when it is loaded; any function may be among them."
PICKLE = _code("pickle", _PICKLED)
OLD_PICKLE = _code("pickle of an old protocol", _PICKLED)
PACKED_PICKLES = {
    packing: _code(f"compressed pickle ({packing})", _PICKLED)
    for packing in ("zlib", "gzip", "bzip2", "xz", "lzma", "lz4")
}
TORCH = _code("zip archive of PyTorch, with a pickle inside", _PICKLED)
TORCHSCRIPT = _code("TorchScript archive", "It holds the code of the model, which runs when the model is asked.")
KERAS = _code("Keras archive", "A Keras model may hold functions of its own (Lambda layers), which are code.")
HDF5 = _code("HDF5 file (Keras)", "A Keras model may hold functions of its own (Lambda layers), which are code.")
PICKLED_ARRAYS = _code("numpy file with Python objects", _PICKLED)
SAVED_MODEL = _code("TensorFlow SavedModel", "Its graph is a program, and may read and write files.")
PYTHON = _code("Python source code", "It is a program.")
BROKEN_ZIP = _code("zip archive that cannot be read", "Nobody can say what is inside, nor that it cannot run code.")
ARCHIVE = _code("archive of files", "What is inside was not looked at, so nobody can say that it cannot run code.")
UNKNOWN = _code("file of no known format", "Nobody can say that it cannot run code.")
TWO_IN_ONE = _code("file that reads as two formats", "One of them is a pickle; which it is depends on who loads it.")
EMPTY = _code("empty file", "There is nothing in it that could be told.")
SKOPS = _data("skops archive", "Only types that its reader is told to trust are built.")
ARRAYS = _data("numpy file")
SAFETENSORS = _data("safetensors file")
ONNX = _data("ONNX model", "It holds a graph of known operators, which its runtime carries out.")
TFLITE = _data("TensorFlow Lite model", "It holds a graph of known operators, which its runtime carries out.")
GGUF = _data("GGUF file")
XGBOOST = _data("XGBoost model", "It holds trees as numbers.")
LIGHTGBM = _data("LightGBM model as text", "It holds trees as numbers.")
CATBOOST = _data("CatBoost model", "It holds trees as numbers.")
PMML = _data("PMML document", "It holds the model as text that is read, not run.")
