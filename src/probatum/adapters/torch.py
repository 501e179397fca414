# SPDX-License-Identifier: Apache-2.0
"""PyTorch networks: a module from rows to scores, asked in evaluation mode, on one thread, without gradients."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, final

import numpy as np

from probatum.adapters.answers import numbered
from probatum.adapters.claims import by_answers
from probatum.adapters.factories import is_network
from probatum.adapters.function import FunctionModel
from probatum.adapters.interface import Adapter, Claim, Wish, align
from probatum.adapters.tensor_files import Weights, weights_of
from probatum.errors import ModelError, ProbatumError
from probatum.facts.capabilities import Capability
from probatum.facts.threats import Task
from probatum.systems.datasets import Label, Rows, Schema
from probatum.systems.interface import Answers
from probatum.systems.structures import Input, Network, Structure

VARIES = (
    "The network answers the same rows differently from call to call (is dropout left on?), so the numbers of this "
    "run cannot be repeated exactly."
)
TAKEN_AS_LOGITS = 'The scores of the network were taken as logits; say output = "logits" under [model] if they are.'
SHOWN = 6  # names listed in a message
PIECE = 256  # rows in one call: what a network makes of these fits into caches; of 4,096, each takes 2.5 times as long


@final
class TorchModel:
    """A network, and what its outputs mean."""

    def __init__(self, module: Any, probe: Rows, wish: Wish) -> None:
        """Take the module; its outputs are read as declared, else told from the first rows."""
        self._module, notes = _own(module)
        self._inference = True
        first = self._first(probe)
        output = wish.output or _told(first, probe.schema.task)
        self._width = first.size // max(len(first), 1)
        if output in ("probabilities", "logits") and probe.schema.task is not Task.REGRESSION:
            wish = numbered(wish, self._width, probe.schema)
        self._function = FunctionModel(self.said, output, wish)
        self._schema, self._output, self._positive = probe.schema, output, wish.positive
        self._notes = (
            *notes,
            *((TAKEN_AS_LOGITS,) if output == "logits" and wish.output is None else ()),
            *(() if np.array_equal(first, self._first(probe), equal_nan=True) else (VARIES,)),
        )
        more = {Capability.GRADIENTS, Capability.WEIGHTS}
        self.capabilities: frozenset[Capability] = self._function.capabilities | more
        self.classes: tuple[Label, ...] | None = wish.classes

    def ask(self, rows: Rows) -> Answers:
        """Return what the network says of all rows."""
        return self._function.ask(rows)

    def check_columns(self, schema: Schema) -> tuple[str, ...]:
        """Return notes on how the network answers; it has no names of columns."""
        return self._notes

    def refit(self, rows: Rows, seed: int) -> "TorchModel":
        """Refuse: a module does not say how it was trained."""
        raise ModelError("A network cannot be trained again by itself. Give a recipe: [recipe] train.")

    def structure(self, rows: Rows | None = None) -> Structure | str:
        """Return the network itself, with the rows as it gets them."""
        if self._output not in ("logits", "probabilities"):
            return f"The network gives {self._output}, not scores."
        if self._width == 1 and self._positive == self._schema.classes[0]:
            return "The network's single score speaks for the first class, which is not looked into yet."
        schema = self._schema if rows is None else rows.schema
        classes = len(schema.classes)
        order = tuple(align(np.asarray(self.classes or schema.classes, dtype=object), schema).tolist())
        if min(order) < 0:
            return "The network answers classes that the data do not have."
        inputs = None
        if self._schema.array or all(column.categories == () for column in self._schema.given):
            inputs = tuple(Input(column=place) for place in range(len(self._schema.given)))
        centred = self._output == "probabilities" and self._width == 1
        core = Network(module=_centred(self._module) if centred else self._module, classes=classes)
        return Structure(core=core, encode=self.encode, inputs=inputs, order=order)

    def encode(self, rows: Rows) -> np.ndarray:
        """Return the rows as the network gets them."""
        return _given(rows.features)

    def _first(self, probe: Rows) -> np.ndarray:
        """Return what the network says of the first rows, or of the first one that it takes.

        Raises:
            ModelError: it takes none of them.
        """
        failure: Exception | None = None
        for rows in (probe, *(probe.take(np.asarray([place])) for place in range(len(probe)))):
            try:
                return self.said(rows.features)
            except ProbatumError:
                raise
            except Exception as error:  # noqa: BLE001  # a network may raise anything, on some rows only
                failure = failure or error
        shape = (1, *_given(probe.features).shape[1:])
        text = str(failure).splitlines()[0] if str(failure) else "no text"
        raise ModelError(
            f"The network cannot be asked: it raised {type(failure).__name__} ({text}). It was given float32 numbers; "
            f"one row has the shape {shape}. Let its forward bring them into the shape and the scale that it wants."
        ) from failure

    def said(self, features: Any) -> np.ndarray:
        """Return what the network gives for these rows: float64, or whole numbers as they are."""
        import torch

        given = torch.from_numpy(_given(features))
        threads = torch.get_num_threads()
        torch.set_num_threads(1)  # sums in one order, whatever the machine
        try:
            with _evaluating(self._module):
                whole = torch.cat([self._piece(piece) for piece in torch.split(given, PIECE)])
        finally:
            torch.set_num_threads(threads)
        return np.asarray((whole.to(torch.float64) if whole.is_floating_point() else whole).numpy())

    def _piece(self, given: Any) -> Any:
        """Return the answers to some rows, in inference mode where the network's code can do with that."""
        import torch

        try:
            with torch.inference_mode(self._inference):
                said = self._module(given.clone())  # a network may write into its rows
        except RuntimeError:
            if not self._inference:
                raise
            with torch.no_grad():  # some differentiate on their own
                said = self._module(given.clone())
            self._inference = False
        if not isinstance(said, torch.Tensor):
            raise ModelError(f"Wanted a network that gives one tensor of scores; it gives a {type(said).__name__}.")
        if len(given) == 1 and (said.dim() == 0 or len(said) != 1):
            return self._piece(torch.cat([given, given]))[:1]  # a squeeze that takes the axis of a single row
        return said.detach()


