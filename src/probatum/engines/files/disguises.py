# SPDX-License-Identifier: Apache-2.0
"""Files that begin like a harmless format, and that another reader takes for something that can run code.

Many formats are found by their end, or leave their first bytes free. Such a file is as dangerous as its worst reader.
"""

import tarfile
from mmap import mmap

from probatum.engines.files.orders import names_function
from probatum.engines.files.packed import unpacks

END_OF_ZIP = b"PK\x05\x06"
REACH_OF_ZIP = 22 + 0xFFFF  # bytes before the end within which a zip archive is found: its record, and a comment
HDF5 = b"\x89HDF\r\n\x1a\n"
FIRST_HDF5 = 512  # where HDF5 may begin besides at 0: here, and at each double of it
TAR_BLOCK = 512


def can_be_read_otherwise(content: bytes | mmap, *, is_zip: bool) -> bool:
    """Whether some reader takes a harmless-looking file for a pickle, an archive, or HDF5."""
    return (
        names_function(content)
        or unpacks(content)
        or is_tar(content)
        or _has_hdf5(content)
        or (not is_zip and content.rfind(END_OF_ZIP, max(len(content) - REACH_OF_ZIP, 0)) >= 0)
    )


def is_tar(content: bytes | mmap) -> bool:
    """Whether the bytes begin with a member of a tar archive, whose name may be anything."""
    try:
        tarfile.TarInfo.frombuf(bytes(content[:TAR_BLOCK]), "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError):
        return False
    return True


def _has_hdf5(content: bytes | mmap) -> bool:
    at = FIRST_HDF5
    while at < len(content):
        if content[at : at + len(HDF5)] == HDF5:
            return True
        at *= 2
    return False
