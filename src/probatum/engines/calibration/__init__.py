# SPDX-License-Identifier: Apache-2.0
"""Does "90 of 100 sure" mean right 90 times of 100? One idea a file.

``bins``         rows that were said about the same, put together
``error``        how far what was said is off, with a range that holds near zero too
``reliability``  what came true of each thing said, and what was said, to be drawn against each other
``curve``        how often something happens at each chance
``overall``      whether it is too sure on the whole, and the Brier score
"""
