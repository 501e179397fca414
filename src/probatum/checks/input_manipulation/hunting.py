# SPDX-License-Identifier: Apache-2.0
"""The hunt for slow inputs: what is tried, in which order, and when it is given up."""

import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from probatum.engines.slowness.breeding import breed, slowest
from probatum.engines.slowness.dependence import dependence, rounds
from probatum.engines.slowness.ladder import climb
from probatum.engines.slowness.ratio import pairs
from probatum.errors import ProbatumError
from probatum.systems.clocks import PROCESSOR, WALL, Clock, processor_is_fine, times_waited
from probatum.systems.datasets import Rows
from probatum.systems.datasets.crafted import Workshop, mixed, unusual, wider
from probatum.systems.interface import Answers, Timed

# Letters. Near to each other at first: a regular expression may double its time with each letter.
LENGTHS = (12.0, 20.0, 28.0, 224.0, 1_792.0, 14_336.0, 114_688.0)
TIMES = (1e2, 1e4, 1e6, 1e9, 1e300)  # the largest number seen; an endless loop would show on the way
WIDTHS = (2.0, 4.0, 16.0, 64.0)  # times as many cells, where the model takes arrays of any length
ELSEWHERE = 3.0  # times as long as it kept the processor: the work is done in another process
AGAIN = 3  # measurements of each of the slowest few, before one of them is chosen
MIXTURE = "a mixture of the cells of slow inputs"
CLEAR_PAIRS = 8  # enough where an input is slow, or is not, beyond doubt: six would do for a range at 95 of 100


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidate:
    """One input that may be slow."""

    row: Rows
    what: str  # in plain words, without any cell's content


@final
class Stopwatch:
    """Asks about one row at a time, and tells what that cost."""

    def __init__(self, system: Timed, clock: Clock) -> None:
        """Take whom to ask, and the clock."""
        self._system = system
        self.clock = clock
        self.stopped = 0  # times that our own adapter gave up on an ordinary row: a server that is gone
        self._waited = 0  # answers that were waited for, though usual ones are not

    def cost(self, row: Rows) -> float:
        """Ask once; return the cost in seconds of the clock, at least a nanosecond."""
        return self.ask(row)[0]

    def ask(self, row: Rows) -> tuple[float, Answers | type[BaseException]]:
        """Ask once; return the cost, and what came back.

        Where the model only waits for an answer (it sleeps, or others work for it), the wait is the cost.
        """
        if self.clock is not PROCESSOR:
            start = self.clock.read()
            said = self._system.probe(row)
            return max(self.clock.read() - start, 1e-9), said
        spent, said = _by_both(self._system, row)
        waited = spent.waited is True and spent.passed > ELSEWHERE * spent.busy
        self._waited += waited
        return spent.passed if waited else spent.busy, said

    @property
    def counts(self) -> str:
        """What was counted, in words that fit "measured by ..."."""
        return f"{self.clock.counts}, or was waiting for an answer" if self._waited else self.clock.counts

    def ordinary(self, row: Rows) -> float:
        """Ask about an ordinary row, of which an answer is expected."""
        cost, said = self.ask(row)
        self.stopped += isinstance(said, type) and issubclass(said, ProbatumError)
        return cost


def fitting(system: Timed, rows: Sequence[Rows]) -> Clock:
    """Return the clock that fits where the model works: found out by both, where nobody said.

    On a busy machine every answer takes longer than it keeps the processor. So the model works elsewhere only where
    this thread gave the processor up by itself while it was asked, each time.
    """
    if system.clock is not None:
        return system.clock
    if not processor_is_fine():
        return WALL
    every = [_by_both(system, row)[0] for row in rows]
    return WALL if all(one.passed > ELSEWHERE * one.busy and one.waited is not False for one in every) else PROCESSOR


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Spent:
    """What one answer cost, by both clocks."""

    busy: float  # seconds of the processor, at least a nanosecond
    passed: float  # seconds until the answer came, at least a nanosecond
    waited: bool | None  # this thread gave the processor up by itself; None: nobody counts that


def _by_both(system: Timed, row: Rows) -> tuple[_Spent, Answers | type[BaseException]]:
    """Ask once; return what it cost, and what came back."""
    before, busy, passed = times_waited(), PROCESSOR.read(), WALL.read()
    said = system.probe(row)
    busy, passed, after = PROCESSOR.read() - busy, WALL.read() - passed, times_waited()
    waited = None if before is None or after is None else after > before
    return _Spent(busy=max(busy, 1e-9), passed=max(passed, 1e-9), waited=waited), said


