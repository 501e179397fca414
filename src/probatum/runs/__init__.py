# SPDX-License-Identifier: Apache-2.0
"""The use cases: each joins an adapter, checks, a policy and a format. Nothing below does."""
