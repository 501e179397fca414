# SPDX-License-Identifier: Apache-2.0
"""The pages a reader gets: one view of the facts, then one file per format that shows it."""
