# SPDX-License-Identifier: Apache-2.0
"""Where a described model comes from: a file, with or without what builds its network, or a server."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

from probatum.adapters import loading
from probatum.adapters.code import UserCode
from probatum.adapters.factories import built
from probatum.adapters.http import Address, Permission
from probatum.adapters.tensor_files import Weights
from probatum.adapters.torch import fill
from probatum.errors import ModelError
from probatum.runs.isolation.confinement import limited_memory
from probatum.systems.description import Description
from probatum.systems.quota import Quota
from probatum.systems.watch import Watch, step


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Named:
    """What a description names as the model, as it came out of its file or its module."""

    thing: Any
    inputs: Mapping[str, str]  # role, digest
    notes: tuple[str, ...] = ()


def user_code(description: Description, known: Mapping[str, str] | None = None) -> UserCode:
    """Return what finds the modules that the description may name; ``known`` are their digests from before."""
    folders = [(description.folder / folder).resolve() for folder in description.model.code]
    return UserCode(description.folder.resolve(), folders, known)


def named_model(description: Description, code: UserCode, watch: Watch, before: str | None = None) -> Named | None:
    """Open what is named as the model; None where it is a server, a table of cases, or trained by the recipe.

    Args:
        description: names it.
        code: finds the user's own modules.
        watch: notices what takes too long.
        before: the digest of the file when it was opened before; another one is not loaded.

    Raises:
        ProbatumError: it is missing, broken or untrusted.
    """
    said = description.model
    inputs: dict[str, str] = {}
    if said.file is not None:
        file = description.folder / said.file
        with step(watch, f"opening {said.file}"), limited_memory(file.stat().st_size if file.is_file() else 0):
            thing, notes = from_file(description, said.file, said.sha256 or before, inputs, code)
        return Named(thing=thing, inputs=inputs, notes=notes)
    if said.python is not None:
        with step(watch, f"opening {said.python}"):
            function, inputs["model"] = code.function(said.python)
            return Named(thing=built(function, said.python), inputs=inputs)
    return None


def from_file(
    description: Description, file: str, stated: str | None, inputs: dict[str, str], code: UserCode
) -> tuple[Any, tuple[str, ...]]:
    """Return the model out of its file, and notes; the digests of what it came from go into ``inputs``.

    Raises:
        ModelError: the file holds weights only and no function builds their network, or they do not fit it.
    """
    said = description.model
    limits = description.input_limits.fact()
    loaded = loading.load(description.folder / file, trusted=said.trust_file, stated=stated, limits=limits)
    inputs["model"] = loaded.digest
    if said.python is not None:
        function, inputs["network"] = code.function(said.python)
        return fill(built(function, said.python), loaded.content), loaded.notes
    if isinstance(loaded.content, Weights):
        raise ModelError(
            f"{file} holds the weights of a network and not how they are put together. Name the function that builds "
            'the network beside it: python = "module:build".'
        )
    return loaded.content, loaded.notes


def quota(description: Description) -> Quota | None:
    """Return what counts the rows that the described model is asked about; None: they need not be counted."""
    return None if description.model.max_queries is None else Quota(description.model.max_queries)


def address(description: Description, counted: Quota | None) -> Address:
    """Return where the described model is served, and who allowed that it is asked."""
    said = description.model
    permission = None
    if said.allowed_by is not None and said.allowed_until is not None and counted is not None:
        permission = Permission(by=said.allowed_by, until=said.allowed_until, quota=counted)
    limits = description.input_limits.fact()
    return Address(url=said.url or "", permission=permission, today=datetime.date.today(), limits=limits)


def leave(description: Description) -> tuple[str, ...]:
    """Return as a note who allowed that the model is asked, until when, and for how many rows."""
    said = description.model
    if said.allowed_by is None or said.max_queries is None:
        return ()
    return (
        f"The model is behind an address. That it is asked was allowed by {said.allowed_by}, until "
        f"{said.allowed_until}, for {said.max_queries:,} rows at most.",
    )
