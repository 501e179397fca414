# SPDX-License-Identifier: Apache-2.0
"""PyTorch networks: a module from rows to scores, asked in evaluation mode, on one thread, without gradients."""

import sys
from typing import Any, final

import numpy as np

from probatum.adapters.function import FunctionModel, tell_output
from probatum.adapters.interface import Adapter, Wish
from probatum.errors import ModelError
from probatum.facts.capabilities import Capability
from probatum.systems.datasets import Label, Rows, Schema
from probatum.systems.interface import Answers
from probatum.systems.structures import Input, Network, Structure


@final
class TorchModel:
    """A network, and what its outputs mean."""

    def __init__(self, module: Any, probe: Rows, wish: Wish) -> None:
        """Take the module; its outputs are read as declared, else told from the first rows."""
        self._module = module.eval()
        output = wish.output or _told(self._said(probe.features), tell_output(self._said, probe))
        self._function = FunctionModel(self._said, output, wish)
        self._schema, self._output, self._positive = probe.schema, output, wish.positive
        more = {Capability.GRADIENTS, Capability.WEIGHTS}
        self.capabilities: frozenset[Capability] = self._function.capabilities | more
        self.classes: tuple[Label, ...] | None = wish.classes

    def ask(self, rows: Rows) -> Answers:
        """Return what the network says of all rows."""
        return self._function.ask(rows)

    def check_columns(self, schema: Schema) -> tuple[str, ...]:
        """Return no notes: a network has no names of columns."""
        return ()

    def refit(self, rows: Rows, seed: int) -> "TorchModel":
        """Refuse: a module does not say how it was trained."""
        raise ModelError("A network cannot be trained again by itself. Give a recipe: [recipe] train.")

    def structure(self) -> Structure | str:
        """Return the network itself, with the rows as it gets them."""
        if self._output not in ("logits", "probabilities"):
            return f"The network gives {self._output}, not scores."
        if self._positive is not None and self._positive == self._schema.classes[0]:
            return "The network's single score speaks for the first class, which is not looked into yet."
        classes = len(self._schema.classes)
        inputs = None
        if self._schema.array or all(column.categories == () for column in self._schema.given):
            inputs = tuple(Input(column=place) for place in range(len(self._schema.given)))
        core = Network(module=_raw(self._module, self._output), classes=classes)
        return Structure(core=core, encode=self.encode, inputs=inputs, order=tuple(range(classes)))

    def encode(self, rows: Rows) -> np.ndarray:
        """Return the rows as the network gets them."""
        return _given(rows.features)

    def _said(self, features: Any) -> np.ndarray:
        import torch

        threads = torch.get_num_threads()
        torch.set_num_threads(1)  # sums in one order, whatever the machine
        try:
            with torch.inference_mode():
                said = self._module(torch.from_numpy(_given(features)))
        finally:
            torch.set_num_threads(threads)
        if not isinstance(said, torch.Tensor):
            raise ModelError(f"Wanted a network that gives one tensor of scores; it gives a {type(said).__name__}.")
        return np.asarray(said.to(torch.float64).numpy())


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


def _raw(module: Any, output: str) -> Any:
    """Return a module whose scores are compared: of a single probability, its distance from one half."""
    import torch

    if output == "logits":
        return module

    class Centred(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = module

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            said: torch.Tensor = self.inner(x)
            return said - 0.5

    return Centred() if _single(module) else module


def _single(module: Any) -> bool:
    import torch

    last = [layer for layer in module.modules() if isinstance(layer, torch.nn.Linear)]
    return bool(last) and last[-1].out_features == 1


def _told(said: np.ndarray, otherwise: str) -> str:
    """Tell logits by what no probability is: below 0, above 1, or rows that do not sum to 1."""
    if otherwise != "probabilities" and said.ndim == 1:
        return otherwise
    scores = said.reshape(len(said), -1)
    if otherwise == "values":
        return otherwise
    sums = np.ones(1) if scores.shape[1] == 1 else scores.sum(axis=1)
    fits = (scores >= 0).all() and (scores <= 1).all() and np.allclose(sums, 1.0, atol=1e-4)
    return "probabilities" if fits else "logits"


def _fits(thing: Any) -> bool:
    torch = sys.modules.get("torch")  # whoever has a network has imported it
    return torch is not None and isinstance(thing, torch.nn.Module)


def _wrap(thing: Any, probe: Rows, wish: Wish) -> TorchModel:
    return TorchModel(thing, probe, wish)


ADAPTER = Adapter(name="PyTorch", fits=_fits, wrap=_wrap)
