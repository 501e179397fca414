# SPDX-License-Identifier: Apache-2.0
"""The formats that models are stored in, and whether a file of each can run code on the machine that loads it."""

from dataclasses import dataclass

ANY = "skops, safetensors or ONNX"
TENSORS = "safetensors or ONNX"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One format."""

    name: str  # as it is told: "a pickle"
    can_run_code: bool  # when the library that it is meant for loads it
    why: str  # a plain sentence
    told: bool = True  # False: what it holds could not be told, so it counts as able to run code
    instead: str = ANY  # in which formats such a model could be stored without code


def _code(name: str, why: str, instead: str = ANY) -> Kind:
    return Kind(name=name, can_run_code=True, why=why, instead=instead)


def _untold(name: str, why: str) -> Kind:
    return Kind(name=name, can_run_code=True, why=why, told=False)


def _data(name: str, why: str = "It holds numbers and their names, and nothing that is run.") -> Kind:
    return Kind(name=name, can_run_code=False, why=why)


_PICKLED = "A pickle is a list of orders that are carried out when it is loaded; any function may be among them."
_LAMBDA = "A Keras model may hold functions of its own (Lambda layers), which are code."
_GRAPH = "It holds a graph of known operators, which its runtime carries out."
_TREES = "It holds trees as numbers."

PICKLE = _code("a pickle", _PICKLED)
OLD_PICKLE = _code("a pickle of an old protocol", _PICKLED)
PACKED_PICKLES = {
    packing: _code(f"a compressed pickle ({packing})", _PICKLED)
    for packing in ("zlib", "gzip", "bzip2", "xz", "lzma", "lz4")
}
TORCH = _code("a zip archive of PyTorch that holds more than weights", _PICKLED, TENSORS)
TORCHSCRIPT = _code(
    "a TorchScript archive", "It holds the code of the model, which runs when the model is asked.", TENSORS
)
KERAS = _code("a Keras archive", _LAMBDA, TENSORS)
HDF5 = _code("an HDF5 file (Keras)", _LAMBDA, TENSORS)
PICKLED_ARRAYS = _code("a numpy file with Python objects", _PICKLED, "a numpy file with numbers only")
SAVED_MODEL = _code("a TensorFlow SavedModel", "Its graph is a program, and may read and write files.", TENSORS)
PYTHON = _code("Python source code", "It is a program.")
PROGRAM = _code("a compiled program", "It is a program.")

BROKEN_ZIP = _untold("a zip archive that cannot be read", "Nobody can say what is inside.")
BROKEN_ARRAYS = _untold("a numpy file that cannot be read", "Nobody can say what is inside.")
TWICE = _untold("a zip archive with two members of one name", "Which of them is loaded depends on who loads it.")
ARCHIVE = _untold("an archive of files", "What is inside was not looked at.")
PACKED = _untold("a compressed file", "What is inside is of no known format.")
TWO_IN_ONE = _untold(
    "a file that can be read in two ways", "In one of them it can run code; which one is taken depends on who loads it."
)
UNKNOWN = _untold("a file of no known format", "What it does when it is loaded depends on who loads it.")
EMPTY = _untold("an empty file", "There is nothing in it that could be told.")

SKOPS = _data("a skops archive", "Only types that its reader is told to trust are built.")
TORCH_WEIGHTS = _data(
    "a zip archive of PyTorch that holds weights",
    "Its pickle looks up nothing but what builds tensors. PyTorch before 2.10 may still be harmed by a damaged file.",
)
ARRAYS = _data("a numpy file")
SAFETENSORS = _data("a safetensors file")
ONNX = _data("an ONNX model", _GRAPH)
TFLITE = _data("a TensorFlow Lite model", _GRAPH)
GGUF = _data("a GGUF file", "It holds numbers, their names and, at most, a template of text to be filled in.")
XGBOOST = _data("an XGBoost model", _TREES)
LIGHTGBM = _data("a LightGBM model as text", _TREES)
CATBOOST = _data("a CatBoost model", _TREES)
PMML = _data("a PMML document", "It holds the model as text that is read, not run.")
