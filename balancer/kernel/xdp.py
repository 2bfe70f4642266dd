"""Putting XDP programs on interfaces of the current network namespace."""

import errno
import fcntl
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import byref, c_uint32
from enum import StrEnum
from pathlib import Path

from ..errors import Unsupported
from .libbpf import check, library
from .objects import loaded
from .program_info import name_by_number, name_of

PASS = Path(__file__).parent / "bpf" / "pass.bpf.o"
_SIOCGIFMTU = 0x8921
_SIOCGIFHWADDR = 0x8927
_IFREQ = struct.Struct("16s24x")


class XdpMode(StrEnum):
    """Where the program runs; `AUTO` is native where the driver can, else generic."""

    AUTO = "auto"
    NATIVE = "native"
    GENERIC = "generic"


# enum xdp_flags of linux/if_link.h
_FLAGS = {XdpMode.GENERIC: 1 << 1, XdpMode.NATIVE: 1 << 2}
_TRIED = {XdpMode.AUTO: (XdpMode.NATIVE, XdpMode.GENERIC)}
# What a driver says that has no XDP, or none for this set-up of the interface.
_DRIVER_REFUSES = (errno.EOPNOTSUPP, errno.EINVAL, errno.ENOTSUP, errno.ERANGE)


class Attachment:
    """A program's place on an interface, where another can replace it without a gap.

    Args:
        interface: its name.
        mode: how the program is to run.
    """

    def __init__(self, interface: str, mode: XdpMode = XdpMode.AUTO) -> None:
        self.interface, self.mode = interface, mode
        self._number = 0  # of the program that was put there

    @property
    def index(self) -> int:
        """The interface's number; `Unsupported` when there is no such interface."""
        return _index(self.interface)

    def put(self, program: int) -> None:
        """Have `program` on the interface, in place of what was there.

        Raises:
            Unsupported: there is no such interface, or neither mode is to be had.
        """
        found = query(self.interface)
        if found and self.mode not in (XdpMode.AUTO, found[0]):
            detach(self.interface, found[0])  # A driver takes one mode at a time.
        wanted = found[0] if found and self.mode is XdpMode.AUTO else self.mode
        self.mode = _attach(self.index, self.interface, program, wanted)
        placed = query(self.interface)
        self._number = placed[1] if placed else 0

    def why_not(self) -> str:
        """Return why no packet comes to the program that was put there, or ""."""
        try:
            found = query(self.interface)
        except Unsupported as error:
            return error.reason
        if found == (self.mode, self._number):
            return ""
        return "another program stands there" if found else "the program is gone"

    def remove(self) -> None:
        """Take the program off again, unless there is another one in its place.

        An interface that is gone has none.
        """
        try:
            found = query(self.interface)
        except Unsupported:
            return
        if found == (self.mode, self._number):
            detach(self.interface, self.mode)


@contextmanager
def attached(
    interface: str, program: int, mode: XdpMode = XdpMode.AUTO
) -> Iterator[XdpMode]:
    """Have `program` on `interface`; yields the mode that it runs in.

    Raises:
        Unsupported: there is no such interface, another kind of program stands there,
            or neither mode is to be had.
    """
    attachment = Attachment(interface, mode)
    refuse_stranger(interface, name_of(program))
    attachment.put(program)
    try:
        yield attachment.mode
    finally:
        attachment.remove()


def query(interface: str) -> tuple[XdpMode, int] | None:
    """Return how a program runs on an interface, and its number; None without one."""
    index = _index(interface)
    for mode, flags in _FLAGS.items():
        number = c_uint32()
        status = library().bpf_xdp_query_id(index, flags, byref(number))
        check(status, f"XDP on {interface}")
        if number.value:
            return mode, number.value
    return None


def refuse_stranger(interface: str, name: str) -> None:
    """Raise Unsupported when a program stands on `interface` of another than this name.

    One of this name may be left from a crash.
    """
    found = query(interface)
    if found is None or (there := name_by_number(found[1])) == name:
        return
    why = f"program {there!r} stands there, and it would do no more"
    raise Unsupported(
        f"XDP on {interface}", why, f"ip link set dev {interface} xdp off"
    )


def attach_pass(interface: str) -> None:
    """Put a program that passes everything on `interface`, for as long as it lives.

    A veth takes frames that an XDP program redirects to it only while its peer runs
    a program itself; so this stands at the far end of a balancer's veth.

    Raises:
        Unsupported: the driver has no native XDP, or libbpf is missing.
    """
    with loaded(PASS) as passing:
        program = passing.programs["pass"]
        _attach(_index(interface), interface, program, XdpMode.NATIVE)


def detach(interface: str, mode: XdpMode) -> None:
    """Take the program off again; an interface that is gone has none."""
    try:
        index = socket.if_nametoindex(interface)
    except OSError:
        return
    library().bpf_xdp_detach(index, _FLAGS[mode], None)


def hardware_address(interface: str) -> bytes:
    """Return the six octets of an interface's address."""
    return _ask(interface, _SIOCGIFHWADDR)[18:24]


def mtu_of(interface: str) -> int:
    """Return the largest IP packet that an interface sends, in octets."""
    mtu: int = struct.unpack_from("=i", _ask(interface, _SIOCGIFMTU), 16)[0]
    return mtu


def _attach(index: int, interface: str, program: int, mode: XdpMode) -> XdpMode:
    status = 0
    for tried in _TRIED.get(mode, (mode,)):
        status = library().bpf_xdp_attach(index, program, _FLAGS[tried], None)
        if -status not in _DRIVER_REFUSES:
            check(status, f"XDP on {interface}")
            return tried
    raise Unsupported(f"{mode} XDP on {interface}", os.strerror(-status))


def _index(interface: str) -> int:
    try:
        return socket.if_nametoindex(interface)
    except OSError as error:
        raise Unsupported(f"XDP on {interface}", "no such interface") from error


def _ask(interface: str, request: int) -> bytes:
    """Return the `struct ifreq` that answers `request`."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        question = _IFREQ.pack(interface.encode())
        try:
            return fcntl.ioctl(any_socket, request, question)
        except OSError as error:
            reason = error.strerror or str(error)
            raise Unsupported(f"interface {interface}", reason) from error
