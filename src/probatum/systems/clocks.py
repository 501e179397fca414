# SPDX-License-Identifier: Apache-2.0
"""Clocks by which the cost of an answer is told; which one fits depends on where the model works."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Something that tells how much was spent so far, in seconds."""

    read: Callable[[], float]
    counts: str  # what it counts, in words that fit "measured by ..."


# what other programs do on this machine meanwhile does not count
PROCESSOR = Clock(read=time.process_time, counts="the time this process kept a processor busy")
# for a model that works elsewhere: in another process, on another machine
WALL = Clock(read=time.perf_counter, counts="the time until the answer came")
COARSE = 1e-4  # seconds; a clock that moves in larger steps cannot tell short calls apart (process time on Windows)


def processor_is_fine() -> bool:
    """Say whether the processor's clock moves in steps small enough to time one call."""
    return time.get_clock_info("process_time").resolution <= COARSE


def times_waited() -> int | None:
    """Return how often this thread has given the processor up by itself so far, to wait; None: nobody counts that.

    What other programs do on this machine takes the processor away from a thread, which does not count.
    """
    if sys.platform == "win32":
        return None
    import resource

    own = getattr(resource, "RUSAGE_THREAD", resource.RUSAGE_SELF)  # where threads are not counted alone, all together
    return resource.getrusage(own).ru_nvcsw
