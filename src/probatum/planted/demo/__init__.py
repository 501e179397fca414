# SPDX-License-Identifier: Apache-2.0
"""The demos: small systems that are whole, run out of what is installed, and are the user's to edit.

Each folder here holds a description and a recipe, as a user would write them. They are copied beside the run, never
run from here. The lender is simulated and has a planted fault; the other three are real data out of scikit-learn,
with nothing planted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from probatum.errors import RunFolderError, StorageError, UsageError

DEMOS = ("lender", "breast-cancer", "digits", "diabetes")
DESCRIPTION, RECIPE = "probatum.toml", "recipe.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reveal:
    """What was hidden in a demo, to be held against what was found."""

    sentence: str  # to be printed after the findings
    group: str  # named as findings name groups
    levels: Mapping[str, str]  # column, level: what makes the group


_FAULTS = {
    "lender": Reveal(
        sentence=(
            "We hid this: in the rows the model learned from, every outcome of people in region = north coast with "
            "contract = seasonal was turned round. They are about 2.5 of 100 people; the test rows are right."
        ),
        group="region = north coast and contract = seasonal",
        levels=MappingProxyType({"region": "north coast", "contract": "seasonal"}),
    )
}


def planted_fault(name: str) -> Reveal | None:
    """Return what was hidden in a demo; None where nothing was."""
    _require_known(name)
    return _FAULTS.get(name)


def write_demo(name: str, folder: Path, *, clean: bool = False) -> Path:
    """Write a demo's description and recipe into a folder and return the description's path.

    Args:
        name: one of ``DEMOS``.
        folder: made if it is not there; files in it are never written over.
        clean: write the twin without the planted fault.

    Raises:
        UsageError: there is no such demo, or it has no fault to leave out.
        RunFolderError: one of the files is there already.
        StorageError: the folder cannot be written.
    """
    _require_known(name)
    if clean and name not in _FAULTS:
        raise UsageError(f'The demo "{name}" is real data with no planted fault; leave out --clean.')
    source = files(__name__).joinpath(name.replace("-", "_"))
    texts = {file: source.joinpath(file).read_text(encoding="utf-8") for file in (DESCRIPTION, RECIPE)}
    if clean:
        texts[RECIPE] = texts[RECIPE].replace("\nFAULT = True\n", "\nFAULT = False\n")
    for file in texts:
        if (folder / file).exists():
            raise RunFolderError(f"{folder / file} is there already and may hold your changes. Name another folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in texts.items():
            (folder / file).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise StorageError(f"The demo's files cannot be written into {folder}: {error.strerror}.") from error
    return folder / DESCRIPTION


def _require_known(name: str) -> None:
    if name not in DEMOS:
        raise UsageError(f'Wanted one of the demos {", ".join(DEMOS)}; "{name}" came.')
