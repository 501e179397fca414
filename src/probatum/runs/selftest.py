# SPDX-License-Identifier: Apache-2.0
"""Does each check find the flaw planted for it, and keep silent where there is none?"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from functools import cache

from probatum.checks.interface import Check, checks
from probatum.errors import UsageError
from probatum.evidence.judging import judge
from probatum.facts.plan import Effort, Terms, Unit
from probatum.facts.policy import Policy, Stakes
from probatum.facts.record import Verdict
from probatum.planted.interface import Planted, triples
from probatum.runs.execution import run_unit
from probatum.runs.isolation.pool import Pool
from probatum.runs.planning import options_for
from probatum.runs.policies import shipped
from probatum.runs.views import Bench
from probatum.seeds import stream

LEAST_FOUND = 0.98  # of the flawed systems
MOST_FALSE = 0.02  # of the clean ones
MOST_AT_LIMIT = 0.05  # fail, and likewise pass, exactly at the limit
LEAST_CLEAR = 0.80  # of the clean ones pass, rather than cannot be told
MOSTLY = 0.95  # found so often, a flaw counts as one that the check finds
GRID = 6  # sizes between the limit and the flawed system
JUDGED_ON = date(2026, 1, 1)  # any fixed day: nothing planted expires


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One triple's line in the table: how many systems of each kind came to what."""

    name: str  # of the triple: the check, and the case where there are several
    knob: str
    sizes: tuple[float, float, float]
    n: int
    seeds: int
    found: int  # flawed systems in which the flaw was found
    false_alarms: int  # clean systems in which one was
    clear: int  # clean systems that passed
    limit_fails: int
    limit_passes: int
    exact: bool
    smallest: float | None = None  # the smallest size of the grid from which on the flaw is found 95 times of 100
    grid: tuple[tuple[float, int], ...] = ()  # size, systems in which it was found; empty: not asked for

    @property
    def holds(self) -> bool:
        """Whether the check keeps its bars; with few seeds one miss is allowed for chance."""
        slack = 1 if self.seeds < 50 else 0
        limit = self.limit_passes == self.seeds if self.exact else self._near(MOST_AT_LIMIT, slack)
        return (
            self.found >= LEAST_FOUND * self.seeds - slack * (not self.exact)
            and self.false_alarms <= MOST_FALSE * self.seeds
            and self.clear >= LEAST_CLEAR * self.seeds - slack * (not self.exact)
            and limit
        )

    def _near(self, most: float, slack: int) -> bool:
        return max(self.limit_fails, self.limit_passes) <= most * self.seeds + slack


def run(
    only: tuple[str, ...], seeds: int, tell: Callable[[str], None], *, smallest: bool = False, jobs: int = 1
) -> list[Row]:
    """Run the triples of all checks that match.

    Args:
        only: patterns of check ids; all where there is none.
        seeds: systems of each kind.
        tell: is told each result as it is there.
        smallest: look for the smallest flaw that is found, too.
        jobs: processes; the numbers do not depend on it.

    Raises:
        UsageError: nothing matches.
    """
    chosen = {
        name: planted
        for name, planted in triples().items()
        if not only or any(fnmatchcase(planted.check, pattern) for pattern in only)
    }
    if not chosen:
        raise UsageError(f"No check matches {', '.join(only)}. See: probatum checks")
    rows = []
    with _pool(jobs) as each:
        for name, planted in chosen.items():
            rows.append(_row(planted, seeds, each, smallest=smallest))
            tell(f"{name}: flaw found in {rows[-1].found} of {seeds}, false alarms {rows[-1].false_alarms}")
    return rows


def verdict_on(planted: Planted, check: Check, policy: Policy, size: float, seed: int) -> Verdict:
    """Build one system with a flaw of this size and return the verdict on it."""
    system = planted.build(size, stream(seed, f"planted/{planted.name}/{size}"))
    unit = Unit(check=check.id, seed_name=check.id, options=options_for(check, policy, Effort.STANDARD))
    bench = Bench(system=system, terms=Terms(confidence=policy.confidence), seed=seed)
    return judge(run_unit(unit, check, bench), policy, on=JUDGED_ON).verdict


