# SPDX-License-Identifier: Apache-2.0
"""What is true of a judged measure in the whole population, one file a check, by the measure's plain definition.

Each file has ``truths(population, sample, finding) -> {measure: Truth}``. Where groups are compared, their names and
levels are those of the sample, since a statement is about the groups that it names; every number is worked out on the
population with numpy alone.
"""