def fill(module: Any, held: Any) -> Any:
    """Put weights out of a file into the network that was built for them.

    Args:
        module: what the user's function built.
        held: what the file holds.

    Raises:
        ModelError: there is no network or there are no weights, or they do not fit each other.
    """
    if not is_network(module):
        raise ModelError(
            "Wanted a function that builds a network (torch.nn.Module), to put the file's weights into it; "
            f"{type(module).__name__} came. Name it under [model] python, or leave the file or python out."
        )
    weights = weights_of(held) if isinstance(held, Mapping) else held
    if not isinstance(weights, Weights):
        raise ModelError(
            f"Wanted a file of weights for the network; it holds a {type(held).__name__}. Save module.state_dict(), or "
            "leave [model] python out if the file is the whole model."
        )
    mistakes = list(_mistakes(module.state_dict(), weights.tensors))
    if mistakes:
        raise ModelError(f"The file's weights do not fit the network: {'; '.join(mistakes)}. Are they of another one?")
    import torch

    # copies: the arrays may be read-only, and strict would refuse a tensor that is stored once and used twice
    module.load_state_dict({name: torch.tensor(value) for name, value in weights.tensors.items()}, strict=False)
    return module


def _mistakes(wanted: Mapping[str, Any], came: Mapping[str, np.ndarray]) -> Iterator[str]:
    """Yield what keeps weights from fitting; one stored under another name of the same tensor is there."""
    tensors = {name: tensor for name, tensor in wanted.items() if hasattr(tensor, "shape")}
    there = {tensor.data_ptr() for name, tensor in tensors.items() if name in came and tensor.numel()}
    absent = [name for name, tensor in tensors.items() if name not in came and tensor.data_ptr() not in there]
    if absent:
        yield f"the file lacks {_listed(absent)}"
    spare = [name for name in came if name not in tensors]
    if spare:
        yield f"the network has no {_listed(spare)}"
    for name, tensor in tensors.items():
        if name in came and came[name].shape != tuple(tensor.shape):
            yield f"{name} has the shape {came[name].shape} in the file and {tuple(tensor.shape)} in the network"


def _listed(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


def _own(module: Any) -> tuple[Any, tuple[str, ...]]:
    """Return a copy of our own, so that the user's stays as it is: float32, on the processor, not training.

    Raises:
        ModelError: it can neither be copied nor be asked as it is.
    """
    import torch

    from probatum.engines.evasion.tensor.copies import own_copy

    held = [tensor for tensor in (*module.parameters(), *module.buffers()) if tensor.is_floating_point()]
    others = sorted({str(tensor.dtype).removeprefix("torch.") for tensor in held} - {"float32"})
    notes = (f"The network holds numbers of {' and '.join(others)}; it was asked in float32.",) if others else ()
    try:
        own = own_copy(module)
    except ModelError:  # some networks hold what cannot be copied: they are asked as they are, and left so
        if others or any(tensor.device.type != "cpu" for tensor in held):
            raise
        return module, notes
    return own.to(dtype=torch.float32) if others else own, notes


@contextmanager
def _evaluating(module: Any) -> Iterator[None]:
    """Put a network into evaluation mode for a while."""
    training = [one for one in module.modules() if one.training]
    for one in training:
        one.training = False
    try:
        yield
    finally:
        for one in training:
            one.training = True


def _given(features: Any) -> np.ndarray:
    """Return float32 rows of our own, which a network may write into."""
    plain = features if isinstance(features, np.ndarray) else features.to_numpy()
    try:
        return np.array(plain, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise ModelError(
            "A network gets numbers only; the rows hold other things. Put what turns words into numbers into a "
            'function that asks the network: python = "module:function".'
        ) from error


def _centred(module: Any) -> Any:
    """Return a module that gives, for a single probability, its distance from one half."""
    import torch

    class Centred(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = module

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            said: torch.Tensor = self.inner(x)
            return said - 0.5

    return Centred()


def _told(said: np.ndarray, task: Task) -> str:
    """Tell what the outputs are, where nobody said: logits are what no probability is."""
    if task is Task.REGRESSION:
        return "values"
    if said.dtype.kind != "f":
        return "labels"
    scores = said.reshape(len(said), -1)
    sums = np.ones(1) if scores.shape[1] == 1 else scores.sum(axis=1)
    fits = (scores >= 0).all() and (scores <= 1).all() and np.allclose(sums, 1.0, atol=1e-4)
    return "probabilities" if fits else "logits"


def _wrap(thing: Any, probe: Rows, wish: Wish) -> TorchModel:
    return TorchModel(thing, probe, wish)


def _claim(thing: Any, probe: Rows, wish: Wish) -> Claim:
    return by_answers(TorchModel(thing, probe, wish).said, probe)


ADAPTER = Adapter(name="PyTorch", fits=is_network, wrap=_wrap, claim=_claim, libraries=("torch",))
