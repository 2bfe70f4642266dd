"""A thin binding over libbpf.so.1: objects, and the maps and programs in them."""

import ctypes
import errno
import mmap
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from ctypes import (
    CFUNCTYPE,
    POINTER,
    byref,
    c_char_p,
    c_int,
    c_size_t,
    c_uint32,
    c_uint64,
    c_void_p,
)
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..errors import Unsupported

_PER_CPU_TYPES = (5, 6, 10)  # hash, array and LRU hash (enum bpf_map_type)
_BATCH = 4096
_LOG_LINE = 4096
_WARNING = 0  # enum libbpf_print_level
_LOG_KEPT = 5  # the last lines of the verifier say what is wrong

_Print = CFUNCTYPE(c_int, c_int, c_char_p, c_void_p)

# name: result, then arguments; all are in libbpf 1.0 (bpf/libbpf.h and bpf/bpf.h).
_SIGNATURES = {
    "bpf_object__open_file": (c_void_p, c_char_p, c_void_p),
    "bpf_object__load": (c_int, c_void_p),
    "bpf_object__close": (None, c_void_p),
    "bpf_object__next_map": (c_void_p, c_void_p, c_void_p),
    "bpf_object__next_program": (c_void_p, c_void_p, c_void_p),
    "bpf_map__name": (c_char_p, c_void_p),
    "bpf_map__fd": (c_int, c_void_p),
    "bpf_map__type": (c_int, c_void_p),
    "bpf_map__key_size": (c_uint32, c_void_p),
    "bpf_map__value_size": (c_uint32, c_void_p),
    "bpf_map__max_entries": (c_uint32, c_void_p),
    "bpf_map__set_max_entries": (c_int, c_void_p, c_uint32),
    "bpf_map__initial_value": (c_void_p, c_void_p, POINTER(c_size_t)),
    "bpf_program__name": (c_char_p, c_void_p),
    "bpf_program__fd": (c_int, c_void_p),
    "bpf_map_update_elem": (c_int, c_int, c_char_p, c_char_p, c_uint64),
    "bpf_map_lookup_elem": (c_int, c_int, c_char_p, c_void_p),
    "bpf_map_delete_elem": (c_int, c_int, c_char_p),
    "bpf_map_update_batch": (
        *(c_int, c_int, c_char_p, c_char_p),
        *(POINTER(c_uint32), c_void_p),
    ),
    "bpf_map_lookup_batch": (
        *(c_int, c_int, c_void_p, c_void_p, c_void_p, c_void_p),
        *(POINTER(c_uint32), c_void_p),
    ),
    "bpf_xdp_attach": (c_int, c_int, c_int, c_uint32, c_void_p),
    "bpf_xdp_detach": (c_int, c_int, c_uint32, c_void_p),
    "bpf_prog_test_run_opts": (c_int, c_int, c_void_p),
    "libbpf_num_possible_cpus": (c_int,),
    "libbpf_set_print": (c_void_p, _Print),
}


@cache
def library() -> ctypes.CDLL:
    """Return libbpf with its signatures; `Unsupported` when it is not installed."""
    try:
        lib = ctypes.CDLL("libbpf.so.1", use_errno=True)
    except OSError as error:
        raise Unsupported("BPF", str(error), "install libbpf1") from error
    for name, (result, *arguments) in _SIGNATURES.items():
        function = getattr(lib, name)
        function.restype, function.argtypes = result, arguments
    return lib


def check(status: int, what: str) -> None:
    """Raise OSError when `status` is a negative error number."""
    if status < 0:
        raise OSError(-status, f"{what}: {os.strerror(-status)}")


