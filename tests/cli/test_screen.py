# SPDX-License-Identifier: Apache-2.0
"""What is told on standard error while a run goes on."""

from probatum.cli.screen import Watcher
from probatum.facts.plan import Unit


def test_no_time_is_promised_when_the_estimate_is_used_up(capsys):
    watcher = Watcher()  # nothing was foreseen, so any time is longer
    watcher.started(Unit(check="input-manipulation/evasion", part=None, seed_name="e", options={}))
    assert "it takes longer than foreseen" in capsys.readouterr().err
