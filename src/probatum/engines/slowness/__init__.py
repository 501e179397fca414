# SPDX-License-Identifier: Apache-2.0
"""Inputs that cost more than others: whether there are any, how to look for them, how much more they cost.

``dependence``  whether cost depends on the input at all, by a test that needs no assumption about the noise
``ladder``      grow something step by step, and stop before it takes forever
``breeding``    mix the cells of slow inputs into slower ones
``ratio``       how many times as much one input costs as a typical one, from fresh pairs

Costs are in seconds of some clock, or in any other unit; nothing here reads a clock.
"""
