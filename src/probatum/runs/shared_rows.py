# SPDX-License-Identifier: Apache-2.0
"""Hand the rows of a system to other workers: written once, mapped into memory by each, their digest checked.

Numbers lie in the file as they lie in memory, so that a worker reads no table and copies no array.
"""

import mmap
import os
import pickle
import struct
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from probatum.errors import WorkerError
from probatum.systems.datasets import Dataset

HEADER = struct.Struct("<QQ")  # bytes of the pickle, number of buffers
LENGTH = struct.Struct("<Q")
ALIGNED = 64  # bytes
FIVE = 5  # the protocol of pickle that leaves buffers out


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedRows:
    """Where the rows lie, and the digest of the file."""

    file: Path
    digest: str


def share(data: Dataset, file: Path) -> SharedRows:
    """Write rows into a new file that only this user may read."""
    buffers: list[pickle.PickleBuffer] = []
    index = pickle.dumps(data, protocol=FIVE, buffer_callback=buffers.append)
    raws = [buffer.raw() for buffer in buffers]
    head = HEADER.pack(len(index), len(raws)) + b"".join(LENGTH.pack(raw.nbytes) for raw in raws) + index
    digest = sha256()
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        for part in (memoryview(head), *raws):
            for piece in (part, memoryview(bytes(-part.nbytes % ALIGNED))):
                stream.write(piece)
                digest.update(piece)
    return SharedRows(file=file, digest=f"sha256:{digest.hexdigest()}")


def shared(rows: SharedRows) -> Dataset:
    """Return rows that another worker of the same run wrote.

    Raises:
        WorkerError: the file is another one.
    """
    with rows.file.open("rb") as stream:
        content = memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
    if f"sha256:{sha256(content).hexdigest()}" != rows.digest:
        raise WorkerError("The rows that the workers share were altered while the system was being assessed.")
    size, count = HEADER.unpack_from(content)
    lengths = [LENGTH.unpack_from(content, HEADER.size + place * LENGTH.size)[0] for place in range(count)]
    start = HEADER.size + count * LENGTH.size
    index, at, buffers = content[start : start + size], _aligned(start + size), []
    for length in lengths:
        buffers.append(content[at : at + length])
        at = _aligned(at + length)
    data = pickle.loads(index, buffers=buffers)  # noqa: S301  # written by a worker of this run, and not altered
    if not isinstance(data, Dataset):
        raise WorkerError("The rows that the workers share are none.")
    return data


def _aligned(place: int) -> int:
    return place + -place % ALIGNED
