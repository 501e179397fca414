# SPDX-License-Identifier: Apache-2.0
"""What was found about slow inputs, in plain words; no cell's content is told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self, final

import numpy as np

from probatum.checks.input_manipulation.hunting import Candidate
from probatum.facts.finding import Advice, Finding, Measure
from probatum.facts.interval import Interval
from probatum.facts.numbers import plain_number

NOTABLE = 1.25  # times a usual case: below it, an input is told as one that takes no longer
WORTH_MENDING = 2.0  # times a usual case, surely: from here on a bound pays


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The input that needed the most memory, beside the median of the usual ones."""

    what: str
    most: float  # bytes
    usual: float  # bytes

    @classmethod
    def of(cls, candidates: Sequence[Candidate], peaks: np.ndarray, ordinary: int) -> Self:
        """Return it, from the peak (k,) of each candidate, the ordinary ones first."""
        most = int(peaks.argmax())
        usual = float(np.median(peaks[:ordinary]))
        return cls(what=candidates[most].what, most=float(peaks[most]), usual=usual)

    @property
    def times(self) -> float:
        """The most memory by that of a usual case."""
        return self.most / self.usual


def sentence(times: float | None, interval: Interval) -> str:
    """Say how slow the slowest input is; what noise alone may show is not told as a number."""
    if times is None or times < NOTABLE or (interval.lower or 0.0) <= 1:
        return "On this machine, no input was found that takes notably longer than a usual case."
    return f"On this machine, the slowest input found takes {_amount(times)} times as long as a usual case."


def details(
    slow: float | None, usual: float | None, chosen: Candidate, memory: Memory | None, counts: str
) -> Iterator[str]:
    """Say what it was, what it took, and how that was measured."""
    yield f"The slowest input was {chosen.what}."
    if slow is not None and usual is not None:
        yield f"It took {_amount(slow)} milliseconds; a usual case took {_amount(usual)}, asked about alone."
    if memory is not None and memory.times >= WORTH_MENDING:
        yield (
            f"The most memory was needed for {memory.what}: {_amount(memory.times)} times that of a usual case "
            f"({_amount(memory.most / 1e6)} megabytes)."
        )
    elif memory is not None:
        yield f"No input tried needed more than {_amount(memory.times)} times the memory of a usual case."
    yield f"Measured by {counts}, on this machine and this day. It cannot be repeated to the bit."


def advice(interval: Interval) -> Iterator[Advice]:
    """Say how to keep slow inputs out, where there are any."""
    if interval.lower is None or interval.lower < WORTH_MENDING:
        return
    yield Advice(
        sentence="Refuse such input before the model sees it: bound the length of text, the size of numbers and the "
        "number of missing cells."
    )
    yield Advice(sentence="Give each request a time limit, and each sender a share of the machine.")


def steady(ordinary: int, tried: int, times: int, luck: float) -> tuple[str, ...]:
    """Say that cost does not depend on the input, and how that is known."""
    return (
        f"The cost does not depend on the input, as far as can be measured: {tried} inputs, {tried - ordinary} of "
        f"them unusual or made to be slow, were asked about {times} times each in random order. Luck alone shows such "
        f"differences {_of_100(luck)} of 100 times.",
    )


def stopped() -> Finding:
    """Say that the system gave up in the middle."""
    why = "The system stopped answering usual cases before the measurement was done."
    return Finding(
        sentence="How slow the slowest input is cannot be told.",
        measures={"slowdown": Measure(value=None, unit="ratio", interval=None, n=0, why=why)},
        advice=(Advice(sentence="See why it stopped, and run again."),),
    )


def _of_100(chance: float) -> str:
    return f"{chance * 100:.0f}" if chance >= 0.01 else "fewer than 1"


def _amount(number: float) -> str:
    """Return a number with two or three digits that count."""
    if number >= 10:
        return f"{number:,.0f}"
    return f"{number:.1f}" if number >= 1 else f"{plain_number(number, digits=2)}"
