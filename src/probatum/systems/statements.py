# SPDX-License-Identifier: Apache-2.0
"""The view of a check that looks at what people declared."""

from dataclasses import dataclass

from probatum.facts.finding import Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """Everything that was declared about the system."""

    topics: tuple[Topic, ...]
