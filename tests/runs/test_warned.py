# SPDX-License-Identifier: Apache-2.0
"""Warnings of libraries: counted, attributed and told once."""

import warnings

import pytest

from functional.workshop import Desk
from probatum.runs.warned import SHOWN, gathered, origin


def shown(text: str, times: int = 1, filename: str = "own.py") -> None:
    for _ in range(times):
        warnings.showwarning(text, UserWarning, filename, 1)


def test_equal_warnings_are_counted_and_told_once() -> None:
    before = warnings.showwarning
    with gathered(texts=True) as found:
        shown("odd\ncells", 3, "/x/site-packages/sklearn/base.py")
        shown("else")
    assert list(found.lines()) == [
        "warning of sklearn (UserWarning): odd cells (3 times)",
        "warning of own.py (UserWarning): else",
    ]
    assert warnings.showwarning is before


def test_many_kinds_are_cut_and_long_ones_shortened() -> None:
    with gathered(texts=True) as found:
        for place in range(SHOWN + 2):
            shown(f"{place} " + "x" * 500)
    lines = list(found.lines())
    assert lines[-1] == "2 more kinds of warnings of libraries came."
    assert all(len(line) < 250 for line in lines)


@pytest.mark.parametrize(
    ("filename", "wanted"),
    [
        ("/v/lib/python3.11/site-packages/lightgbm/basic.py", "lightgbm"),
        ("/usr/lib/dist-packages/six.py", "six.py"),
        ("/home/me/own.py", "own.py"),
    ],
)
def test_a_warning_is_attributed_to_its_package(filename: str, wanted: str) -> None:
    assert origin(filename) == wanted


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_no_warning_reaches_the_screen_raw(desk: Desk, jobs: str) -> None:
    desk.function(
        "import warnings\n"
        "def answer(rows):\n"
        "    warnings.showwarning('the cells look odd', FutureWarning, 'own.py', 3)\n"
        "    return ['yes'] * len(rows)\n"
    )
    said = desk.assess("--only", "usage/error-rate", "--only", "input-manipulation/corruption", "--jobs", jobs)
    (line,) = [line for line in said.err.splitlines() if "FutureWarning" in line]
    assert line.startswith("warning of own.py (FutureWarning) (")
    assert "odd" not in said.err  # it may quote cells
    assert line.endswith(" times)")
