"""The program at the way out: it encapsulates what has a backend's mark."""

import ctypes
import errno
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from ctypes import byref, c_int, c_size_t, c_uint32
from ipaddress import IPv4Address
from pathlib import Path
from struct import Struct

from ...errors import Unsupported
from ...model import Address
from ..libbpf import check, library
from ..maps import Map
from ..objects import loaded

OBJECT = Path(__file__).parent / "bpf" / "tunnel.bpf.o"
_MARK = Struct("=I")
_ENDS = Struct("=4s4s")  # source, backend
_EGRESS = 2  # enum bpf_tc_attach_point
_REPLACE = 1  # enum bpf_tc_flags
_OURS = 0x4C42  # handle and priority of the filter


class _Hook(ctypes.Structure):
    """`struct bpf_tc_hook` of bpf/libbpf.h."""

    _fields_ = (
        ("size", c_size_t),
        ("interface", c_int),
        ("attach_point", c_int),
        ("parent", c_uint32),
    )


class _Options(ctypes.Structure):
    """`struct bpf_tc_opts` of bpf/libbpf.h."""

    _fields_ = (
        ("size", c_size_t),
        ("program", c_int),
        ("flags", c_uint32),
        ("program_id", c_uint32),
        ("handle", c_uint32),
        ("priority", c_uint32),
    )


class Tunnels:
    """To whom packets with which mark go.

    Args:
        source: the outer source address.
        tunnels: the program's map.
    """

    def __init__(self, source: IPv4Address, tunnels: Map) -> None:
        self._source, self._map = source.packed, tunnels
        self._written: dict[int, Address] = {}

    def write(self, backends: Mapping[int, Address]) -> None:
        """Make `backends` those that marks lead to."""
        for mark, backend in backends.items():
            if self._written.get(mark) != backend:
                ends = _ENDS.pack(self._source, backend.packed)
                self._map.update(_MARK.pack(mark), ends)
        for mark in self._written.keys() - backends.keys():
            self._map.delete(_MARK.pack(mark))
        self._written = dict(backends)


@contextmanager
def tunnelling(interface: str, source: IPv4Address) -> Iterator[Tunnels]:
    """Have marked packets that leave by `interface` encapsulated, from `source`.

    Raises:
        Unsupported: there is no such interface, or the kernel has no such programs.
    """
    with loaded(OBJECT) as program:
        try:
            hook = _hooked(interface)
            _attach(hook, program.programs["tunnel"])
        except OSError as error:
            cure = "a kernel with CONFIG_NET_CLS_BPF has them"
            what = f"programs at the way out of {interface}"
            raise Unsupported(what, str(error), cure) from error
        try:
            yield Tunnels(source, program.maps["tunnels"])
        finally:
            filter_ = _Options(
                size=ctypes.sizeof(_Options), handle=_OURS, priority=_OURS
            )
            # An interface that is gone has no filter either.
            library().bpf_tc_detach(byref(hook), byref(filter_))


def _hooked(interface: str) -> _Hook:
    hook = _Hook(
        size=ctypes.sizeof(_Hook),
        interface=socket.if_nametoindex(interface),
        attach_point=_EGRESS,
    )
    status = library().bpf_tc_hook_create(byref(hook))
    if status != -errno.EEXIST:
        check(status, "clsact")
    return hook


def _attach(hook: _Hook, program: int) -> None:
    options = _Options(
        size=ctypes.sizeof(_Options),
        program=program,
        flags=_REPLACE,  # what a process left that was killed
        handle=_OURS,
        priority=_OURS,
    )
    check(library().bpf_tc_attach(byref(hook), byref(options)), "filter")
