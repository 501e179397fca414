# SPDX-License-Identifier: Apache-2.0
"""Follow a network by ``torch.export``: its code is run on stand-ins that know their shapes, not their numbers.

So Python's own branches on shapes, modes and lists are followed as they are taken. Sizes come out as plain numbers; to
tell which of them is the number of rows, the network is exported for two numbers of rows, and both graphs are compared.
What torch writes in place is told apart from what it makes anew, and refused where the old value is used besides.
"""

import logging
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, final

import torch
from torch import Tensor, fx, nn

from probatum.engines.bounds.tensor.operations import Refused, Value
from probatum.engines.evasion.tensor.copies import own_copy
from probatum.engines.evasion.tensor.failures import LIBRARIES, raised
from probatum.errors import ModelError

COUNTS = (5, 7)  # rows in the two exports
EXACT = (torch.float32, torch.float64)


@final
class Rows:
    """Stands for the number of rows among the sizes that a call is given."""


ROWS = Rows()


@final
class Unclear:
    """Stands for a number that depends on the number of rows in another way."""


UNCLEAR = Unclear()


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Call:
    """One call of an ATen operator, with what is fixed about it."""

    name: str  # of the result
    operator: str  # without the namespace, the overload, and the underscore of what writes in place
    run: Any  # the operator itself
    given: Mapping[str, Any]  # by the operator's own names; what changes with the input is a ``Value``
    shapes: Mapping[str, tuple[int, ...]]  # of one row of every value so far; of a single number, (1,)
    item: int | None  # which of several results
    line: str  # of the user's code, or the layer

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one row of the result."""
        return self.shapes[self.name]

    def refusal(self, how: str = "") -> Refused:
        """Return what to raise where this cannot be bounded."""
        how = f" {how}" if how else ""
        return Refused(f"The operator {self.operator}{how}{self.line} is not followed, so nothing is proven.")


def calls(module: nn.Module, shape: tuple[int, ...]) -> tuple[str, list[Call], str]:
    """Return the name of the input, the calls in their order, and the name of the scores.

    Args:
        module: the network.
        shape: of one row.

    Raises:
        Refused: its code cannot be followed.
    """
    try:
        own = own_copy(module).requires_grad_(False)
    except ModelError as error:
        raise Refused(f"{error} So nothing is proven.") from None
    kind = next((one.dtype for one in own.parameters() if one.is_floating_point()), torch.float32)
    with warnings.catch_warnings(), _silence():
        warnings.simplefilter("ignore")
        try:
            first, second = (
                torch.export.export(own, (torch.zeros(n, *shape, dtype=kind),), strict=False) for n in COUNTS
            )
        except Exception as error:  # noqa: BLE001  # whatever torch, or the network's own code, raises
            raise Refused(f"The network's code cannot be followed ({raised(error)}), so nothing is proven.") from None
    return _Comparison(first, second).read()


@contextmanager
def _silence() -> Iterator[None]:
    """Keep torch from telling what it could not follow: it is told by what is raised."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


