# SPDX-License-Identifier: Apache-2.0
"""Leave a Python process, and the objects that were handed over, as they were: also when something raises.

A model's own code, a library or we ourselves may draw from global generators, change the working folder, warnings
filters, the environment, numbers of threads or torch's defaults, and put networks into another mode. Whoever calls
``assess`` in a notebook goes on with the same process afterwards.
"""

import os
import random
import sys
import types
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np
from threadpoolctl import ThreadpoolController

DEPTH = 5  # steps from what was handed over to a network in it: attributes, members, what functions close over
MOST = 2_000  # objects looked at on the way
P = ParamSpec("P")
R = TypeVar("R")


def preserving(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function leave the process, and all that it is given, as it found them."""

    @wraps(function)
    def preserved_call(*args: P.args, **kwargs: P.kwargs) -> R:
        with preserved(*args, *kwargs.values()):
            return function(*args, **kwargs)

    return preserved_call


@contextmanager
def preserved(*things: Any) -> Iterator[None]:
    """Restore the process's global state at the end, and the state of every network and estimator among things."""
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        stack.enter_context(ThreadpoolController().limit(limits=None))  # its end sets the numbers of threads back
        for keep in (_generators, _environment, _folder, _path, _float_errors, _torch):
            stack.callback(keep())
        for module in _networks(things):
            stack.callback(_network(module))
        for thing in things:
            stack.callback(_jobs(thing))
        yield


Restore = Callable[[], None]


def _generators() -> Restore:
    ours, numbers = random.getstate(), np.random.get_state()  # noqa: NPY002  # the user's, to be put back

    def restore() -> None:
        random.setstate(ours)
        np.random.set_state(numbers)  # noqa: NPY002

    return restore


def _environment() -> Restore:
    before = dict(os.environ)

    def restore() -> None:
        if dict(os.environ) != before:
            os.environ.clear()
            os.environ.update(before)

    return restore


def _folder() -> Restore:
    try:
        before = os.getcwd()
    except OSError:  # it was removed
        return lambda: None

    def restore() -> None:
        with suppress(OSError):
            os.chdir(before)

    return restore


def _path() -> Restore:
    before = list(sys.path)

    def restore() -> None:
        sys.path[:] = before

    return restore


def _float_errors() -> Restore:
    before = np.geterr()

    def restore() -> None:
        np.seterr(**before)

    return restore


def _torch() -> Restore:
    """Keep torch's defaults; torch that nobody has loaded has none."""
    torch = sys.modules.get("torch")
    if torch is None:
        return lambda: None
    dtype, draws, grad = torch.get_default_dtype(), torch.get_rng_state(), torch.is_grad_enabled()
    threads, strict = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    warn_only = torch.is_deterministic_algorithms_warn_only_enabled()
    benchmark = torch.backends.cudnn.benchmark
    cards = torch.cuda.get_rng_state_all() if torch.cuda.is_available() and torch.cuda.is_initialized() else None

    def restore() -> None:
        torch.set_default_dtype(dtype)
        torch.set_rng_state(draws)
        torch.set_grad_enabled(grad)
        torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(strict, warn_only=warn_only)
        torch.backends.cudnn.benchmark = benchmark
        if cards is not None:
            torch.cuda.set_rng_state_all(cards)

    return restore


def _network(module: Any) -> Restore:
    """Keep the mode of every submodule, which tensors it holds, their numbers' flags and slopes, and its attributes."""
    inner = list(module.modules())
    plain = {"_parameters", "_buffers", "_modules"}
    attributes = [{name: value for name, value in vars(one).items() if name not in plain} for one in inner]
    tables = [{name: dict(table) for name, table in vars(one).items() if name in plain} for one in inner]
    buffers = [one for one in module.buffers() if not one.requires_grad]
    numbers = [one.detach().clone() for one in buffers]  # batch norm counts in place
    tensors = [(one, one.data, one.requires_grad, one.grad) for one in module.parameters()]

    def restore() -> None:
        for one, own, held in zip(inner, attributes, tables, strict=True):
            for name in [name for name in vars(one) if name not in plain and name not in own]:
                del vars(one)[name]
            vars(one).update(own)
            for name, table in held.items():
                vars(one)[name].clear()
                vars(one)[name].update(table)
        for tensor, data, wants, slope in tensors:
            if tensor.data_ptr() != data.data_ptr() or tensor.dtype != data.dtype:
                tensor.data = data
            if tensor.requires_grad != wants:
                tensor.requires_grad = wants
            if tensor.grad is not slope:
                tensor.grad = slope
        torch = sys.modules["torch"]
        with torch.no_grad():
            for buffer, known in zip(buffers, numbers, strict=True):
                if not torch.equal(buffer, known):
                    buffer.copy_(known)

    return restore


def _jobs(thing: Any) -> Restore:
    """Keep the numbers of jobs of an estimator and its parts, which are 1 while it is measured if it has no copy."""
    if isinstance(thing, type) or not hasattr(thing, "get_params"):
        return lambda: None
    try:
        said = thing.get_params(deep=True)
    except Exception:  # noqa: BLE001  # somebody else's code
        return lambda: None
    before = {name: value for name, value in said.items() if name.rpartition("__")[2] == "n_jobs"}

    def restore() -> None:
        now = thing.get_params(deep=True)
        changed = {name: value for name, value in before.items() if now.get(name) != value}
        if changed:
            thing.set_params(**changed)

    return restore


def _networks(things: tuple[Any, ...]) -> list[Any]:
    """Return the networks among things, and in them, as far as a few steps lead; none that is part of another."""
    torch = sys.modules.get("torch")
    return [] if torch is None else [one for one in within(*things) if isinstance(one, torch.nn.Module)]


def within(*things: Any) -> list[Any]:
    """Return things and what they hold, as far as a few steps lead; into a network no step leads."""
    torch = sys.modules.get("torch")
    found: dict[int, Any] = {}
    waiting = list(things)
    for _ in range(DEPTH):
        following: list[Any] = []
        for one in waiting:
            if id(one) in found or len(found) > MOST:
                continue
            found[id(one)] = one
            following += [] if torch is not None and isinstance(one, torch.nn.Module) else _inside(one)
        waiting = following
    return list(found.values())


def _inside(thing: Any) -> list[Any]:
    """Return what an object holds, for the kinds that can hold a network."""
    if isinstance(thing, str | bytes | int | float | np.ndarray | type | types.ModuleType):
        return []
    if isinstance(thing, list | tuple | set):
        return list(thing)[:MOST]
    if isinstance(thing, dict):
        return list(thing.values())[:MOST]
    held = [getattr(thing, "__self__", None), *vars(thing).values()] if hasattr(thing, "__dict__") else []
    for cell in getattr(thing, "__closure__", None) or ():
        with suppress(ValueError):  # a name without a value yet
            held.append(cell.cell_contents)
    if isinstance(thing, types.FunctionType):  # globals that it names
        held += [thing.__globals__[name] for name in thing.__code__.co_names if name in thing.__globals__]
    return [one for one in held if one is not None]
