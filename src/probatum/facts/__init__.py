# SPDX-License-Identifier: Apache-2.0
"""The nouns: frozen facts without input, output or behaviour beyond arithmetic on themselves."""
