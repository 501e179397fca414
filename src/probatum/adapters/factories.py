# SPDX-License-Identifier: Apache-2.0
"""What a name in the user's own code stands for: a model, a function that answers, or one that builds the model.

A model is used as it is. A class of networks, and a function that can be called without arguments, is called once, and
what it returns is the model; where a function with defaults returns no network, it answers itself. A function that
wants rows answers.
"""

import inspect
import sys
from typing import Any

from probatum.errors import ModelError


def is_network(thing: Any) -> bool:
    """Say whether this is a PyTorch module, without loading torch: whoever has one has loaded it."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(thing, torch.nn.Module)


def built(thing: Any, name: str) -> Any:
    """Return the model that ``thing`` builds, or ``thing`` itself where it is one or answers.

    Args:
        thing: what stands under that name.
        name: ``module:function``, for messages.

    Raises:
        ModelError: it can be called without arguments, and raises.
    """
    parameters = None if is_network(thing) else _parameters(thing)
    if parameters is None or not all(_may_be_left_out(parameter) for parameter in parameters):
        return thing
    try:
        made = thing()
    except Exception as error:  # the user's own code may raise anything
        raise ModelError(
            f"{name} can be called without arguments, so it was called to build the model, and raised "
            f"{type(error).__name__}: {error}. Mend it; or, if it answers rows, let it demand them: def {_short(name)}"
            "(rows)."
        ) from error
    return made if is_network(made) or not parameters else thing


def _parameters(thing: Any) -> list[inspect.Parameter] | None:
    """Return what a function or a class of networks wants; None for what is neither, or does not say."""
    if isinstance(thing, type):
        torch = sys.modules.get("torch")
        if torch is None or not issubclass(thing, torch.nn.Module):
            return None
    try:
        return list(inspect.signature(thing).parameters.values())
    except (TypeError, ValueError):
        return None


def _may_be_left_out(parameter: inspect.Parameter) -> bool:
    return parameter.default is not inspect.Parameter.empty or parameter.kind is inspect.Parameter.VAR_KEYWORD


def _short(name: str) -> str:
    return name.rpartition(":")[2]
