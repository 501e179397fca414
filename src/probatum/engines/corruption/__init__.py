# SPDX-License-Identifier: Apache-2.0
"""Inputs damaged as nature and routine damage them, and what that costs; on plain arrays, in five grades."""
