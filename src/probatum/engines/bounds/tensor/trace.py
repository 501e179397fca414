# SPDX-License-Identifier: Apache-2.0
"""Follow a network, also one with layers of its own, and name its operations; what cannot be bounded is refused."""

from typing import Any

import torch
from torch import Tensor, fx, nn

from probatum.engines.bounds.tensor.aten import exported
from probatum.engines.bounds.tensor.operations import FUNCTIONS, LAYERS, Refused, Value
from probatum.engines.bounds.tensor.steps import Step
from probatum.engines.evasion.tensor.copies import own_copy
from probatum.engines.evasion.tensor.failures import raised
from probatum.errors import ModelError

__all__ = ["Refused", "export", "trace"]

WRITING = ("relu_", "iadd")
EXACT = (torch.float32, torch.float64)  # what rounding is reckoned for, or more exact

CLOSE = 2.0**-18  # far above what the exponents and logarithms of a softmax round off


def trace(module: nn.Module) -> tuple[str, list[Step], str]:
    """Return the name of the input, the steps in their order, and the name of the scores, as ``torch.fx`` sees them.

    Raises:
        Refused: the network cannot be followed so, or an operation is not known.
    """
    _require_exact(module)
    if any(one._forward_hooks or one._forward_pre_hooks for one in module.modules()):
        raise Refused("The network has hooks, which may change what it computes, so nothing is proven.")
    if type(module) in LAYERS:  # a layer by itself is not followed into
        module = nn.Sequential(module)
    try:
        own = own_copy(module).double().requires_grad_(False)
    except ModelError as error:
        raise Refused(f"{error} So nothing is proven.") from None
    try:
        followed = fx.symbolic_trace(own)
    except Exception as error:  # noqa: BLE001  # whatever the network's own code raises on a stand-in
        raise Refused(f"The network's code cannot be followed ({raised(error)}), so nothing is proven.") from None
    reader = _Reader(followed)
    for node in followed.graph.nodes:
        reader.read(node)
    return reader.source, *_scores(reader.steps, reader.result)


def export(module: nn.Module, shape: tuple[int, ...]) -> tuple[str, list[Step], str]:
    """Return the same, as ``torch.export`` sees it: far more is followed, but the first time takes some seconds.

    Args:
        module: the network.
        shape: of one row.

    Raises:
        Refused: the network cannot be followed, or an operator is not known.
    """
    _require_exact(module)
    source, steps, result = exported(module, shape)
    return source, *_scores(steps, result)


def _require_exact(module: nn.Module) -> None:
    if any(one.is_floating_point() and one.dtype not in EXACT for one in module.parameters()):
        raise Refused("The network computes with fewer digits than float32 has, so nothing is proven.")


def _scores(steps: list[Step], name: str) -> tuple[list[Step], str]:
    """Return the steps up to the scores, and their name.

    What follows the scores without changing which is highest is left out.
    """
    steps, ordered = list(steps), False
    while steps and steps[-1].name == name and steps[-1].orders:
        (name,) = steps.pop().inputs
        ordered = True
    if any(step.orders for step in steps):
        raise Refused("A softmax before the last layer is not known here, so nothing is proven.")
    if ordered:  # by all but scores that are so close that float32 makes the same of them
        last = f"{name}_order"
        steps.append(Step(name=last, inputs=(name,), run=_itself, signs=(1,), back=_as_it_is, slack=CLOSE, orders=True))
        name = last
    return steps, name


def _itself(x: Tensor) -> Tensor:
    return x


def _as_it_is(asked: Tensor, _: torch.Size) -> Tensor:
    return asked


class _Reader:
    def __init__(self, followed: fx.GraphModule) -> None:
        self.modules = dict(followed.named_modules())
        self.root = followed
        self.constants: dict[str, Any] = {}
        self.source = self.result = ""
        self.steps: list[Step] = []

    def read(self, node: fx.Node) -> None:
        if node.op == "placeholder":
            if self.source:
                raise Refused("The network takes more than one input, so nothing is proven.")
            self.source = node.name
        elif node.op == "get_attr":
            value: Any = self.root
            for part in str(node.target).split("."):
                value = getattr(value, part)
            self.constants[node.name] = value
        elif node.op == "output":
            if not isinstance(node.args[0], fx.Node):
                raise Refused("The network gives more than scores, so nothing is proven.")
            self.result = node.args[0].name
        else:
            try:
                step = self._step(node)
            except (AttributeError, IndexError, KeyError, TypeError, ValueError):
                raise Refused(f"The way {node.name} is called is not known here, so nothing is proven.") from None
            self.steps.append(step)
            self._unshared(node)

    def _unshared(self, node: fx.Node) -> None:
        """Refuse a step that overwrites its input, if that or what looks into it is used besides."""
        layer = self.modules.get(str(node.target)) if node.op == "call_module" else None
        name = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", "")
        written = getattr(layer, "inplace", False) or node.kwargs.get("inplace", False)
        if name == "relu":
            written = written or any(one is True for one in node.args[1:])
        if not written and (layer is not None or name not in WRITING):
            return
        moved = {step.name for step in self.steps if step.terms == 0}
        while node.all_input_nodes and node.all_input_nodes[0].op != "get_attr":
            node = node.all_input_nodes[0]
            if len(node.users) > 1:
                raise Refused(f"The value {node.name} is used and overwritten, so nothing is proven.")
            if node.name not in moved:
                break

    def _step(self, node: fx.Node) -> Step:
        if node.op == "call_module":
            layer = self.modules[str(node.target)]
            build = LAYERS.get(type(layer))
            if build is None:
                raise Refused(f"The layer {type(layer).__name__} is not known here, so nothing is proven.")
            return build(node.name, self._names(node), layer)
        name = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", str(node.target))
        build_function = FUNCTIONS.get(str(name))
        if build_function is None:
            raise Refused(f"The operation {name} is not known here, so nothing is proven.")
        return build_function(node.name, self._resolved(node.args), self._resolved(node.kwargs))

    def _names(self, node: fx.Node) -> tuple[str, ...]:
        (one,) = node.args  # ValueError where a layer is called with more
        return (self._resolved(one).name,)

    def _resolved(self, value: Any) -> Any:
        """Replace nodes by their constants, or by ``Value`` where they change with the input."""
        if isinstance(value, fx.Node):
            return self.constants[value.name] if value.name in self.constants else Value(value.name)
        if isinstance(value, tuple | list):
            return type(value)(self._resolved(one) for one in value)
        if isinstance(value, dict):
            return {key: self._resolved(one) for key, one in value.items()}
        return value
