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
    names = tuple(f"land = {chr(97 + place) if place < 26 else place}" for place in range(len(sizes_and_counts)))
    (groups,) = arrange([(("land",), names, codes.astype(np.int32))])
    return [about_favour(groups, labels, 1, "yes")]


def lowest(found, asked, **more):
    n = int(asked[0].rows.sum())
    options = {"confidence": 0.95, "keep": 10, "within": 0.8, "least_share": 0.9} | more
    return lowest_ratio(found, asked, n, **options)


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
    asked = questions((100, 30))
    found = against_the_rest(asked, confidence=0.95)
    assert found == ()
    assert "too few people" in headline(found)
    measure = lowest(found, asked)
    assert measure.value is None
    assert measure.why


def test_small_group_is_no_group_of_its_own_but_part_of_everybody_else():
    found = against_the_rest(questions((100, 30), (200, 100), (6, 3)), confidence=0.95)
    assert {one.name for one in found} == {"land = a", "land = b"}


def test_no_small_count_can_be_worked_out():
    asked = questions((100, 4), (200, 105), (100, 60))
    found = against_the_rest(asked, confidence=0.95)
    measures = beside(found, 400, confidence=0.95, family=3, keep=10)
    hidden = next(one for one in found if one.name == "land = a")
    assert not hidden.shown
    parts = {name: {part.name: part for part in measure.groups} for name, measure in measures.items()}
    assert parts["selection_difference"]["land = a"].value is None
    # another hidden count and the same sums: the same numbers are published
    other = against_the_rest(questions((100, 7), (200, 102), (100, 60)), confidence=0.95)
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
        measure = lowest(found, asked)
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
        ends = lowest(found, asked, least_share=1.0).interval
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


def test_a_small_group_cannot_hide_under_a_pass_and_the_pass_names_its_scope():
    asked = questions((4000, 2000), (2000, 1000), (40, 15), (6, 0))
    found = against_the_rest(asked, confidence=0.95)
    measure = lowest(found, asked)
    assert measure.interval.lower > 0.9
    assert "groups of at least 50 people" in measure.scope
    assert measure.groups[0].name != "land = c"  # it is not covered, and nothing is proven of it
    worse = questions((4000, 2000), (2000, 1000), (40, 0), (6, 0))
    proven = lowest(against_the_rest(worse, confidence=0.95), worse)
    assert proven.scope is None
    assert proven.interval.upper < 0.8


def test_the_lower_end_is_open_when_too_many_are_in_small_groups():
    asked = questions((1000, 500), (500, 250), *[(9, 4)] * 40)
    measure = lowest(against_the_rest(asked, confidence=0.95), asked)
    assert measure.interval.lower is None
    assert measure.interval.why
