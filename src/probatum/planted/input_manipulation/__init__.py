# SPDX-License-Identifier: Apache-2.0
"""Flaws of the vector "input manipulation"."""