@final
class Hunt:
    """One hunt: rows to begin with, what is made of them, and how slow that is."""

    def __init__(self, watch: Stopwatch, rows: Rows, ordinary: Sequence[Rows], rng: np.random.Generator) -> None:
        """Take the stopwatch, the held-out rows, a few of them to begin with, and where chance comes from."""
        self._watch = watch
        self._rows = rows
        self._ordinary = ordinary
        self._rng = rng
        self._workshop = Workshop(rows)
        self.tried = len(ordinary)

    def draw(self) -> Rows:
        """Return an ordinary row, drawn anew."""
        return self._rows.take(self._rng.integers(len(self._rows), size=1))

    def candidates(self, unusual_rows: int, *, longest: float, far: float) -> list[Candidate]:
        """Return ordinary rows first, then unusual ones, then those that were made to be slow."""
        typical = float(np.median([self._watch.ordinary(row) for row in self._ordinary]))
        found = [Candidate(row=row, what="a usual case of the test data") for row in self._ordinary]
        for place, why in unusual(self._rows, unusual_rows).items():
            found.append(Candidate(row=self._rows.take(np.array([place])), what=f"a case of the test data {why}"))
        found += self._crafted(self._ordinary[0])
        for sizes, make, what in self._ladders(self._ordinary[0], longest):
            top = climb(lambda size, make=make: self._watch.cost(make(size)), sizes, typical=typical, far=far)  # type: ignore[misc]
            self.tried += top.steps
            found.append(Candidate(row=make(top.size), what=what(top.size)))
        self.tried += len(found) - len(self._ordinary)
        return found

    def _crafted(self, row: Rows) -> Iterator[Candidate]:
        shop = self._workshop
        yield Candidate(row=shop.emptied(row), what="nothing but missing cells")
        if shop.has_floats:
            yield Candidate(row=shop.tinier(row), what="numbers so tiny that processors lose time over them")
        if shop.has_numbers:
            yield Candidate(row=shop.middling(row), what="the middle of every column, to which many cases are near")

    def _ladders(
        self, row: Rows, longest: float
    ) -> Iterator[tuple[Sequence[float], Callable[[float], Rows], Callable[[float], str]]]:
        """Yield what can be grown: the sizes, what makes a row of a size, and what calls it by name."""
        shop = self._workshop
        lengths = [length for length in LENGTHS if length <= longest]
        for patterns, how in _word_ladders(shop) if shop.has_words else ():
            yield (
                lengths,
                lambda size, patterns=patterns: shop.longer(row, patterns, int(size)),  # type: ignore[misc]
                lambda size, how=how: f"words of {size:,.0f} letters{how}",  # type: ignore[misc]
            )
        if shop.has_numbers:
            yield TIMES, lambda times: shop.huger(row, times), lambda times: f"numbers {_many(times)} the largest seen"
        if isinstance(row.features, np.ndarray) and isinstance(self._watch.ask(wider(row, WIDTHS[0]))[1], Answers):
            yield WIDTHS, lambda times: wider(row, times), lambda times: f"an array {times:,.0f} times as long"

    def costs(self, candidates: Sequence[Candidate], times: int) -> tuple[np.ndarray, float]:
        """Return costs (times, k) in rounds of random order, and the chance that luck alone shows such differences."""
        costs = rounds(lambda place: self._watch.cost(candidates[place].row), len(candidates), times, self._rng)
        return costs, dependence(costs, self._rng)

    def breed(self, candidates: Sequence[Candidate], costs: np.ndarray, children: int) -> Candidate:
        """Return the slowest of the candidates and of mixtures of them, chosen by fresh measurements."""

        def mix(first: Candidate, second: Candidate, take: np.ndarray) -> Candidate:
            return Candidate(row=mixed(first.row, second.row, take), what=MIXTURE)

        few = breed(
            list(zip(candidates, costs.tolist(), strict=True)),
            mix,
            lambda: Candidate(row=self.draw(), what=MIXTURE),
            lambda one: self._watch.cost(one.row),
            cells=self._workshop.cells,
            children=children,
            rng=self._rng,
        )
        self.tried += children
        best = candidates[int(costs.argmax())]  # first: where no mixture is clearly slower, it is told more easily
        few = [best, *(one for one in few if one is not best)]
        return few[slowest(few, lambda one: self._watch.cost(one.row), AGAIN, self._rng)]

    def confirm(self, candidate: Candidate, times: int) -> np.ndarray:
        """Return fresh costs (times, 2) of the candidate, and of ordinary rows drawn anew."""
        return pairs(
            lambda: self._watch.cost(candidate.row), lambda: self._watch.ordinary(self.draw()), times, self._rng
        )


def peaks(system: Timed, candidates: Sequence[Candidate]) -> np.ndarray:
    """Return the bytes (k,) that Python and numpy took at most while answering each; never timed meanwhile."""
    own = not tracemalloc.is_tracing()
    if own:
        tracemalloc.start()
    try:
        found = []
        for candidate in candidates:
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            system.probe(candidate.row)
            found.append(tracemalloc.get_traced_memory()[1] - before)
    finally:
        if own:
            tracemalloc.stop()
    return np.maximum(np.asarray(found, dtype=np.float64), 1.0)


def _word_ladders(shop: Workshop) -> Iterator[tuple[Sequence[Callable[[str, int], str]], str]]:
    """Yield each pattern alone where there is free text; categories, which are rarely read, share one ladder."""
    if not shop.has_text:
        yield [pattern for pattern, _ in PATTERNS], ""
        return
    for pattern, how in PATTERNS:
        yield [pattern], f": {how}"


def _many(times: float) -> str:
    return f"{times:,.0f} times" if times < 1e9 else "incomparably larger than"


def _own(cell: str, length: int) -> str:
    pieces: list[str] = []
    total = 0
    while total < length:
        pieces.append(f"{cell} {len(pieces)} ")
        total += len(pieces[-1])
    return "".join(pieces)[: length - 1] + "!"


def _letter(cell: str, length: int) -> str:
    first = cell[:1] if cell[:1].isalnum() else "a"
    return first * (length - 1) + "!"


def _blanks(cell: str, length: int) -> str:
    return " " * (length - 1) + "x"


# The last two are what slow regular expressions stumble over: many ways to read the same letters, and then no match
# (Davis et al. 2018, ESEC/FSE: The impact of regular expression denial of service in practice).
PATTERNS: tuple[tuple[Callable[[str, int], str], str], ...] = (
    (_own, "their own, over and over"),
    (_letter, "one and the same, then a sign that does not fit"),
    (_blanks, "blanks, then a letter"),
)