def table(rows: list[Row]) -> str:
    """Return the rows as a table in Markdown; with the smallest flaw found, where it was looked for."""
    looked = any(row.grid for row in rows)
    lines = [
        "| check | flaw: clean / limit / flawed | rows | found | false alarms | clean passed | limit: fail, pass |"
        f"{' smallest found |' if looked else ''} |",
        f"|---|---|---|---|---|---|---|{'---|' if looked else ''}---|",
    ]
    for row in rows:
        sizes = " / ".join(f"{size:g}" for size in row.sizes)
        limit = f"{row.limit_fails}, {row.limit_passes} of {row.seeds}"
        least = f" {'beyond the flawed' if row.smallest is None else f'{row.smallest:.3g}'} |" if looked else ""
        lines.append(
            f"| {row.name} | {row.knob}: {sizes} | {row.n:,} | {row.found} of {row.seeds} | {row.false_alarms} of "
            f"{row.seeds} | {row.clear} of {row.seeds} | {limit} |{least} {'holds' if row.holds else 'FALLS SHORT'} |"
        )
    return "\n".join(lines)


def grid_table(rows: list[Row]) -> str:
    """Return how often flaws of each size between the limit and the flawed system were found, in Markdown."""
    lines = [("| check | " + "size: found | " * GRID).rstrip(), "|---" * (GRID + 1) + "|"]
    for row in rows:
        cells = [f"{size:.3g}: {found}" for size, found in row.grid]
        lines.append(f"| {row.name} | {' | '.join(cells + [''] * (GRID - len(cells)))} |")
    return "\n".join(lines)


def sizes_between(planted: Planted) -> tuple[float, ...]:
    """Return the sizes of the grid, beyond the limit and up to the flawed system; of a count, the flawed one alone."""
    _, limit, flawed = planted.sizes
    if planted.exact:
        return (flawed,)
    return tuple(limit + (flawed - limit) * step / GRID for step in range(1, GRID + 1))


def _row(planted: Planted, seeds: int, each: "Each", *, smallest: bool) -> Row:
    clean, limit, flawed = (each(planted.name, size, seeds) for size in planted.sizes)
    grid: tuple[tuple[float, int], ...] = ()
    if smallest:
        between = sizes_between(planted)[:-1]
        found = [each(planted.name, size, seeds)[planted.found] for size in between]
        grid = (*zip(between, found, strict=True), (planted.sizes[2], flawed[planted.found]))
    return Row(
        name=planted.name,
        knob=planted.knob,
        sizes=planted.sizes,
        n=planted.n,
        seeds=seeds,
        found=flawed[planted.found],
        false_alarms=clean[planted.found],
        clear=clean[planted.clear],
        limit_fails=limit[planted.found],
        limit_passes=limit[planted.clear],
        exact=planted.exact,
        smallest=_smallest(grid, seeds),
        grid=grid,
    )


def _smallest(grid: Sequence[tuple[float, int]], seeds: int) -> float | None:
    """Return the smallest size from which on every size is mostly found."""
    last = None
    for size, found in reversed(grid):
        if found < MOSTLY * seeds:
            break
        last = size
    return last


Each = Callable[[str, float, int], Counter[Verdict]]  # triple, size, seeds: how often each verdict


@contextmanager
def _pool(jobs: int) -> Iterator[Each]:
    """Yield what judges many systems of one size, in so many processes."""
    if jobs == 1:
        yield lambda name, size, seeds: _count(name, size, range(seeds))
        return
    with Pool(jobs) as pool:

        def each(name: str, size: float, seeds: int) -> Counter[Verdict]:
            shares = [(name, size, range(start, seeds, jobs)) for start in range(jobs)]
            return sum((_counted(one) for one in pool.map(_count, shares)), Counter())

        yield each


def _count(name: str, size: float, seeds: Iterable[int]) -> Counter[Verdict]:
    planted, policy = _triples()[name], shipped(Stakes.MEDIUM)
    return Counter(verdict_on(planted, _checks()[planted.check], policy, size, seed) for seed in seeds)


def _counted(plain: dict[str, int]) -> Counter[Verdict]:
    """Return counts that came out of a worker, where they are plain values."""
    return Counter({Verdict(name): count for name, count in plain.items()})


_triples = cache(triples)
_checks = cache(checks)