class Map:
    """One map of a loaded object; keys and values are bytes."""

    def __init__(self, pointer: int) -> None:
        lib = library()
        self.name: str = lib.bpf_map__name(pointer).decode()
        self._fd: int = lib.bpf_map__fd(pointer)
        self._key_size: int = lib.bpf_map__key_size(pointer)
        self._value_size: int = lib.bpf_map__value_size(pointer)
        self._entries: int = lib.bpf_map__max_entries(pointer)
        per_cpu = lib.bpf_map__type(pointer) in _PER_CPU_TYPES
        self._copies: int = lib.libbpf_num_possible_cpus() if per_cpu else 1

    def update(self, key: bytes, value: bytes) -> None:
        """Set the value of `key`."""
        check(library().bpf_map_update_elem(self._fd, key, value, 0), self.name)

    def update_batch(self, keys: bytes, values: bytes) -> None:
        """Set many values in one system call: keys and values end to end."""
        count = c_uint32(len(keys) // self._key_size)
        batch = library().bpf_map_update_batch
        check(batch(self._fd, keys, values, byref(count), None), self.name)

    def memory(self) -> memoryview:
        """Return the octets of an array map that can be mapped, to read and write.

        Every value starts at a multiple of eight, and the last page is filled up.
        """
        octets = self._entries * -(-self._value_size // 8) * 8
        whole_pages = -(-octets // mmap.PAGESIZE) * mmap.PAGESIZE
        return memoryview(mmap.mmap(self._fd, whole_pages))

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
            yield from self._pairs(keys.raw, values.raw, count.value)
            start = position

    def _pairs(
        self, keys: bytes, values: bytes, count: int
    ) -> Iterator[tuple[bytes, bytes]]:
        k, v = self._key_size, self._value_size
        for i in range(count):
            yield keys[i * k : i * k + k], values[i * v : i * v + v]


@dataclass(frozen=True, slots=True)
class BpfObject:
    """A loaded object: its maps, and its programs' descriptors, by name."""

    maps: Mapping[str, Map]
    programs: Mapping[str, int]


@contextmanager
def loaded(
    path: Path, rodata: bytes = b"", sizes: Mapping[str, int] | None = None
) -> Iterator[BpfObject]:
    """Load the object file `path`, and forget it on exit; attached programs stay.

    Args:
        path: a compiled *.bpf.o.
        rodata: what stands at the start of its read-only variables.
        sizes: entries of maps whose number is chosen here, by name.

    Raises:
        Unsupported: libbpf is missing, or the kernel refuses the object.
    """
    pointer = _load(path, rodata, sizes or {})
    try:
        maps = {each.name: each for each in map(Map, _walk("map", pointer))}
        yield BpfObject(maps, dict(_programs(pointer)))
    finally:
        library().bpf_object__close(pointer)


class _Log:
    """What libbpf says while an object is opened and loaded."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._vsnprintf = ctypes.CDLL(None).vsnprintf
        self._vsnprintf.argtypes = (c_char_p, c_size_t, c_char_p, c_void_p)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Collect messages that libbpf would write to standard error."""
        callback = _Print(self._take)
        library().libbpf_set_print(callback)
        try:
            yield
        finally:
            library().libbpf_set_print(_Print())

    def last(self) -> str:
        """Return the last lines in one."""
        return "; ".join(self._lines[-_LOG_KEPT:])

    def _take(self, level: int, template: bytes, arguments: int) -> int:
        if level > _WARNING:
            return 0
        line = ctypes.create_string_buffer(_LOG_LINE)
        self._vsnprintf(line, _LOG_LINE, template, arguments)
        self._lines.extend(line.value.decode(errors="replace").splitlines())
        return 0


def _load(path: Path, rodata: bytes, sizes: Mapping[str, int]) -> int:
    lib, said = library(), _Log()
    with said.listening():
        pointer: int | None = lib.bpf_object__open_file(str(path).encode(), None)
        if not pointer:
            raise Unsupported(path.name, said.last() or "cannot be opened")
        _prepare(pointer, rodata, sizes)
        if status := lib.bpf_object__load(pointer):
            lib.bpf_object__close(pointer)
            raise _refusal(path, -status, said.last())
    return pointer


def _refusal(path: Path, number: int, said: str) -> Unsupported:
    program, reason = f"BPF program {path.name}", os.strerror(number)
    if number == errno.EPERM:
        return Unsupported(program, reason, "run as root")
    return Unsupported(program, f"{reason}: {said}")


def _prepare(pointer: int, rodata: bytes, sizes: Mapping[str, int]) -> None:
    lib = library()
    for each in _walk("map", pointer):
        name = lib.bpf_map__name(each).decode()
        if name in sizes:
            check(lib.bpf_map__set_max_entries(each, sizes[name]), name)
        # libbpf prefixes ".rodata" with the object's name.
        if name.endswith(".rodata") and rodata:
            size = c_size_t()
            start = lib.bpf_map__initial_value(each, byref(size))
            ctypes.memmove(start, rodata, min(len(rodata), size.value))


def _programs(pointer: int) -> Iterator[tuple[str, int]]:
    lib = library()
    for each in _walk("program", pointer):
        yield lib.bpf_program__name(each).decode(), lib.bpf_program__fd(each)


def _walk(kind: str, pointer: int) -> Iterator[int]:
    step = getattr(library(), f"bpf_object__next_{kind}")
    each = None
    while each := step(pointer, each):
        yield each
