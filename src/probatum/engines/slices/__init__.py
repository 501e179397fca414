# SPDX-License-Identifier: Apache-2.0
"""Find the groups of rows in which mistakes cluster.

A slice is a conjunction of up to three levels, ``column = code``. The parts, in the order they are used:

``slices``    the facts: a slice, the result of a search, the rows of a slice
``scoring``   how good a slice is, and how good any part of it can become
``levels``    depth 1: the levels with enough rows, and their rows as packed bits
``pairs``     depth 2: tables of rows and losses for each pair of levels
``triples``   depth 3: triples that the tables cannot rule out, counted on bits
``search``    the three depths in turn, within counted work
``distinct``  of slices that are near copies of one another, only one
``confirm``   found on one half of the rows, measured on the other
``naming``    levels and slices in words
``publish``   what may be told of them, as measures
"""
