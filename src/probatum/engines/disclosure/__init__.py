# SPDX-License-Identifier: Apache-2.0
"""Statistical disclosure control: which ranges of counts may be published, so that no small count follows.

``alternatives``  ranges of the counts of a table, in which data sets without and with many of each small count fit
``confusion``     the same for a table of right answers and answers
"""
