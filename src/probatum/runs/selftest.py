# SPDX-License-Identifier: Apache-2.0
"""Does each check find the flaw planted for it, and keep silent where there is none?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

from probatum.checks.interface import Check, checks
from probatum.errors import UsageError
from probatum.evidence.judging import judge
from probatum.facts.plan import Effort, Terms, Unit
from probatum.facts.policy import Policy, Stakes
from probatum.facts.record import Verdict
from probatum.planted.interface import Planted, triples
from probatum.runs.execution import run_unit
from probatum.runs.planning import options_for
from probatum.runs.policies import shipped
from probatum.runs.views import Bench
from probatum.seeds import stream

LEAST_FOUND = 0.98  # of the flawed systems
MOST_FALSE = 0.02  # of the clean ones
MOST_AT_LIMIT = 0.05  # fail, and likewise pass, exactly at the limit
LEAST_CLEAR = 0.80  # of the clean ones pass, rather than cannot be told
JUDGED_ON = date(2026, 1, 1)  # any fixed day: nothing planted expires


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One check's line in the table: how many systems of each kind came to what."""

    check: str
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


def run(only: tuple[str, ...], seeds: int, tell: Callable[[str], None]) -> list[Row]:
    """Run the triples of all checks that match.

    Raises:
        UsageError: nothing matches.
    """
    known, policy = checks(), shipped(Stakes.MEDIUM)
    chosen = {
        name: planted
        for name, planted in triples().items()
        if not only or any(fnmatchcase(name, pattern) for pattern in only)
    }
    if not chosen:
        raise UsageError(f"No check matches {', '.join(only)}. See: probatum checks")
    rows = []
    for name, planted in chosen.items():
        rows.append(_row(planted, known[name], policy, seeds))
        tell(f"{name}: flaw found in {rows[-1].found} of {seeds}, false alarms {rows[-1].false_alarms}")
    return rows


def verdict_on(planted: Planted, check: Check, policy: Policy, size: float, seed: int) -> Verdict:
    """Build one system with a flaw of this size and return the verdict on it."""
    system = planted.build(size, stream(seed, f"planted/{planted.check}/{size}"))
    unit = Unit(check=check.id, seed_name=check.id, options=options_for(check, policy, Effort.STANDARD))
    bench = Bench(system=system, terms=Terms(confidence=policy.confidence), seed=seed)
    return judge(run_unit(unit, check, bench), policy, on=JUDGED_ON).verdict


def table(rows: list[Row]) -> str:
    """Return the rows as a table in Markdown."""
    lines = [
        "| check | flaw: clean / limit / flawed | rows | found | false alarms | clean passed | limit: fail, pass | |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        sizes = " / ".join(f"{size:g}" for size in row.sizes)
        limit = f"{row.limit_fails}, {row.limit_passes} of {row.seeds}"
        lines.append(
            f"| {row.check} | {row.knob}: {sizes} | {row.n:,} | {row.found} of {row.seeds} | {row.false_alarms} of "
            f"{row.seeds} | {row.clear} of {row.seeds} | {limit} | {'holds' if row.holds else 'FALLS SHORT'} |"
        )
    return "\n".join(lines)


def _row(planted: Planted, check: Check, policy: Policy, seeds: int) -> Row:
    clean, limit, flawed = (
        [verdict_on(planted, check, policy, size, seed) for seed in range(seeds)] for size in planted.sizes
    )
    return Row(
        check=check.id,
        knob=planted.knob,
        sizes=planted.sizes,
        n=planted.n,
        seeds=seeds,
        found=flawed.count(planted.found),
        false_alarms=clean.count(planted.found),
        clear=clean.count(planted.clear),
        limit_fails=limit.count(planted.found),
        limit_passes=limit.count(planted.clear),
        exact=planted.exact,
    )
