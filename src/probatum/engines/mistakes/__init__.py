# SPDX-License-Identifier: Apache-2.0
"""How often and by how much a model is wrong, beside a rule that knows nothing."""
