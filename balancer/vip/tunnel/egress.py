"""The program at the way out: it encapsulates what has a backend's mark."""

import ctypes
import errno
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from ctypes import byref, c_int, c_size_t, c_uint32
from dataclasses import dataclass
from pathlib import Path
from struct import Struct

from ...errors import Unsupported
from ...kernel.libbpf import check, library
from ...kernel.maps import Map
from ...kernel.objects import loaded
from ...model import Address, Forwarding

OBJECT = Path(__file__).parent / "bpf" / "tunnel.bpf.o"
_MARK = Struct("=I")
_ENDS = Struct("=I16s16s")  # mode, source, backend
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


@dataclass(frozen=True, slots=True)
class Ends:
    """A tunnel.

    Args:
        mode: how packets go through it.
        source: the outer source address.
        backend: the outer destination; the hardware address where there is no tunnel.
    """

    mode: Forwarding
    source: Address
    backend: Address | bytes

    def to_bytes(self) -> bytes:
        """Return `struct ends` of bpf/tunnel.bpf.c."""
        backend = self.backend
        octets = backend if isinstance(backend, bytes) else backend.packed
        return _ENDS.pack(self.mode, self.source.packed, octets)


class Tunnels:
    """Through which tunnels packets with which mark go.

    Args:
        tunnels: the program's map.
    """

    def __init__(self, tunnels: Map) -> None:
        self._map = tunnels
        self._written: dict[int, Ends] = {}

    def write(self, tunnels: Mapping[int, Ends]) -> None:
        """Make `tunnels` those that marks lead to."""
        for mark, ends in tunnels.items():
            if self._written.get(mark) != ends:
                self._map.update(_MARK.pack(mark), ends.to_bytes())
        for mark in self._written.keys() - tunnels.keys():
            self._map.delete(_MARK.pack(mark))
        self._written = dict(tunnels)


@contextmanager
def tunnelling(interface: str) -> Iterator[Tunnels]:
    """Have marked packets that leave by `interface` encapsulated.

    Raises:
        Unsupported: there is no such interface, or the kernel has no such programs.
    """
    what = f"programs at the way out of {interface}"
    try:
        index = socket.if_nametoindex(interface)
    except OSError as error:
        raise Unsupported(what, "no such interface") from error
    with loaded(OBJECT) as program:
        try:
            hook = _hooked(index)
            _attach(hook, program.programs["tunnel"])
        except OSError as error:
            cure = "a kernel with CONFIG_NET_CLS_BPF has them"
            raise Unsupported(what, str(error), cure) from error
        try:
            yield Tunnels(program.maps["tunnels"])
        finally:
            filter_ = _Options(
                size=ctypes.sizeof(_Options), handle=_OURS, priority=_OURS
            )
            # An interface that is gone has no filter either.
            library().bpf_tc_detach(byref(hook), byref(filter_))


def _hooked(interface: int) -> _Hook:
    hook = _Hook(size=ctypes.sizeof(_Hook), interface=interface, attach_point=_EGRESS)
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
