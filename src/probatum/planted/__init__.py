# SPDX-License-Identifier: Apache-2.0
"""Systems with a flaw that we know, because we planted it: they show that a check finds what it says it finds."""
