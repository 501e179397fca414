# SPDX-License-Identifier: Apache-2.0
"""How much better than a rule that knows nothing."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss

from probatum.engines.mistakes import skill
from probatum.seeds import stream

PRECISE = {"abs": 1e-9}
MANY = 1_000_000  # cases that tell the true skill of a world


def of_chances(scores, truth, shares=None):
    shares = skill.class_shares(truth, scores.shape[1]) if shares is None else shares
    return skill.skill_of_chances(scores, truth, shares, confidence=0.95)


def two(chances):
    return np.column_stack([1 - chances, chances])


def test_skill_of_chances_is_the_known_one_when_worked_out_by_hand():
    truth = np.array([0, 0, 1, 1])
    found = of_chances(two(np.array([0.1, 0.3, 0.6, 0.8])), truth)
    assert found["brier_score"].value == pytest.approx((0.01 + 0.09 + 0.16 + 0.04) / 4)
    assert found["trivial_brier_score"].value == pytest.approx(0.25)
    assert found["skill"].value == pytest.approx(1 - 0.075 / 0.25)


def test_score_is_that_of_the_usual_library_when_there_are_two_classes():
    rng = stream(0, "test/skill-brier")
    chances = rng.random(200)
    truth = (rng.random(200) < chances).astype(int)
    assert of_chances(two(chances), truth)["brier_score"].value == pytest.approx(brier_score_loss(truth, chances))


def test_squares_are_summed_over_the_classes_when_there_are_three():
    scores = np.array([[0.5, 0.3, 0.2]])
    assert skill.squares(scores, np.array([2])) == pytest.approx([0.25 + 0.09 + 0.64])


def test_skill_of_labels_is_the_share_of_mistakes_avoided():
    truth = np.repeat([0, 1], [70, 30])
    labels = truth.copy()
    labels[:4], labels[70:75], labels[75] = 1, 0, -1  # 4 + 5 mistakes, and one case without an answer
    assert skill.skill_of_labels(truth, labels, 0, confidence=0.95).value == pytest.approx(1 - 10 / 30)


def test_skill_of_numbers_is_the_share_of_the_error_avoided():
    truth, said = np.array([1.0, 2.0, 3.0, 10.0]), np.array([1.5, 2.0, np.nan, 9.0])
    # the rule that says 3 is off by 2, 1, 0 and 7; the system by 0.5, 0, as the rule, and 1
    assert skill.skill_of_numbers(truth, said, 3.0, confidence=0.95).value == pytest.approx(1 - 1.5 / 10)


def test_silence_counts_as_what_the_rule_says_when_there_are_no_chances():
    truth = np.array([0, 1, 0, 1, 1])
    scores = two(np.array([0.2, 0.9, np.nan, 0.7, np.nan]))
    shares = np.array([0.4, 0.6])
    filled = np.where(np.isnan(scores), shares, scores)
    assert of_chances(scores, truth, shares) == of_chances(filled, truth, shares)


@pytest.mark.parametrize(("scores", "some"), [([[0, 1], [1, 0]], False), ([[0, 1], [0.9, 0.1]], True), ([], False)])
def test_scores_that_are_only_0_and_1_are_no_chances(scores, some):
    assert skill.are_chances(np.array(scores, dtype=float).reshape(-1, 2)) is some


@pytest.mark.parametrize(("n", "proven"), [(4, False), (8, False), (40, True)])
def test_a_few_cases_that_all_went_well_prove_no_skill(n, proven):
    rng = stream(n, "test/skill-few")
    truth = np.arange(n) % 2
    scores = two(np.where(truth == 1, 0.95, 0.05) + 0.02 * rng.random(n))
    assert (of_chances(scores, truth)["skill"].interval.lower > 0) is proven


worlds = st.tuples(st.integers(2, 4), st.integers(6, 60), st.integers(0, 10_000))


@given(worlds)
def test_a_system_that_is_the_rule_has_no_skill_and_a_perfect_one_has_all(world):
    classes, n, seed = world
    rng = np.random.default_rng(seed)
    truth = np.append(np.arange(classes), rng.integers(classes, size=n))  # each class occurs
    shares = skill.class_shares(truth, classes)
    rule = of_chances(np.tile(shares, (len(truth), 1)), truth)["skill"]
    assert rule.value == pytest.approx(0, **PRECISE)
    assert (rule.interval.lower, rule.interval.upper) == (None, 0)  # never proven above zero
    assert of_chances(np.eye(classes)[truth], truth)["skill"].value == 1
    common = int(np.bincount(truth).argmax())
    assert skill.skill_of_labels(truth, np.full_like(truth, common), common, confidence=0.95).value == 0
    assert skill.skill_of_labels(truth, truth, common, confidence=0.95).value == 1
    numbers = rng.normal(size=n)
    middle = float(np.median(numbers))
    constant = skill.skill_of_numbers(numbers, np.full(n, middle), middle, confidence=0.95)
    assert constant.value == pytest.approx(0, **PRECISE)
    assert constant.interval.lower is None
    assert skill.skill_of_numbers(numbers, numbers, middle, confidence=0.95).value == 1


@given(worlds)
def test_nothing_changes_when_the_rows_are_put_in_another_order(world):
    classes, n, seed = world
    rng = np.random.default_rng(seed)
    truth, order = rng.integers(classes, size=n), rng.permutation(n)
    scores = rng.dirichlet(np.ones(classes), size=n)
    shares = np.full(classes, 1 / classes)
    for one, other in (
        (of_chances(scores, truth, shares)["skill"], of_chances(scores[order], truth[order], shares)["skill"]),
        (
            skill.skill_of_numbers(scores[:, 0], scores[:, 1], 0.3, confidence=0.95),
            skill.skill_of_numbers(scores[order, 0], scores[order, 1], 0.3, confidence=0.95),
        ),
    ):
        assert one.value == pytest.approx(other.value)
        assert (one.interval.lower is None) == (other.interval.lower is None)
        if one.interval.lower is not None:
            assert one.interval.lower == pytest.approx(other.interval.lower, rel=1e-6, abs=1e-6)
            assert one.interval.upper == pytest.approx(other.interval.upper, rel=1e-6, abs=1e-6)
            assert one.interval.lower <= one.value <= one.interval.upper


def least_of(times):
    """Return of how many of 100 a method that covers 95 is seen to cover, chance allowed for: 2.5 standard errors."""
    return 95 - 250 * (0.95 * 0.05 / times) ** 0.5


def forecasts(share, n, rng):
    """Chances that are true but for being too sure, about a class of this share."""
    true = np.clip(rng.beta(4 * share, 4 * (1 - share), n), 1e-9, 1 - 1e-9)
    came = (rng.random(n) < true).astype(int)
    return two(1 / (1 + ((1 - true) / true) ** 1.7)), came


@pytest.mark.parametrize("own_shares", [False, True])
@pytest.mark.parametrize(("share", "n"), [(0.5, 200), (0.5, 1000), (0.1, 200), (0.1, 1000)])
def test_chances_are_covered_as_often_as_promised(share, n, own_shares):
    assert _covered(share, n, own_shares)[0] >= least_of(600)


@pytest.mark.parametrize("n", [200, 1000])
def test_chances_of_a_rare_class_are_covered_nearly_as_often_and_never_told_too_high(n):
    covered, too_high = _covered(0.02, n, False)
    assert covered >= least_of(600)
    assert too_high <= 2.5


def _covered(share, n, own_shares, times=600):
    """Return of 100 ranges how many hold the true skill, and how many lie above it."""
    rng = stream(int(1000 * share) + n, "test/skill-coverage")
    shares = np.array([1 - share, share])
    true = of_chances(*forecasts(share, MANY, rng), shares)["skill"].value
    held = above = 0
    for _ in range(times):
        scores, truth = forecasts(share, n, rng)
        ends = of_chances(scores, truth, None if own_shares else shares)["skill"].interval
        above += ends.lower is not None and ends.lower > true
        held += (ends.lower is None or ends.lower <= true) and (ends.upper is None or ends.upper >= true)
    return 100 * held / times, 100 * above / times


@pytest.mark.parametrize(("share", "n"), [(0.5, 200), (0.1, 200), (0.1, 1000), (0.02, 1000)])
def test_labels_are_covered_as_often_as_promised(share, n):
    rng = stream(int(1000 * share) + n, "test/skill-labels")
    times, found, alarms = 10_000, 0.6, 0.2 * share
    true = 1 - ((1 - found) * share + alarms * (1 - share)) / share
    # truth and label: 1 and 1, 1 and 0, 0 and 1, 0 and 0
    chances = [share * found, share * (1 - found), (1 - share) * alarms, (1 - share) * (1 - alarms)]
    held = 0
    for counts, often in Counter(map(tuple, rng.multinomial(n, chances, size=times).tolist())).items():
        truth, labels = np.repeat([1, 1, 0, 0], counts), np.repeat([1, 0, 1, 0], counts)
        ends = skill.skill_of_labels(truth, labels, 0, confidence=0.95).interval
        held += often * (ends.lower is None or ends.lower <= true <= ends.upper)
    assert 100 * held / times >= least_of(times)


@pytest.mark.parametrize(("shape", "n"), [(0.5, 200), (1.0, 200), (1.0, 1000)])
def test_numbers_are_covered_as_often_as_promised_when_they_are_skewed(shape, n):
    rng = stream(n, f"test/skill-numbers/{shape}")

    def world(rows):
        size = rng.lognormal(0, shape, rows)
        return size * rng.lognormal(0, shape, rows), size

    truth, said = world(MANY)
    middle, held = float(np.median(truth)), 0
    true = skill.skill_of_numbers(truth, said, middle, confidence=0.95).value
    for _ in range(600):
        ends = skill.skill_of_numbers(*world(n), middle, confidence=0.95).interval
        held += ends.lower is None or ends.lower <= true <= ends.upper
    assert 100 * held / 600 >= least_of(600)
