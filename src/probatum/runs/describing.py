# SPDX-License-Identifier: Apache-2.0
"""From what somebody typed or called to a description: the file that it names, or one made of single settings."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from probatum.errors import UsageError
from probatum.systems.description import Description, describe, read_description
from probatum.systems.mistakes import label, visible

TABLES = (".csv", ".tsv", ".parquet", ".pq")  # what a model never is
TEXT = ".txt"  # a table, or a model of LightGBM
ADDRESSES = ("http://", "https://")
TRUST = ("model", "trust_file")
Place = tuple[str, ...]


def described(
    subject: str, said: Mapping[Place, Any], *, called: Mapping[Place, str], folder: Path = Path()
) -> Description:
    """Return the description that a subject and settings make.

    Args:
        subject: a description file; or a model file, ``module:function``, an address; or a table of decisions.
        said: settings by their place in a description.
        called: what messages call each setting.
        folder: what file names are relative to.

    Raises:
        ProbatumError: with every mistake at once.
    """
    if subject.endswith(".toml"):
        return _from_file(folder / subject, said, called)
    source = _source(subject, said, folder)
    _require_rows(subject, source, said, called, folder)
    names = {**called, source: subject}
    return describe({**said, source: subject}, name=name_of(subject, source), folder=folder, called=names)


def name_of(subject: str, source: Place) -> str:
    """Return how the report calls a system that nobody named."""
    if source == ("model", "python"):
        name = subject.partition(":")[0]
    elif source == ("model", "url"):
        name = subject.rstrip("/").rpartition("/")[2] or subject
    else:
        name = Path(Path(subject).name.removesuffix(".gz")).stem
    return visible(name)  # a file's name may be no text, which a record cannot hold


def _from_file(file: Path, said: Mapping[Place, Any], called: Mapping[Place, str]) -> Description:
    """Read a description; only the trust in its model file may be said beside it."""
    beside = [place for place in said if place != TRUST]
    if beside:
        lines = [f"{called[place]}: say it there, as {place[-1]} under {_section(place)}." for place in beside]
        raise UsageError("\n".join([f"{file.name} describes the system already. Leave out", *lines]))
    return read_description(file, trusted=bool(said.get(TRUST)))


def _section(place: Place) -> str:
    return f"[{'.'.join(place[:-1])}]" if len(place) > 2 else label(place[:1])


def _source(subject: str, said: Mapping[Place, Any], folder: Path) -> Place:
    """Return which key of ``[model]`` the subject is."""
    if ("model", "decision") in said or ("model", "score") in said:
        return ("model", "scores")
    if subject.startswith(ADDRESSES):
        return ("model", "url")
    return ("model", "python") if ":" in subject and not (folder / subject).exists() else ("model", "file")


def _require_rows(
    subject: str, source: Place, said: Mapping[Place, Any], called: Mapping[Place, str], folder: Path
) -> None:
    """Refuse a subject without rows, with the words that would do."""
    if source == ("model", "scores"):
        return
    decision, data, target = (called[place] for place in (("model", "decision"), ("data", "test"), ("data", "target")))
    table = _suffix(subject) in TABLES or (_suffix(subject) == TEXT and ("data", "test") not in said)
    if table and source == ("model", "file"):
        raise UsageError(
            f"{subject} is a table. If it holds the decisions of a system, name their column: {decision} COLUMN. If it "
            f"holds rows for a model, name the model first: MODEL {data} {subject} {target} COLUMN."
        )
    if source in said:
        raise UsageError(f"{called[source]}: {subject} is a function already; name a file of weights, or leave it out.")
    rows = ("data", "load") in said or (("data", "test") in said and ("data", "target") in said)
    test = str(said.get(("data", "test"), ""))
    pictures = bool(test) and (folder / test).is_dir()  # a folder of pictures names its classes itself
    if not rows and not pictures and not test.partition(":")[0].endswith(".npz"):
        raise UsageError(
            f"Wanted the held-out rows and the column that holds the right answer, {data} FILE and {target} COLUMN, "
            f"for {subject}. Or write a probatum.toml, with probatum init."
        )


def _suffix(subject: str) -> str:
    return Path(subject.lower().removesuffix(".gz")).suffix
