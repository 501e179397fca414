# SPDX-License-Identifier: Apache-2.0
"""The attack finds what follows from sums, and nothing else."""

import pytest

from probatum.runs.disclosure.attack import InconsistentError, Leak, Unknowns


def line(total, *ends):
    """Return unknowns of groups that add up to a total, each between two ends."""
    table = Unknowns()
    places = [table.of(str(place)) for place in range(len(ends))]
    table.bound(places, total, total)
    for place, (least, most) in zip(places, ends, strict=True):
        table.bound([place], least, most)
        table.want(f"group {place}", [place], total)
    return table


@pytest.mark.parametrize(
    ("total", "ends", "found"),
    [
        (91, [(90, 99), (0, 9)], [Leak(what="group 1", least=0, most=1)]),
        (91, [(82, 91), (0, 9)], []),
        (100, [(97, 97), (0, 9)], [Leak(what="group 1", least=3, most=3)]),
        (100, [(100, 100), (0, 9)], []),  # nobody: 0 is told
        (4, [(0, 9), (0, 9)], []),  # all together are few, and told
        (
            30,
            [(12, 12), (0, 9), (0, 9)],
            [Leak(what="group 1", least=9, most=9), Leak(what="group 2", least=9, most=9)],
        ),
    ],
)
def test_small_count_is_found_when_it_follows(total, ends, found):
    assert list(line(total, *ends).leaks()) == found


def test_sums_that_cannot_be_are_refused():
    with pytest.raises(InconsistentError):
        list(line(50, (0, 9), (0, 9)).leaks())
