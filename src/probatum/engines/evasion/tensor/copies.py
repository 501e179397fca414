# SPDX-License-Identifier: Apache-2.0
"""A copy of a network for ourselves, also of one that keeps tensors of its last answer, which torch does not copy."""

import copy
from collections.abc import Iterator, Mapping

from torch import Tensor, nn

from probatum.errors import ModelError


def own_copy(module: nn.Module) -> nn.Module:
    """Return a deep copy on the processor, in evaluation mode; the user's network is left as it is.

    Raises:
        ModelError: it cannot be copied.
    """
    # deepcopy refuses tensors that were computed with a graph; of these, the copy gets the values
    kept = (one for inner in module.modules() for one in _tensors(vars(inner)))
    computed = {id(one): one.detach().clone() for one in kept if one.grad_fn is not None}
    try:
        return copy.deepcopy(module, computed).cpu().eval()
    except Exception as error:  # whatever an object of the network's own raises
        raise ModelError(
            f"The network cannot be copied ({type(error).__name__}), so it was not changed to be looked into. Keep "
            "files, locks, connections and generators out of it."
        ) from error


def _tensors(value: object) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _tensors(one)
    elif isinstance(value, list | tuple | set):
        for one in value:
            yield from _tensors(one)
