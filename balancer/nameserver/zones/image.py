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

from mmh3 import hash as murmur3

UNUSED = b"\0"  # so that no entry starts at 0, which stands for an empty slot
LENGTHS = [bytes([octets]) for octets in range(256)]
SPARSENESS = 3  # slots, in halves per entry: probes stay short below two thirds


@dataclass(frozen=True, slots=True)
class Image:
    """Entries are a name's length, a name and its value, in one run of octets.

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
            name_end = 1 + entry[0]
            yield entry[1:name_end], entry[name_end:]
            start = end

    def get(self, name: bytes) -> bytes | None:
        """Return the value of a name, or of whatever octets; None: it is not there."""
        slots, length = self.slots, len(name)
        mask = len(slots) - 1
        at = murmur3(name, 0, False) * 2 & mask
        while start := slots[at]:
            entry = self.octets[start : slots[at + 1]].tobytes()
            if entry.startswith(name, 1) and entry[0] == length:
                return entry[1 + length :]
            at = at + 2 & mask
        return None

    def get_behind(self, name: bytes, head: bytes) -> bytes | None:
        """Return what follows `head` in the value of a name that begins with it.

        None: the name is not there, or its value begins otherwise.
        """
        slots, start_of_entry = self.slots, LENGTHS[len(name) & 0xFF] + name + head
        mask = len(slots) - 1
        at = murmur3(name, 0, False) * 2 & mask
        while start := slots[at]:
            entry = self.octets[start : slots[at + 1]].tobytes()
            if entry.startswith(start_of_entry):
                return entry[len(start_of_entry) :]
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
        at = murmur3(name, 0, False) * 2 & mask
        while slots[at]:
            at = at + 2 & mask
        slots[at] = len(octets)
        octets += LENGTHS[len(name)] + name
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
