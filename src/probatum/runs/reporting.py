# SPDX-License-Identifier: Apache-2.0
"""Find a format by name and let it render."""

from probatum import registry
from probatum.errors import ProbatumError, RunFolderError, UsageError
from probatum.report.interface import Edition, Format


def formats() -> dict[str, Format]:
    """Return every format there is, by name."""
    found: dict[str, Format] = {}
    for name in registry.names("formats", registry.FORMATS):
        format_ = registry.fetch(name)
        found[format_.name] = format_  # type: ignore[attr-defined, assignment]  # a plug-in keeps the promise or fails
    return found


def render(edition: Edition, name: str) -> str:
    """Return the report in one format.

    Raises:
        UsageError: there is no such format.
    """
    known = formats()
    if name not in known:
        raise UsageError(f"Wanted one of the formats {', '.join(known)}; got {name}.")
    return known[name].render(edition)


def render_stored(edition: Edition, name: str) -> str:
    """Return the report of a stored run in one format.

    Raises:
        UsageError: there is no such format.
        RunFolderError: the record holds what no check of this program writes.
    """
    try:
        return render(edition, name)
    except ProbatumError:
        raise
    except Exception as error:  # a record of somebody else may hold anything
        raise RunFolderError(
            f"{edition.folder or 'The run'}: the record cannot be shown ({type(error).__name__}). Another version of "
            "Probatum wrote it, or it was altered."
        ) from error
