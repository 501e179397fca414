# SPDX-License-Identifier: Apache-2.0
"""Compare groups of people: one number in every group, the gap of every pair, and what is proven of it.

``tallies``    counts in every group, with those under ten hidden
``shares``     a share in every group, and its differences
``averages``   an average in every group, and its differences
``questions``  which shares and averages there are, out of truth and answers
``compare``    all pairs at once: what is proven, and the largest gap
``publish``    parts and measures, rounded so that no small count can be worked out
``grammar``    the same in plain sentences
"""
