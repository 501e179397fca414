# SPDX-License-Identifier: Apache-2.0
"""Where there is neither an attack nor a proof, the reason is told, and what more work would cost."""

import numpy as np
import pytest

from probatum.checks.input_manipulation.findings import Findings, open_cases
from probatum.checks.input_manipulation.fooled_in_words import unsettled
from probatum.engines.evasion.results import Ended, Work


def found(*ends, unproven=None):
    """Return one row that is broken, one that is proven, and open ones that ended so."""
    n = len(ends) + 2
    size, safe = np.full(n, np.inf), np.zeros(n)
    size[0], safe[1] = 0.01, 0.03
    ended = np.array([Ended.BROKEN, Ended.PROVEN, *ends], dtype=np.int8)
    return Findings(
        found=size,
        safe=safe,
        examples=np.zeros((n, 2)),
        ended=ended,
        work=Work(),
        stages=[],
        unproven=unproven,
        last=np.full(n, "split regions", dtype=object),
    )


@pytest.mark.parametrize(
    ("ends", "deeper", "told"),
    [
        ([Ended.SPENT] * 2, 5000, "ended at 300 parts a row, or at the work that goes with them; --effort deep allows"),
        ([Ended.SPENT], None, "the search for proofs ended at 300 parts a row, or at the work that goes with them."),
        ([Ended.EXHAUSTED], 5000, "of 1 case nothing is left to bound better, so more work would not settle them"),
        ([Ended.UNFOLLOWED] * 3, None, "of 3 cases the model's numbers may grow beyond what it can hold"),
    ],
)
def test_the_reason_is_told(ends, deeper, told):
    (text,) = unsettled(found(*ends), 0.03, 300, deeper)
    assert told in text


def test_several_reasons_are_told_together():
    (text,) = unsettled(found(Ended.SPENT, Ended.EXHAUSTED), 0.03, 300, 5000)
    assert "5,000" in text
    assert "nothing is left" in text


def test_nothing_is_told_where_all_is_settled_or_nothing_could_be_proven():
    assert list(unsettled(found(), 0.03, 300, 5000)) == []
    assert list(unsettled(found(Ended.SKIPPED, unproven="Nobody can look inside."), 0.03, 300, 5000)) == []


def test_the_record_counts_open_cases_by_why_and_where_their_proofs_ended():
    parts = open_cases(found(Ended.SPENT, Ended.SPENT, Ended.EXHAUSTED), 0.03)
    assert [(part.name, part.value, part.n) for part in parts] == [
        ("work spent (split regions)", 2 / 5, 5),
        ("nothing left to bound better (split regions)", 1 / 5, 5),
    ]
    assert open_cases(found(), 0.03) == ()
    assert open_cases(found(Ended.SKIPPED, unproven="Nobody can look inside."), 0.03) == ()
