# SPDX-License-Identifier: Apache-2.0
"""The ways into other people's models: one file a framework, frameworks imported only when met."""
