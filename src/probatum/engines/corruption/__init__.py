# SPDX-License-Identifier: Apache-2.0
"""Inputs damaged as nature and routine damage them, at five grades of severity: pictures and tables of numbers."""
