# SPDX-License-Identifier: Apache-2.0
"""What there is: checks, planted triples, adapters and formats, as plain names.

Nothing registers itself by being imported. Built-in things stand in the tuples below by dotted name; things of other
packages are found by entry point, under the same names, and imported only when they are needed.
"""

from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

from probatum.errors import PluginError

ENTRY_POINTS = "probatum"  # in front of the names of the groups
GROUPS = ("checks", "planted", "adapters", "formats")

CHECKS = (
    "probatum.checks.usage.error_rate:CHECK",
    "probatum.checks.usage.error_slices:CHECK",
    "probatum.checks.usage.calibration:CHECK",
    "probatum.checks.usage.bias:CHECK",
    "probatum.checks.usage.overfitting:CHECK",
    "probatum.checks.usage.declarations:CHECK",
    "probatum.checks.data_manipulation.leakage:CHECK",
    "probatum.checks.input_manipulation.malformed_input:CHECK",
    "probatum.checks.input_manipulation.evasion:CHECK",
    "probatum.checks.input_manipulation.corruption:CHECK",
    "probatum.checks.input_manipulation.slow_inputs:CHECK",
    "probatum.checks.input_manipulation.universal:CHECK",
    "probatum.checks.input_manipulation.patch:CHECK",
    "probatum.checks.environment.model_file:CHECK",
)
PLANTED = (
    "probatum.planted.usage.error_rate:PLANTED",
    "probatum.planted.usage.error_slices:PLANTED",
    "probatum.planted.usage.error_slices:UNEQUAL",
    "probatum.planted.usage.error_slices:RARE",
    "probatum.planted.usage.calibration:PLANTED",
    "probatum.planted.usage.bias:PLANTED",
    "probatum.planted.usage.bias:UNEQUAL",
    "probatum.planted.usage.bias:RARE",
    "probatum.planted.usage.bias:MANY",
    "probatum.planted.usage.overfitting:PLANTED",
    "probatum.planted.usage.declarations:PLANTED",
    "probatum.planted.data_manipulation.leakage:PLANTED",
    "probatum.planted.input_manipulation.malformed_input:PLANTED",
    "probatum.planted.input_manipulation.evasion:PLANTED",
    "probatum.planted.input_manipulation.corruption:PLANTED",
    "probatum.planted.input_manipulation.slow_inputs:PLANTED",
    "probatum.planted.input_manipulation.universal:PLANTED",
    "probatum.planted.input_manipulation.patch:PLANTED",
    "probatum.planted.environment.model_file:PLANTED",
)
ADAPTERS = (
    "probatum.adapters.http:ADAPTER",
    "probatum.adapters.onnx.model:ADAPTER",
    "probatum.adapters.torch:ADAPTER",
    "probatum.adapters.xgboost:ADAPTER",
    "probatum.adapters.lightgbm:ADAPTER",
    "probatum.adapters.catboost:ADAPTER",
    "probatum.adapters.sklearn:ADAPTER",
    "probatum.adapters.function:ADAPTER",
)
FORMATS = (
    "probatum.report.html:FORMAT",
    "probatum.report.json:FORMAT",
    "probatum.report.terminal:FORMAT",
)

BUILT_IN = frozenset((*CHECKS, *PLANTED, *ADAPTERS, *FORMATS))


def names(group: str, built_in: tuple[str, ...]) -> Iterator[str]:
    """Yield the dotted names of a group: the built-in ones, then those of other packages in order of name."""
    yield from built_in
    yield from sorted(point.value for point in entry_points(group=f"{ENTRY_POINTS}.{group}"))


def folders() -> Iterator[str]:
    """Yield the folders that packages with checks, planted triples, adapters or formats lie in."""
    for group in GROUPS:
        for point in entry_points(group=f"{ENTRY_POINTS}.{group}"):
            if point.dist is not None:
                yield str(Path(str(point.dist.locate_file(""))).resolve())


def fetch(name: str) -> object:
    """Import what a dotted name ``package.module:CONSTANT`` stands for.

    Raises:
        PluginError: it cannot be imported, or is not there.
    """
    module, _, constant = name.partition(":")
    try:
        return getattr(import_module(module), constant)
    except Exception as error:  # a module may raise anything while it is imported
        why = f"{type(error).__name__}: {error}"
        if name in BUILT_IN:
            raise PluginError(
                f"A part of Probatum itself, {name}, cannot be imported ({why}). Something changed how Python works in "
                "this process, such as the model, or the installation is damaged; see: probatum doctor"
            ) from error
        raise PluginError(f"Wanted {name}; it cannot be imported ({why}). Reinstall or remove its package.") from error
