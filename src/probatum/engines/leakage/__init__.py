# SPDX-License-Identifier: Apache-2.0
"""Did what is tested with slip into what was learned from? One idea a file.

``cells``       words become numbers that are equal where the words are
``copies``      rows that are equal in every cell
``precision``   the grid on which a column's numbers lie
``neighbours``  how near the nearest other row is
``near``        which distance is so small that two rows count as one
``excess``      what chance gives, and what is beyond it, with its range
``shared``      all of that together: the rows that train and test share
``giveaways``   columns that tell the answer alone
"""
