# SPDX-License-Identifier: Apache-2.0
"""What may leave a run: one pass over the whole record, and an attack that tries what the pass must withstand.

``control``    hides small counts and rounds, in every finding of a record
``statements`` reads back what a published share states about two counts
``attack``     works out every small count that follows from a record, by linear programming
``people``     the unknowns of the attack on groups of people
``classes``    those of the attack on classes and kinds of mistakes
``slices``     those of the attack on groups in which mistakes cluster
"""
