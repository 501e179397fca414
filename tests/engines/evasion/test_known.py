# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from probatum.engines.evasion.known import Known, measures, require_consistent
from probatum.errors import ProofError

INF = np.inf
KNOWN = Known(
    found=np.array([0.0, 0.1, 0.3, INF, INF]),  # wrong anyway, two shown, two not
    safe=np.array([0.0, 0.05, 0.1, 0.3, 0.1]),
)


def test_a_row_is_settled_at_a_radius_when_its_sizes_say_so():
    assert KNOWN.broken(0.2).tolist() == [True, True, False, False, False]
    assert KNOWN.certified(0.2).tolist() == [False, False, False, True, False]
    assert KNOWN.certified(0.05).tolist() == [False, True, True, True, True]


def test_the_bracket_is_counted_among_right_answers_and_the_curve_among_all():
    found = measures(KNOWN, 0.2, [0.0, 0.1, 0.3], confidence=0.95)
    assert found["fooled_share"].value == 1 / 4
    assert found["proven_share"].value == 1 / 4
    assert found["unknown_share"].value == 2 / 4
    assert found["clean_accuracy"].value == 4 / 5
    assert [part.value for part in found["empirical_robust_accuracy"].groups] == [4 / 5, 3 / 5, 2 / 5]
    assert [part.value for part in found["certified_robust_accuracy"].groups] == [4 / 5, 3 / 5, 1 / 5]
    assert [part.name for part in found["certified_robust_accuracy"].groups] == ["0", "0.1", "0.3"]


def test_the_range_reaches_from_what_was_shown_to_what_was_not_proven():
    n = 1000
    known = Known(found=np.where(np.arange(n) < 100, 0.1, INF), safe=np.where(np.arange(n) >= 400, 0.5, 0.0))
    around = measures(known, 0.1, [0.1], confidence=0.95)["fooled_share"].interval
    assert around.lower == pytest.approx(0.0821, abs=2e-4)  # Clopper and Pearson for 100 of 1,000
    assert around.upper == pytest.approx(0.4311, abs=2e-4)  # and for 400 of 1,000


def test_the_range_holds_the_true_share_when_rows_are_drawn_again_and_again():
    rng = np.random.default_rng(0)
    held, n = 0, 60
    for _ in range(2000):
        draw = rng.random(n)  # .2 can be fooled and are shown, .1 can and are not, .7 are proven
        known = Known(found=np.where(draw < 0.2, 0.1, INF), safe=np.where(draw > 0.3, 0.1, 0.0))
        around = measures(known, 0.1, [], confidence=0.95)["fooled_share"].interval
        held += around.lower <= 0.3 <= around.upper
    assert held / 2000 >= 0.95


def test_nothing_can_be_fooled_when_nothing_is_right():
    found = measures(Known(found=np.zeros(3), safe=np.zeros(3)), 0.1, [0.1], confidence=0.95)
    assert found["fooled_share"].value is None
    assert found["fooled_share"].why


def test_a_proof_is_refused_when_an_example_contradicts_it():
    require_consistent(KNOWN)
    with pytest.raises(ProofError, match="1 rows"):
        require_consistent(Known(found=np.array([0.1, INF]), safe=np.array([0.1, 0.2])))
