# SPDX-License-Identifier: Apache-2.0
"""Tables attacked as an attacker could: ``feasible`` tells which changes are allowed, ``search`` looks for bad ones."""
