# SPDX-License-Identifier: Apache-2.0
"""The lender of the functional tests, for the commands too."""

from functional.conftest import desk, lender

__all__ = ["desk", "lender"]