@final
class _Comparison:
    """Two exports of one network, for two numbers of rows."""

    def __init__(self, first: Any, second: Any) -> None:
        self._nodes = list(first.graph.nodes), list(second.graph.nodes)
        signature = first.graph_signature
        held = {**first.state_dict, **first.constants}
        owners = {
            **signature.inputs_to_parameters,
            **signature.inputs_to_buffers,
            **signature.inputs_to_lifted_tensor_constants,
        }
        self._fixed: dict[str, Any] = {name: held[owner].detach() for name, owner in owners.items()}
        self._inputs, self._outputs = signature.user_inputs, signature.user_outputs
        self._alone = len(signature.output_specs) == 1
        self._shapes: dict[str, tuple[int, ...]] = {}
        self._now: dict[str, str] = {}  # the name under which a value that was written into goes on
        self._shared: dict[str, set[str]] = {}  # the values that may lie in the same memory

    def read(self) -> tuple[str, list[Call], str]:
        if len(self._inputs) != 1:
            raise Refused("The network takes more than one input, so nothing is proven.")
        if len(self._outputs) != 1 or not self._alone or not isinstance(self._outputs[0], str):
            raise Refused("The network gives or keeps more than scores, so nothing is proven.")
        if [node.name for node in self._nodes[0]] != [node.name for node in self._nodes[1]]:
            raise Refused("The network does other things with other numbers of rows, so nothing is proven.")
        found = [call for pair in zip(*self._nodes, strict=True) for call in self._call(*pair)]
        result = self._now.get(self._outputs[0], self._outputs[0])
        if result not in self._shapes:
            raise Refused("The network's scores do not depend on its input, so nothing is proven.")
        return self._inputs[0], found, result

    def _call(self, node: fx.Node, other: fx.Node) -> Iterator[Call]:
        if node.op == "placeholder" and node.name in self._inputs:
            self._note(node, other)
        if node.op != "call_function" or node.meta.get("val") is None:  # what gives nothing, asserts something
            return
        if not node.users and not _mutable(node):
            return
        whole, item = node, None
        if not isinstance(node.target, torch._ops.OpOverload):  # getitem: one of several results
            whole, item = self._parent(node)
        twin = self._twin(whole)
        given = _bound(whole, self._unified(whole.args, twin.args), self._unified(whole.kwargs, twin.kwargs))
        operator: Any = whole.target
        name = operator._schema.name.split("::")[1]
        if name in FILLED:  # of a value, only the shape matters
            given = {key: self._blank(value) for key, value in given.items()}
        if not _changes(given):
            self._fixed[node.name] = _evaluated(node, whole, item, given, _line(node))
            return
        if not isinstance(node.meta["val"], Tensor):
            return  # several results, each of which is taken by its place
        if _mutable(node):
            self._require_unshared(node, str(whole.args[0]))
        self._note(node, other)
        yield Call(
            name=node.name,
            operator=name.rstrip("_"),
            run=operator,
            given=given,
            shapes=self._shapes,
            item=item,
            line=_line(node),
        )
        self._share(node, operator, given)

    def _parent(self, node: fx.Node) -> tuple[fx.Node, int]:
        """Return the call of which a node takes one of several results."""
        whole, item = node.args if len(node.args) == 2 else (None, None)
        known = isinstance(whole, fx.Node) and isinstance(whole.target, torch._ops.OpOverload)
        if not known or not isinstance(item, int):
            raise Refused(f"What {_called(node)}{_line(node)} does is not followed, so nothing is proven.")
        return cast("fx.Node", whole), item

    def _blank(self, value: Any) -> Any:
        return torch.zeros(1, *self._shapes[value.name]) if isinstance(value, Value) else value

    def _twin(self, node: fx.Node) -> fx.Node:
        found: fx.Node = self._nodes[1][self._nodes[0].index(node)]
        return found

    def _note(self, node: fx.Node, other: fx.Node) -> None:
        """Keep the shape of a value; its rows must stay on its first axis."""
        value, again = node.meta["val"], other.meta["val"]
        if value.dtype not in EXACT:
            few = value.dtype.is_floating_point
            what = "fewer digits than float32 has" if few else "other than decimal numbers"
            raise Refused(
                f"The operator {_called(node)} computes with {what} ({value.dtype}{_line(node)}), so nothing is proven."
            )
        if not value.dim() or (value.shape[0], again.shape[0]) != COUNTS or value.shape[1:] != again.shape[1:]:
            raise Refused(
                f"The rows are joined, or moved from the first axis, by {_called(node)}{_line(node)}, so nothing is"
                " proven."
            )
        self._shapes[node.name] = tuple(value.shape[1:]) or (1,)  # a single number is one cell

    def _unified(self, one: Any, other: Any) -> Any:
        """Return what both exports agree on; numbers that follow the number of rows are marked."""
        if isinstance(one, fx.Node):
            name = self._now.get(one.name, one.name)
            return self._fixed[name] if name in self._fixed else Value(name)
        if isinstance(one, tuple | list):
            return [self._unified(*pair) for pair in zip(one, other, strict=True)]
        if isinstance(one, dict):
            return {key: self._unified(value, other[key]) for key, value in one.items()}
        if one == other:
            return one
        return ROWS if (one, other) == COUNTS else UNCLEAR

    def _share(self, node: fx.Node, operator: Any, given: Mapping[str, Any]) -> None:
        """Note which values may lie in the memory of another: an operator that says so, or may return what it got."""
        first = next((one for one in given.values() if isinstance(one, Value)), None)
        schema = operator._schema
        fresh = all(result.alias_info is None for result in schema.returns) and schema.name not in MAY_SHARE
        group = {node.name} if fresh or first is None else self._shared.get(first.name, {first.name}) | {node.name}
        for name in group:
            self._shared[name] = group
        if schema.is_mutable and first is not None:
            self._now[first.name] = node.name
            for name, now in self._now.items():
                if now == first.name:
                    self._now[name] = node.name

    def _require_unshared(self, node: fx.Node, written: str) -> None:
        """Refuse a call that writes into a value which lies in the memory of another that is used afterwards."""
        own = self._now.get(written, written)
        order = {one: place for place, one in enumerate(self._nodes[0])}
        for one in self._nodes[0]:
            name = self._now.get(one.name, one.name)
            if name == own or name not in self._shared.get(own, {own}):
                continue
            if any(order[user] > order[node] for user in one.users) or one.name in self._outputs:
                raise Refused(f"The value {one.name} is used and overwritten{_line(node)}, so nothing is proven.")


