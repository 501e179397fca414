# SPDX-License-Identifier: Apache-2.0
"""Alter a run's files as somebody would who wants another verdict, with as many digests put right as wanted."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from probatum.evidence.canonical import canonical, digest

Change = Callable[[Any], None]


def change_file(file: Path, change: Change) -> None:
    """Change one JSON file, and nothing else."""
    value = json.loads(file.read_bytes())
    change(value)
    canonical_form = file.name == "record.json"
    file.write_bytes(canonical(value) if canonical_form else json.dumps(value, indent=1, sort_keys=True).encode())


def put_right(run: Path) -> None:
    """Write the digests of the files as they are now into the judgement, and the record's id wherever it stands."""
    identity = digest((run / "record.json").read_bytes())
    change_file(run / "observed.json", lambda observed: observed.update(record=identity))

    def digests(judgement: Any) -> None:
        judgement["record"] = identity
        judgement["files"] = {name: digest((run / name).read_bytes()) for name in judgement["files"]}

    change_file(run / "judgement.json", digests)


def replace_once(file: Path, old: bytes, new: bytes) -> None:
    """Replace some bytes of a file, which must be there."""
    content = file.read_bytes()
    assert old in content, (file.name, old)
    file.write_bytes(content.replace(old, new, 1))
