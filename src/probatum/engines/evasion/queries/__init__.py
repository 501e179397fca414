# SPDX-License-Identifier: Apache-2.0
"""Attacks on a model that can only be asked: all rows and all directions share few large calls.

An attack on one row is a coroutine: it yields a block of points, ``(m, ...)``, and is sent their scores, ``(m, k)``.
``scheduler.play`` runs the coroutines of all rows side by side and puts their blocks together, so that the number of
calls depends on the number of steps, not on the number of rows. What is charged to a row is its points, once each.
"""
