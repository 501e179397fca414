# SPDX-License-Identifier: Apache-2.0
"""A network as ``torch.export`` sees it, as steps that can be bounded."""

from torch import nn

from probatum.engines.bounds.tensor import aten_curves, aten_moves, aten_sums
from probatum.engines.bounds.tensor.exported import Call, calls
from probatum.engines.bounds.tensor.operations import FUNCTIONS, Refused, Value
from probatum.engines.bounds.tensor.steps import Step

ORDERED = {"softmax", "_softmax", "log_softmax", "_log_softmax", "special_softmax", "special_log_softmax"}


def exported(module: nn.Module, shape: tuple[int, ...]) -> tuple[str, list[Step], str]:
    """Return the name of the input, the steps in their order, and the name of the scores.

    Args:
        module: the network.
        shape: of one row.

    Raises:
        Refused: the network cannot be followed, or an operator is not known.
    """
    source, found, result = calls(module, shape)
    needed = _needed(found, result)
    last = result
    for call in reversed(needed):
        if call.operator in ORDERED:
            if call.name != last:
                raise call.refusal("before the last layer")
            last = aten_curves.value(call)
    return source, [step for call in needed for step in _steps(call)], result


def _needed(found: list[Call], result: str) -> list[Call]:
    """Return the calls that the scores depend on, in their order."""
    wanted, kept = {result}, list[Call]()
    for call in reversed(found):
        if call.name in wanted:
            kept.append(call)
            wanted |= set(_names(list(call.given.values())))
    return kept[::-1]


def _names(given: object) -> list[str]:
    if isinstance(given, Value):
        return [given.name]
    return [name for one in given for name in _names(one)] if isinstance(given, list) else []


def _steps(call: Call) -> list[Step]:
    if call.operator in ORDERED:
        axis = call.given["dim"]
        name = aten_curves.value(call)
        if axis % (len(call.shape) + 1) != 1 or len(call.shape) != 1:
            raise call.refusal("over other than the scores of a row")
        return [FUNCTIONS["softmax"](call.name, (Value(name),), {"dim": 1})]
    for bounded in (aten_sums.bounded, aten_moves.bounded, aten_curves.bounded):
        try:
            steps = bounded(call)
        except Refused:
            raise
        except (AttributeError, IndexError, KeyError, TypeError, ValueError, RuntimeError):
            raise call.refusal("in the way it is called") from None
        if steps is not None:
            return steps
    raise call.refusal()