FILLED = {"zeros_like", "ones_like", "full_like", "new_zeros", "new_ones", "new_full"}
ALIKE = FILLED | {"zeros", "ones", "full", "expand", "repeat"}  # give every row the same, however many there are
MAY_SHARE = {  # may return what they are given, or look into it, though their schema does not say so
    "aten::reshape", "aten::flatten", "aten::contiguous", "aten::to", "aten::dropout", "aten::feature_dropout",
    "aten::alpha_dropout", "aten::chunk", "aten::split", "aten::tensor_split", "aten::expand_as", "aten::view_as",
    "aten::reshape_as", "aten::type_as", "aten::unflatten", "aten::movedim", "aten::swapaxes", "aten::narrow",
}  # fmt: skip


def _mutable(node: fx.Node) -> bool:
    return bool(getattr(getattr(node.target, "_schema", None), "is_mutable", False))


def _changes(given: Any) -> bool:
    if isinstance(given, Mapping):
        return any(_changes(one) for one in given.values())
    if isinstance(given, list):
        return any(_changes(one) for one in given)
    return isinstance(given, Value)


def _bound(node: fx.Node, args: Any, kwargs: Any) -> dict[str, Any]:
    """Return all arguments by their names, with the operator's own defaults."""
    schema = node.target._schema.arguments  # type: ignore[union-attr]
    given = dict(zip((one.name for one in schema), args, strict=False)) | kwargs
    return {one.name: given.get(one.name, one.default_value) for one in schema}


def _evaluated(node: fx.Node, whole: fx.Node, item: Any, given: dict[str, Any], line: str) -> Any:
    """Return a fixed value as float32 computes it; one that has as many rows as there are comes with a single one."""
    operator: Any = whole.target
    if torch.Tag.nondeterministic_seeded in operator.tags:
        raise Refused(f"The network draws at random ({_called(node)}{line}), so nothing is proven.")
    one_row = {key: _with_rows(value, 1) for key, value in given.items()}
    counted = _called(whole) not in ALIKE and any(_counts(value) for value in given.values())
    if counted or any(value is UNCLEAR for value in one_row.values()):
        raise Refused(f"The sizes of {_called(node)}{line} are not followed, so nothing is proven.")
    made = operator(**one_row)
    return made if item is None else made[item]


def _with_rows(value: Any, rows: int) -> Any:
    if isinstance(value, list):
        return UNCLEAR if any(one is UNCLEAR for one in value) else [_with_rows(one, rows) for one in value]
    return rows if value is ROWS else value


def _counts(value: Any) -> bool:
    return any(_counts(one) for one in value) if isinstance(value, list) else value is ROWS


def _called(node: fx.Node) -> str:
    return str(getattr(node.target, "_schema", node).name).split("::")[-1]


def _line(node: fx.Node) -> str:
    """Return `` at file:line`` of the user's code, or `` in the layer name (kind)``."""
    frames = re.findall(r'File "(.+?)", line (\d+)', node.meta.get("stack_trace") or "")
    own = [(name, line) for name, line in frames if not name.startswith((*LIBRARIES, "<"))]
    if own:
        return f" at {Path(own[-1][0]).name}:{own[-1][1]}"
    layers = [(path, kind) for path, kind in (node.meta.get("nn_module_stack") or {}).values() if path]
    if layers:
        path, kind = layers[-1]
        return f" in the layer {path} ({str(getattr(kind, '__name__', kind)).split('.')[-1]})"
    return ""
