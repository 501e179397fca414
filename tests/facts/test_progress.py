# SPDX-License-Identifier: Apache-2.0
"""Progress of several pieces of work, told as one."""

from probatum.facts.progress import Step, in_turn


def test_pieces_in_turn_are_told_as_one_whose_count_goes_on():
    told = []
    for on in in_turn(told.append, 3):
        for done in (5, 10):
            on(Step(what="rows", done=done, of=10))
        on(Step(what="calls", done=1))
    assert [(step.done, step.of) for step in told if step.what == "rows"] == [
        (5, 30), (10, 30), (15, 30), (20, 30), (25, 30), (30, 30),
    ]  # fmt: skip
    assert [(step.done, step.of) for step in told if step.what == "calls"] == [(1, None), (2, None), (3, None)]
