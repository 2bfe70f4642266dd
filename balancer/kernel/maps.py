"""BPF maps of the kernel, by descriptor: keys and values are bytes."""

import ctypes
import errno
import mmap
import os
import time
from collections.abc import Iterator
from ctypes import byref, c_uint32
from dataclasses import dataclass

from .libbpf import check, library

_PER_CPU_TYPES = (5, 6, 10)  # hash, array and LRU hash (enum bpf_map_type)
_BATCH = 4096
_MAX_WAITS, _WAIT_S = 500, 0.002  # in a row, for memory that does not come
_Buffer = ctypes.Array[ctypes.c_char]


@dataclass(frozen=True, slots=True)
class MapShape:
    """What a map is made for; two of the same shape can hold each other's contents.

    Args:
        name: at most 15 octets of it.
        kind: a number of enum bpf_map_type.
        key_size: octets.
        value_size: octets, for one CPU.
        entries: most that it holds.
        flags: those of BPF_MAP_CREATE.
    """

    name: str
    kind: int
    key_size: int
    value_size: int
    entries: int
    flags: int


class Map:
    """A map that is in the kernel.

    Args:
        shape: what it is.
        fd: its descriptor, whose owner is who made this.
    """

    def __init__(self, shape: MapShape, fd: int) -> None:
        self.shape, self.fd = shape, fd
        self.name = shape.name
        self._fd, self._entries = fd, shape.entries
        self._key_size, self._value_size = shape.key_size, shape.value_size
        per_cpu = shape.kind in _PER_CPU_TYPES
        self._copies: int = library().libbpf_num_possible_cpus() if per_cpu else 1

    def duplicate(self) -> "Map":
        """Return the same map by a descriptor of its own, for the caller to close."""
        return Map(self.shape, os.dup(self.fd))

    def update(self, key: bytes, value: bytes) -> None:
        """Set the value of `key`."""
        check(library().bpf_map_update_elem(self._fd, key, value, 0), self.name)

    def update_batch(self, keys: bytes, values: bytes) -> None:
        """Set many values in one system call: keys and values end to end.

        Elements of hash maps come from a small store, which the kernel fills up as soon
        as it is interrupted: where it was empty, this goes on a little later.
        """
        wanted, done, waits = len(keys) // self._key_size, 0, 0
        batch = library().bpf_map_update_batch
        while done < wanted:
            count = c_uint32(wanted - done)
            left = keys[done * self._key_size :], values[done * self._value_size :]
            status = batch(self._fd, *left, byref(count), None)
            # Before Linux 6.8, who fails before the first leaves the count as it was.
            written = 0 if status and done + count.value == wanted else count.value
            done += written
            if status == -errno.ENOMEM and waits < _MAX_WAITS:
                waits = 0 if written else waits + 1
                time.sleep(_WAIT_S)
            else:
                check(status, self.name)

    def memory(self) -> memoryview:
        """Return the octets of an array map that can be mapped, to read and write.

        Every value starts at a multiple of eight, and the last page is filled up.
        """
        octets = self._entries * -(-self._value_size // 8) * 8
        whole_pages = -(-octets // mmap.PAGESIZE) * mmap.PAGESIZE
        return memoryview(mmap.mmap(self._fd, whole_pages))

    def clear(self, key: bytes) -> None:
        """Set the value of `key` to zero, on every CPU."""
        octets = -(-self._value_size // 8) * 8 * self._copies
        self.update(key, bytes(octets))

    def delete(self, key: bytes) -> None:
        """Remove `key`, which must be there."""
        check(library().bpf_map_delete_elem(self._fd, key), self.name)

    def lookup(self, key: bytes) -> list[bytes]:
        """Return the value, for a per-CPU map one for each CPU; [] when not there."""
        step = -(-self._value_size // 8) * 8 if self._copies > 1 else self._value_size
        buffer = ctypes.create_string_buffer(step * self._copies)
        status = library().bpf_map_lookup_elem(self._fd, key, buffer)
        if status == -errno.ENOENT:
            return []
        check(status, self.name)
        starts = range(0, step * self._copies, step)
        return [buffer.raw[at : at + self._value_size] for at in starts]

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield what a hash map holds, one consistent bucket after the other."""
        for keys, values, count in self._batches():
            yield from self._pairs(keys.raw, values.raw, count)

    def count(self) -> int:
        """Return how many entries a hash map holds."""
        return sum(count for _, _, count in self._batches())

    def _batches(self) -> Iterator[tuple[_Buffer, _Buffer, int]]:
        keys = ctypes.create_string_buffer(_BATCH * self._key_size)
        values = ctypes.create_string_buffer(_BATCH * self._value_size)
        position, start = ctypes.create_string_buffer(self._key_size), None
        status = 0
        while status == 0:
            count = c_uint32(_BATCH)
            status = library().bpf_map_lookup_batch(
                self._fd, start, position, keys, values, byref(count), None
            )
            if status != -errno.ENOENT:  # which says that this batch is the last
                check(status, self.name)
            yield keys, values, count.value
            start = position

    def _pairs(
        self, keys: bytes, values: bytes, count: int
    ) -> Iterator[tuple[bytes, bytes]]:
        k, v = self._key_size, self._value_size
        for i in range(count):
            yield keys[i * k : i * k + k], values[i * v : i * v + v]
