# SPDX-License-Identifier: Apache-2.0
"""Tree ensembles: their scores, bounds over boxes, and the exact distance to another answer."""
