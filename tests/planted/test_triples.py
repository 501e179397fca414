# SPDX-License-Identifier: Apache-2.0
"""Every check finds the flaw planted for it: five seeds here, two hundred in the published table."""

import pytest

from probatum.checks.interface import checks
from probatum.planted.interface import triples
from probatum.runs.selftest import run


@pytest.mark.parametrize("check", sorted(checks()))
def test_planted_flaw_is_found_when_beyond_the_limit(check):
    for row in run((check,), 5, lambda line: None):
        assert row.holds, row


def test_every_check_has_a_triple_when_it_ships():
    assert {planted.check for planted in triples().values()} == set(checks())
    for planted in triples().values():
        clean, limit, flawed = planted.sizes
        assert clean <= limit < flawed
        assert planted.exact or flawed <= 2 * limit
