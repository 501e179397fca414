# SPDX-License-Identifier: Apache-2.0
"""Attacks that look at gradients. Needs torch."""
