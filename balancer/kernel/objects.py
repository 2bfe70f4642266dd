"""Compiled objects: loaded into the kernel, with the maps and programs in them."""

import ctypes
import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from ctypes import byref, c_char_p, c_size_t, c_void_p
from dataclasses import dataclass
from pathlib import Path

from ..errors import Unsupported
from .libbpf import Print, check, library
from .maps import Map, MapShape

_LOG_LINE = 1 << 18  # a verifier's whole log is one message, and its end says why
_WARNING = 0  # enum libbpf_print_level
_LOG_KEPT = 8  # the last lines of the verifier say what is wrong


@dataclass(frozen=True, slots=True)
class BpfObject:
    """A loaded object: its maps, and its programs' descriptors, by name."""

    maps: Mapping[str, Map]
    programs: Mapping[str, int]


@contextmanager
def loaded(
    path: Path,
    rodata: bytes = b"",
    sizes: Mapping[str, int] | None = None,
    kept: Mapping[str, Map] | None = None,
) -> Iterator[BpfObject]:
    """Load the object file `path`, and forget it on exit; attached programs stay.

    Args:
        path: a compiled *.bpf.o.
        rodata: what stands at the start of its read-only variables.
        sizes: entries of maps whose number is chosen here, by name.
        kept: maps of another program, by name, that are used instead of new ones
            where they have the same shape.

    Raises:
        Unsupported: libbpf is missing, or the kernel refuses the object.
    """
    pointer = _load(path, rodata, sizes or {}, kept or {})
    try:
        yield BpfObject(dict(_maps(pointer)), dict(_programs(pointer)))
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
        callback = Print(self._take)
        library().libbpf_set_print(callback)
        try:
            yield
        finally:
            library().libbpf_set_print(Print())

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


def _load(
    path: Path, rodata: bytes, sizes: Mapping[str, int], kept: Mapping[str, Map]
) -> int:
    lib, said = library(), _Log()
    with said.listening():
        pointer: int | None = lib.bpf_object__open_file(str(path).encode(), None)
        if not pointer:
            raise Unsupported(path.name, said.last() or "cannot be opened")
        _prepare(pointer, rodata, sizes)
        _keep(pointer, kept)
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


def _keep(pointer: int, kept: Mapping[str, Map]) -> None:
    for each in _walk("map", pointer):
        shape = _shape(each)
        # Names with a dot are sections: what is fixed is fixed for one program alone.
        old = None if "." in shape.name else kept.get(shape.name)
        if old is not None and old.shape == shape:
            status = library().bpf_map__reuse_fd(each, old.fd)
            check(status, shape.name)


def _maps(pointer: int) -> Iterator[tuple[str, Map]]:
    for each in _walk("map", pointer):
        shape = _shape(each)
        yield shape.name, Map(shape, library().bpf_map__fd(each))


def _shape(pointer: int) -> MapShape:
    lib = library()
    return MapShape(
        name=lib.bpf_map__name(pointer).decode(),
        kind=lib.bpf_map__type(pointer),
        key_size=lib.bpf_map__key_size(pointer),
        value_size=lib.bpf_map__value_size(pointer),
        entries=lib.bpf_map__max_entries(pointer),
        flags=lib.bpf_map__map_flags(pointer),
    )


def _programs(pointer: int) -> Iterator[tuple[str, int]]:
    lib = library()
    for each in _walk("program", pointer):
        yield lib.bpf_program__name(each).decode(), lib.bpf_program__fd(each)


def _walk(kind: str, pointer: int) -> Iterator[int]:
    step = getattr(library(), f"bpf_object__next_{kind}")
    each = None
    while each := step(pointer, each):
        yield each
