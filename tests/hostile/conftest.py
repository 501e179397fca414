# SPDX-License-Identifier: Apache-2.0
"""The lender of the functional tests, for what is done to it on purpose."""

from functional.conftest import desk, lender

__all__ = ["desk", "lender"]
