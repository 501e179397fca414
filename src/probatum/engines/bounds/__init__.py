# SPDX-License-Identifier: Apache-2.0
"""How far can the scores of a model move when its input moves within a region? Proven, never sampled."""
