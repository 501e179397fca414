# SPDX-License-Identifier: Apache-2.0
"""What other libraries state of an error is shown in one short line that cannot steer a terminal."""

import pytest

from probatum.systems.mistakes import first_line


class SilentError(Exception):
    def __str__(self):
        raise RuntimeError


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (ValueError("one\ntwo"), "one"),
        (ValueError(), "ValueError"),
        (ValueError("\n\n"), "ValueError"),
        (ValueError("\x1b[2Jpass"), r"\x1b[2Jpass"),
        (SilentError(), "SilentError"),
    ],
)
def test_the_first_line_of_an_error(error, shown):
    assert first_line(error) == shown


def test_a_long_line_is_cut():
    assert len(first_line(ValueError("x" * 1_000_000))) == 200
