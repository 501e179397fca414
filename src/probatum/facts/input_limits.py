# SPDX-License-Identifier: Apache-2.0
"""How much of an input is read: ``[input_limits]`` of a description. They concern resources, never a verdict."""

from dataclasses import dataclass
from typing import final

JSON_BYTES = 16 * 2**20  # of a plan, a record or a policy, as a run writes them


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class InputLimits:
    """The largest inputs that are read; what is larger is refused by name."""

    file_bytes: int = 2**30  # of one file of data or of a model, after unpacking
    depth: int = 500  # levels of nesting in a model file: of its texts, its graphs and its trees
    reply_bytes: int = 64 * 2**20  # of one reply of a server, after unpacking
    seconds: float = 30.0  # for one request to a server, from connecting to the last byte of the reply
