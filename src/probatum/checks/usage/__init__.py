# SPDX-License-Identifier: Apache-2.0
"""People trust the system for more than it can do."""
