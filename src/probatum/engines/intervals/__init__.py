# SPDX-License-Identifier: Apache-2.0
"""Ranges that hold the true number: one kind of number a file.

``proportions``    a share, or many shares at once
``paired_ratio``   the ratio of two shares counted on the same rows
``mean_ratio``     the ratio of two means taken over the same rows
``concentration``  how many times the average a group does, and how surely it is worse than the rest
``differences``    the difference of two shares, or of two means, of different rows; many pairs at once
``looks``          a share from a trial that ends once it is known well enough
``medians``        the median of a few values, whatever their spread
``edges``          where a test begins to reject
``multiplicity``   what several statements made at once cost
"""
