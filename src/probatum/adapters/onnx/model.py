# SPDX-License-Identifier: Apache-2.0
"""An ONNX model as its users run it: onnxruntime, one thread, in chunks of the size that the model wants."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np

from probatum.adapters.answers import numbered
from probatum.adapters.claims import by_answers, counted
from probatum.adapters.function import FunctionModel, tell_output
from probatum.adapters.interface import Adapter, Claim, Wish, align
from probatum.adapters.onnx.outputs import keys_of, order, outputs, table
from probatum.errors import MissingExtraError, ModelError
from probatum.facts.capabilities import Capability
from probatum.facts.threats import Task
from probatum.systems.datasets import Label, Rows, Schema
from probatum.systems.interface import Answers
from probatum.systems.mistakes import first_line
from probatum.systems.structures import Input, Network, Structure

_MISSING = 'Wanted onnxruntime and onnx, to run an ONNX model; they are not installed. pip install "probatum[onnx]"'
AGREE = 1e-4  # of scores, beside their own size: float32 sums in another order differ by about 1e-6


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class OnnxFile:
    """The bytes of an ONNX model."""

    content: bytes


@final
class OnnxModel:
    """One input, one output that holds scores or values."""

    def __init__(self, content: bytes, probe: Rows, wish: Wish) -> None:
        """Open the model and find the output that answers.

        Raises:
            ModelError: it cannot be opened, has several inputs, or keeps its numbers in other files.
        """
        self._content, self._schema = content, probe.schema
        self._keys: tuple[Label, ...] | None = None  # of scores that come as maps
        graph = _whole(content)
        self._session = _session(content)
        inputs = self._session.get_inputs()
        if len(inputs) != 1:
            raise ModelError(
                f"Wanted an ONNX model with one input, an array of all columns; this one has {len(inputs)} "
                f"({', '.join(one.name for one in inputs[:6])}). Export it with a single input."
            )
        self._input = inputs[0]
        self.outputs = outputs(self._session, graph)
        self.classes: tuple[Label, ...] | None = wish.classes or self._order(probe)
        labels = None if self.outputs.scored else "labels"
        self._means = wish.output or labels or tell_output(self._said, probe)
        self._function = FunctionModel(self._said, self._means, replace(wish, classes=self.classes))
        self.capabilities: frozenset[Capability] = self._function.capabilities

    def ask(self, rows: Rows) -> Answers:
        """Return what the model says of all rows."""
        return self._function.ask(rows)

    def encode(self, rows: Rows) -> np.ndarray:
        """Return the rows as the model gets them."""
        return self._given(rows.features)

    def _said(self, features: Any) -> np.ndarray:
        return self._run(self._given(features), self.outputs.answers)

    def _order(self, probe: Rows) -> tuple[Label, ...] | None:
        """Return the labels in the order of the scores, as the file states them and its labels bear out."""
        if not self.outputs.scored or probe.schema.task is Task.REGRESSION:
            return None
        try:
            given = self._given(probe.features)
            scores = self._run(given, self.outputs.answers)
            labels = None if self.outputs.labels is None else self._run(given, self.outputs.labels).reshape(-1)
        except Exception:  # noqa: BLE001  # whoever asks in earnest finds out why
            return self.outputs.stated
        flat = scores.reshape(len(scores), -1)
        found = order(self.outputs, flat, labels, self._keys)
        return numbered(Wish(), flat.shape[1], probe.schema).classes if found is None else found

    def _given(self, features: Any) -> np.ndarray:
        features = features if isinstance(features, np.ndarray) else features.to_numpy()
        kinds = {"tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(uint8)": np.uint8}
        if self._input.type not in kinds:
            raise ModelError(f"Wanted an ONNX model that takes decimal numbers; this one takes {self._input.type}.")
        given = np.ascontiguousarray(features, dtype=kinds[self._input.type])
        shape = self._input.shape[1:]
        if all(isinstance(size, int) for size in shape) and given.shape[1:] != tuple(shape):
            if np.prod(shape) != np.prod(given.shape[1:]):
                raise ModelError(
                    f"The model wants rows of {_times(shape)} cells; the data have {_times(given.shape[1:])}. "
                    "Are these its columns?"
                )
            given = given.reshape(len(given), *shape)
        return given

    def claim(self, probe: Rows) -> Claim:
        """Return what the file says of its answers, else what they show."""
        found = self.outputs
        if found.stated or (found.labels is not None and found.scored):
            names = f" with {counted(found.stated)}" if found.stated else " with an output of labels"
            return Claim(task=Task.MULTICLASS, because=f"is an ONNX classifier{names}", classes=found.stated)
        if found.regressor:
            return Claim(task=Task.REGRESSION, because="is an ONNX model of amounts (a regressor)")
        return by_answers(self._said, probe)

    def check_columns(self, schema: Schema) -> tuple[str, ...]:
        """Return no notes: an ONNX input has no names of columns."""
        return ()

    def refit(self, rows: Rows, seed: int) -> "OnnxModel":
        """Refuse: the file says nothing of how it was trained."""
        raise ModelError("An ONNX file cannot be trained again. Give a recipe: [recipe] train.")

    def structure(self, rows: Rows | None = None) -> Structure | str:
        """Return the graph as a torch network, where every operator is understood and both answer alike."""
        try:
            import onnx

            from probatum.adapters.onnx.convert import network
        except ImportError:
            return 'Its gradients need torch. Install it: pip install "probatum[torch,onnx]"'
        if self.outputs.maps:
            return "The ONNX model gives its scores as maps, which are not looked into."
        try:
            module = network(onnx.load_model_from_string(self._content), self.outputs.answers)
        except ModelError as error:
            return str(error)
        classes = len(self._schema.classes)
        inputs = None
        if len(self._input.shape) == 2:
            inputs = tuple(Input(column=place) for place in range(len(self._schema.given)))
        core = Network(module=module, classes=classes)
        schema = self._schema if rows is None else rows.schema
        places = (
            range(classes) if self.classes is None else align(np.asarray(self.classes, dtype=object), schema).tolist()
        )
        if min(places) < 0:
            return "The model answers classes that the data do not have."
        found = Structure(core=core, encode=self.encode, inputs=inputs, order=tuple(places))
        if rows is not None and not self.agrees(found, rows):
            return "The ONNX graph as read gives other scores than onnxruntime, so it is only asked."
        return found

    def agrees(self, structure: Structure, rows: Rows) -> bool:
        """Whether the network answers real rows as onnxruntime does."""
        import torch

        given = self.encode(rows)
        with torch.inference_mode():
            ours = structure.core.module(torch.from_numpy(given)).numpy()  # type: ignore[union-attr]  # always a Network
        theirs = self._run(given, self.outputs.answers)
        return bool(ours.shape == theirs.shape and np.allclose(ours, theirs, rtol=AGREE, atol=AGREE))

    def _run(self, given: np.ndarray, output: str) -> np.ndarray:
        """Return an output for all rows; a model with a fixed number of rows gets that many, the last filled up."""
        size = self._input.shape[0]
        size = size if isinstance(size, int) else max(len(given), 1)
        pieces = []
        for start in range(0, len(given), size):
            chunk = given[start : start + size]
            filled = np.concatenate([chunk, np.repeat(chunk[-1:], size - len(chunk), axis=0)])
            (out,) = self._session.run([output], {self._input.name: filled})
            if self.outputs.maps and output == self.outputs.answers:
                self._keys = self._keys or keys_of(out, self.outputs.stated)
                out = table(out, self._keys)
            pieces.append(np.asarray(out)[: len(chunk)])
        if not pieces:  # no rows: the model says what shape its answers have
            (out,) = self._session.run([output], {self._input.name: given})
            maps = self.outputs.maps and output == self.outputs.answers
            return np.zeros((0, len(self._keys or ()))) if maps else np.asarray(out)
        return np.concatenate(pieces)


def _whole(content: bytes) -> Any:
    """Return the graph; refuse one that keeps numbers in other files: they would be read from wherever this runs.

    Raises:
        ModelError: names the other file.
    """
    try:
        import onnx
    except ImportError:
        raise MissingExtraError(_MISSING) from None
    try:
        graph = onnx.load_model_from_string(content).graph
    except Exception as error:  # of the package protobuf, which need not be there under that name
        raise ModelError("The ONNX model is broken: it cannot be read to its end. Export it again.") from error
    elsewhere = sorted({name for one in _tensors(graph) for name in _other_file(one)})
    if elsewhere:
        raise ModelError(
            f"The ONNX model keeps its numbers in another file ({elsewhere[0]}), and only this one was read. Export it "
            "into one file: torch.onnx.export(…, external_data=False)."
        )
    return graph


def _tensors(graph: Any) -> Iterator[Any]:
    """Yield every tensor that a graph, or a graph within it, holds."""
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    for attribute in (one for node in graph.node for one in node.attribute):
        yield from (attribute.t, *attribute.tensors)
        for inner in (attribute.g, *attribute.graphs):
            yield from _tensors(inner)


def _other_file(tensor: Any) -> Iterator[str]:
    if tensor.data_location == tensor.EXTERNAL:
        yield from (entry.value for entry in tensor.external_data if entry.key == "location")


def _session(content: bytes) -> Any:
    try:
        import onnxruntime
    except ImportError:
        raise MissingExtraError(_MISSING) from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # sums in one order, whatever the machine
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own types are not exported
        raise ModelError(
            f"The ONNX model cannot be opened ({first_line(error)}). Does it use operators of its own, or newer "
            "ones than this onnxruntime knows? Export it with standard operators, or update onnxruntime."
        ) from error


def _times(shape: Any) -> str:
    return " x ".join(map(str, shape))


def _fits(thing: Any) -> bool:
    return isinstance(thing, OnnxFile)


def _wrap(thing: OnnxFile, probe: Rows, wish: Wish) -> OnnxModel:
    return OnnxModel(thing.content, probe, wish)


def _claim(thing: OnnxFile, probe: Rows, wish: Wish) -> Claim:
    model = OnnxModel(thing.content, probe, wish)
    return model.claim(probe)


ADAPTER = Adapter(name="ONNX", fits=_fits, wrap=_wrap, claim=_claim, libraries=("onnx", "onnxruntime"))
