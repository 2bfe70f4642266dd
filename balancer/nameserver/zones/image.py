"""A table from names to octets that lies in a few flat buffers; never changed.

A dictionary of a million names is quick as well, but it must be built in the process
that uses it, object by object, while queries wait. An image is built elsewhere, is
mapped in no time, is shared between processes, and takes a quarter of the memory.
"""

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pickle import PickleBuffer
from typing import Any

import mmh3

UNUSED = b"\0"  # so that no entry starts at 0, which stands for an empty slot
SPARSENESS = 3  # slots, in halves per entry: probes stay short below two thirds


@dataclass(frozen=True, slots=True)
class Image:
    """Entries are a name in wire format and its value, in one run of octets.

    Args:
        octets: the entries one after the other, behind one unused octet.
        slots: start and end of an entry, by the hash of its name; a number of
            32 bits each; open addressing, with linear probes. (0, 0) is empty.
        ends: the end of each entry, in their order.
    """

    octets: memoryview
    slots: memoryview
    ends: memoryview

    def __len__(self) -> int:
        return len(self.ends)

    def __iter__(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield names and values in the order in which they were given."""
        start = len(UNUSED)
        for end in self.ends:
            entry = self.octets[start:end].tobytes()
            name_octets = _name_octets(entry)
            yield entry[:name_octets], entry[name_octets:]
            start = end

    def get(self, name: bytes) -> bytes | None:
        """Return the value of a name; None: it is not there."""
        slots = self.slots
        mask = len(slots) - 1
        at = mmh3.hash(name, 0, False) * 2 & mask
        while start := slots[at]:
            entry = self.octets[start : slots[at + 1]].tobytes()
            # A name ends itself, so that none is the beginning of another.
            if entry.startswith(name):
                return entry[len(name) :]
            at = at + 2 & mask
        return None

    def __reduce__(self) -> tuple[Any, ...]:
        parts = self.octets, self.slots, self.ends
        return _from_buffers, tuple(PickleBuffer(part.cast("B")) for part in parts)


def make_image(entries: Mapping[bytes, bytes]) -> Image:
    """Return the image of these names and values."""
    slots = array("I", bytes(8 << (len(entries) * SPARSENESS // 2).bit_length()))
    ends = array("I")
    octets = bytearray(UNUSED)
    mask = len(slots) - 1
    for name, value in entries.items():
        at = mmh3.hash(name, 0, False) * 2 & mask
        while slots[at]:
            at = at + 2 & mask
        slots[at] = len(octets)
        octets += name
        octets += value
        slots[at + 1] = len(octets)
        ends.append(len(octets))
    return Image(*(memoryview(part).toreadonly() for part in (octets, slots, ends)))


def _from_buffers(
    octets: PickleBuffer, slots: PickleBuffer, ends: PickleBuffer
) -> Image:
    return Image(
        memoryview(octets), memoryview(slots).cast("I"), memoryview(ends).cast("I")
    )


def _name_octets(entry: bytes) -> int:
    position = 0
    while size := entry[position]:
        position += 1 + size
    return position + 1
