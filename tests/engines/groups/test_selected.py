# SPDX-License-Identifier: Apache-2.0
"""Each group against everybody else: numbers, ranges that hold at once, and nothing that tells a small count."""

import numpy as np

from probatum.engines.groups.questions import about_favour, arrange
from probatum.engines.groups.selected import against_the_rest, beside, family_of, lowest_ratio
from probatum.engines.groups.selected_in_words import headline, verdicts
from probatum.seeds import stream


def questions(*sizes_and_counts: tuple[int, int], silent: int = 0):
    codes = np.concatenate([np.full(n, place) for place, (n, _) in enumerate(sizes_and_counts)])
    labels = np.concatenate([np.arange(n) < k for n, k in sizes_and_counts]).astype(np.int32)
    labels[:silent] = -1
    names = tuple(f"land = {'abcdefgh'[place]}" for place in range(len(sizes_and_counts)))
    (groups,) = arrange([(("land",), names, codes.astype(np.int32))])
    return [about_favour(groups, labels, 1, "yes")]


def test_group_is_compared_with_all_others_together():
    found = against_the_rest(questions((100, 30), (200, 100), (100, 60)), confidence=0.95)
    worst = found[0]
    assert worst.name == "land = a"
    assert (worst.rate.value, worst.rest.value) == (0.3, 160 / 300)
    assert worst.ratio.value == 0.3 / (160 / 300)
    assert np.isclose(worst.difference.value, 0.3 - 160 / 300)
    for estimate in (worst.rate, worst.rest, worst.ratio, worst.difference):
        assert estimate.lower <= estimate.value <= estimate.upper
    assert worst.ratio.upper < 1
    assert worst.difference.upper < 0


def test_two_groups_are_one_comparison_and_three_are_three():
    assert family_of(questions((100, 30), (200, 100))) == 1
    assert family_of(questions((100, 30), (200, 100), (100, 50))) == 3
    assert family_of(questions((100, 30))) == 1


def test_nobody_is_compared_when_there_is_one_group():
    found = against_the_rest(questions((100, 30)), confidence=0.95)
    assert found == ()
    assert "too few people" in headline(found)
    measure = lowest_ratio(found, 100, confidence=0.95, family=1, keep=10)
    assert measure.value is None
    assert measure.why


def test_small_group_is_no_group_of_its_own_but_part_of_everybody_else():
    found = against_the_rest(questions((100, 30), (200, 100), (6, 3)), confidence=0.95)
    assert {one.name for one in found} == {"land = a", "land = b"}


def test_no_small_count_can_be_worked_out():
    asked = questions((100, 4), (200, 100), (100, 60))
    found = against_the_rest(asked, confidence=0.95)
    measures = beside(found, 400, confidence=0.95, family=3, keep=10)
    hidden = next(one for one in found if one.name == "land = a")
    assert not hidden.shown
    parts = {name: {part.name: part for part in measure.groups} for name, measure in measures.items()}
    assert parts["selection_difference"]["land = a"].value is None
    # the same table with another hidden count publishes the same numbers, but for the group that is told in tens
    other = against_the_rest(questions((100, 7), (200, 100), (100, 60)), confidence=0.95)
    again = beside(other, 400, confidence=0.95, family=3, keep=10)
    assert again == measures


def test_silent_cases_widen_the_range():
    sure = against_the_rest(questions((100, 30), (200, 100)), confidence=0.95)[0]
    unsure = against_the_rest(questions((100, 30), (200, 100), silent=20), confidence=0.95)[0]
    assert unsure.ratio.upper - unsure.ratio.lower > sure.ratio.upper - sure.ratio.lower


def test_lowest_ratio_lies_in_its_range_and_each_group_in_its_own():
    rng = stream(0, "lowest")
    for _ in range(20):
        sizes = rng.integers(12, 200, 5)
        asked = questions(*((int(n), int(rng.integers(0, n + 1))) for n in sizes))
        found = against_the_rest(asked, confidence=0.95)
        measure = lowest_ratio(found, int(sizes.sum()), confidence=0.95, family=family_of(asked), keep=10)
        ends = measure.interval
        assert ends.lower <= measure.value
        assert ends.upper is None or measure.value <= ends.upper
        for part in measure.groups:
            if part.value is not None:
                assert part.interval.lower <= part.value
                assert part.interval.upper is None or part.value <= part.interval.upper


def test_lowest_ratio_is_covered_when_simulated():
    rng, sizes, shares = stream(1, "lowest"), np.array([60, 90, 150, 300]), np.array([0.3, 0.4, 0.5, 0.45])
    chosen = (sizes * shares).sum()
    true = (shares / ((chosen - sizes * shares) / (sizes.sum() - sizes))).min()
    missed = 0
    for _ in range(200):
        counts = rng.binomial(sizes, shares)
        asked = questions(*zip(sizes.tolist(), counts.tolist(), strict=True))
        found = against_the_rest(asked, confidence=0.95)
        ends = lowest_ratio(found, 600, confidence=0.95, family=family_of(asked), keep=10).interval
        missed += not ends.lower <= true <= ends.upper
    assert missed / 200 <= 0.05


def test_words_name_who_fares_worse_or_that_nobody_is_proven_to():
    worse = against_the_rest(questions((100, 30), (200, 100)), confidence=0.95)
    assert headline(worse) == "Of 100 people, 30 among land = a got “yes”, and 50 among everybody else."
    assert verdicts(worse)[0].startswith("By land, land = a fares worse (proven): 0.60 times (between ")
    alike = against_the_rest(questions((100, 50), (200, 100)), confidence=0.95)
    assert (
        headline(alike)
        == "No group of people was proven to fare worse than everybody else in how often they got “yes”."
    )
    assert verdicts(alike) == ("By land, no group was proven to fare worse than everybody else.",)
