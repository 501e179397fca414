# SPDX-License-Identifier: Apache-2.0
"""Bounds on networks. Needs torch."""
