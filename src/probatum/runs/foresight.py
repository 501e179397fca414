# SPDX-License-Identifier: Apache-2.0
"""What can be said before a run: which limits so few cases cannot show to be kept."""

from collections.abc import Iterator, Mapping

from probatum.checks.interface import Check
from probatum.facts.deciding import two_digits
from probatum.facts.plan import Plan
from probatum.facts.policy import Policy


def too_few(plan: Plan, policy: Policy, checks: Mapping[str, Check]) -> Iterator[str]:
    """Yield a sentence for each check that can hardly pass, whatever the system is like."""
    rows, task = plan.subject.test_rows, plan.subject.task
    for name in dict.fromkeys(unit.check for unit in plan.units):
        check, limits = checks[name], policy.limits.get(name, {})
        needed = [
            of_limit(limits[measure].limit)
            for measure, of_limit in check.least_rows.items()
            if measure in limits and 0 < limits[measure].limit < 1 and task in check.judged[measure].tasks
        ]
        if needed and rows < max(needed):
            yield (
                f"too few cases to pass {name}: even a system without that fault needs about "
                f"{two_digits(max(needed)):,} held-out cases at this limit, and there are {rows:,}; a fault may still "
                "be found"
            )
