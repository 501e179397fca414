# SPDX-License-Identifier: Apache-2.0
"""What a check and an adapter see of the data.

``rows`` holds the nouns, ``files`` turns bytes into tables, ``assemble`` makes a data set of tables, ``digests`` names
content, and ``doors`` has the two ways in: ``read`` for a description, ``from_arrays`` for Python.
"""

from probatum.systems.datasets.doors import from_arrays, read
from probatum.systems.datasets.rows import Column, Dataset, Kind, Label, Rows, Said, Schema

__all__ = [
    "Column",
    "Dataset",
    "Kind",
    "Label",
    "Rows",
    "Said",
    "Schema",
    "from_arrays",
    "read",
]
