# SPDX-License-Identifier: Apache-2.0
"""How much better a system does on cases it learned from: one kind of answer a file.

``shares``   answers that name a class: wrong or right
``sizes``    answers that are numbers: off by how much
``alike``    a training that changed no answer
``spread``   ranges of differences, where rows belong together or come from two sets of cases

Silence never makes a system look better: no answer to a case it learned from counts as right, no answer to one it did
not learn from counts as wrong. Rows answered neither time are left out, since nothing was learned about them.
"""
