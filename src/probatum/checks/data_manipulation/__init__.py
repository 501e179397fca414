# SPDX-License-Identifier: Apache-2.0
"""What the system learned from is not what it should have been."""
