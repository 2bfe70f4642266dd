"""A program that is in the kernel already, and the maps it keeps: what a restart finds.

A program on an interface outlives the process that put it there, and keeps its maps.
So nothing has to be pinned to a file system, where it could differ from what forwards.
"""

import ctypes
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from ctypes import c_char, c_uint32
from dataclasses import dataclass

from .libbpf import check, library
from .maps import Map, MapShape
from .program_info import ProgramInfo, ask, program_by_number
from .xdp import XdpMode, query

_ARRAY = 2  # enum bpf_map_type


class _MapInfo(ctypes.Structure):
    """The first fields of `struct bpf_map_info` of linux/bpf.h."""

    _fields_ = (
        ("type", c_uint32),
        ("id", c_uint32),
        ("key_size", c_uint32),
        ("value_size", c_uint32),
        ("max_entries", c_uint32),
        ("flags", c_uint32),
        ("name", c_char * 16),
    )


@dataclass(frozen=True, slots=True)
class Attached:
    """A program on an interface, how it runs there, and its maps by name."""

    mode: XdpMode
    name: str
    maps: dict[str, Map]


@contextmanager
def attached_to(interface: str) -> Iterator[Attached | None]:
    """Give the program on an interface and its maps; None when there is none.

    Raises:
        Unsupported: there is no such interface, or libbpf is missing.
        OSError: the kernel does not tell, for lack of rights.
    """
    found = query(interface)
    if found is None:
        yield None
        return
    mode, program_id = found
    with ExitStack() as opened:
        program = program_by_number(program_id)
        opened.callback(os.close, program)
        info = ProgramInfo()
        ask(program, info)
        maps = {}
        for map_id in _map_ids(program, info.map_count):
            each = _map(map_id)
            opened.callback(os.close, each.fd)
            maps[each.name] = each
        yield Attached(mode, info.name.decode(), maps)


def new_map(name: str, value_size: int) -> Map:
    """Return an array of one entry that no program knows; the caller closes its fd."""
    fd = library().bpf_map_create(_ARRAY, name.encode(), 4, value_size, 1, None)
    check(fd, f"map {name}")
    return Map(MapShape(name, _ARRAY, 4, value_size, 1, 0), fd)


def bind(program: int, bound: Map) -> None:
    """Have a program keep a map that it does not use."""
    check(library().bpf_prog_bind_map(program, bound.fd, None), bound.name)


def _map_ids(program: int, count: int) -> list[int]:
    ids = (c_uint32 * count)()
    ask(program, ProgramInfo(map_count=count, map_ids=ctypes.addressof(ids)))
    return list(ids)


def _map(map_id: int) -> Map:
    fd = check(library().bpf_map_get_fd_by_id(map_id), "map by its number")
    info = _MapInfo()
    ask(fd, info)
    sizes = (info.key_size, info.value_size, info.max_entries, info.flags)
    return Map(MapShape(info.name.decode(), info.type, *sizes), fd)
