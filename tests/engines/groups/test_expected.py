# SPDX-License-Identifier: Apache-2.0
"""The gap that unequal base rates alone would bring."""

import numpy as np

from probatum.engines.groups.compare import compare
from probatum.engines.groups.expected import NO_CHANCES, expected_gap
from probatum.engines.groups.questions import FALSE_ALARMS, HITS, about_classes, arrange
from probatum.seeds import stream

SHIFT = -1.0  # of the log odds of yes, in the second group


def people(n, rng, shift=SHIFT):
    """Return groups, chances and right answers, such that the chances are right in each group."""
    group = (rng.random(n) < 0.3).astype(np.int32)
    chance = 1 / (1 + np.exp(-(1.5 * rng.normal(size=n) + shift * group - 0.5)))
    return group, chance, (rng.random(n) < chance).astype(int)


def gaps(group, truth, labels):
    (groups,) = arrange([(("x",), ("a", "b"), group)])
    asked = [
        one for one in about_classes(groups, truth, labels, ("no", "yes"), 1) if one.measure in (HITS, FALSE_ALARMS)
    ]
    return compare([groups], asked, confidence=0.95, within=0.1, least_share=0.9).gaps


def expected(group, chance, truth, labels, rng):
    scores = np.column_stack([1 - chance, chance])
    return expected_gap(gaps(group, truth, labels), scores, truth, labels, rng, confidence=0.95, keep=10)


def true_gaps(shift):
    """Return how much more the first group has, in the population."""
    group, chance, _ = people(1_000_000, stream(0, "population"), shift)
    said = chance > 0.5
    found = {}
    for measure, weight in ((HITS, chance), (FALSE_ALARMS, 1 - chance)):
        first, second = ((weight * said)[group == place].sum() / weight[group == place].sum() for place in (0, 1))
        found[measure] = first - second
    return found


def test_the_gaps_of_a_system_that_is_right_in_every_group_are_expected():
    n = 1500
    rng, true, missed = stream(n, "expected"), true_gaps(SHIFT), 0
    for _ in range(60):
        group, chance, truth = people(n, rng)
        labels = (chance > 0.5).astype(int)
        found = gaps(group, truth, labels)
        parts = expected(group, chance**1.7, truth, labels, rng).groups  # any scale: they are recalibrated
        shown = [gap for gap in found if gap.shown]
        assert len(parts) == len(shown)
        held = [
            part.interval.lower
            <= true[gap.question.measure] * (1 if gap.sides[0] == "a" else -1)
            <= part.interval.upper
            for gap, part in zip(shown, parts, strict=True)
        ]
        missed += not all(held)
    assert missed <= 8  # 5 in 100 of 60 are 3; 9 come by chance in 1 of 500 such tests


def test_what_is_answered_otherwise_in_one_group_is_no_part_of_it():
    rng = stream(1, "unfair")
    group, chance, truth = people(20_000, rng, shift=0.0)
    labels = ((chance > 0.5) & ~((group == 1) & (rng.random(20_000) < 0.3))).astype(int)
    found = gaps(group, truth, labels)[0]
    part = expected(group, chance, truth, labels, rng).groups[0]
    assert found.lower > 0.15
    assert part.interval.lower <= 0 <= part.interval.upper
    assert abs(part.value) < 0.03


def test_base_rates_bring_nothing_when_groups_are_alike():
    rng = stream(2, "alike")
    group, chance, truth = people(20_000, rng, shift=0.0)
    part = expected(group, chance, truth, (chance > 0.5).astype(int), rng).groups[0]
    assert part.interval.lower <= 0 <= part.interval.upper
    assert abs(part.value) < 0.03


def test_nothing_is_expected_without_chances():
    group, chance, truth = people(500, stream(3, "none"))
    labels = (chance > 0.5).astype(int)
    found = gaps(group, truth, labels)
    measure = expected_gap(found, None, truth, labels, stream(3, "a"), confidence=0.95, keep=10)
    assert measure.value is None
    assert measure.why == NO_CHANCES
