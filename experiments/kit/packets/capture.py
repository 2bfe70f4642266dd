"""Packets at hosts' ports, with kernel time stamps: sockets and one thread only.

The sockets listen at the network's end of each host's link, because what XDP
forwards or drops is never seen at the host's own end.
"""

import errno
import os
import selectors
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from struct import Struct

from .frame import Frame

# if_packet.h and socket.h; the socket module names none of these.
ETH_P_ALL = 3
PACKET_OUTGOING = 4
SOL_PACKET, PACKET_STATISTICS = 263, 6
SO_TIMESTAMPNS = 35
SO_RCVBUFFORCE = 33
# struct timespec: seconds, nanoseconds
TIMESPEC = Struct("qq")
# struct tpacket_stats: packets, drops; reading it resets both
STATISTICS = Struct("II")

SNAP_LENGTH = 192  # Ethernet, IPv4, GRE, IPv6 and TCP with options fit
SOCKET_BUFFER = 4 << 20
ANCILLARY = socket.CMSG_SPACE(TIMESPEC.size)
BURST = 64


@dataclass(frozen=True, slots=True)
class Port:
    """A host, and the network's end of its link in this network namespace."""

    host: str
    interface: str


@dataclass(slots=True)
class Capture:
    """What was seen.

    Args:
        ports: the hosts whose links are watched.
        frames: in the order of arrival at this program; sort by time to be exact.
        lost: frames that a full socket buffer or the bound on memory cost.
    """

    ports: tuple[Port, ...]
    frames_max: int
    frames: list[Frame] = field(default_factory=list)
    lost: int = 0

    def keep(self, frame: Frame) -> None:
        """Store a frame, or count it when the bound is reached."""
        if len(self.frames) < self.frames_max:
            self.frames.append(frame)
        else:
            self.lost += 1


@contextmanager
def capturing(ports: Iterable[Port], frames_max: int = 200_000) -> Iterator[Capture]:
    """Watch `ports` from now until exit; then every frame sent so far is in.

    Must be entered in the network namespace that holds the ports' interfaces.
    """
    capture = Capture(tuple(ports), frames_max)
    with ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        for port in capture.ports:
            watched = stack.enter_context(_open(port.interface))
            selector.register(watched, selectors.EVENT_READ, port)
        reader, writer = os.pipe()
        stack.callback(os.close, reader)
        selector.register(reader, selectors.EVENT_READ, None)
        thread = threading.Thread(target=_collect, args=(selector, capture))
        thread.start()
        try:
            yield capture
        finally:
            os.close(writer)
            thread.join()
            _drain(selector, capture)


def _open(interface: str) -> socket.socket:
    # Protocol 0 receives nothing until bind, so that no other port's frames get in.
    watched = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    watched.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, SOCKET_BUFFER)
    watched.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    watched.setblocking(False)
    watched.bind((interface, ETH_P_ALL))
    return watched


def _collect(selector: selectors.BaseSelector, capture: Capture) -> None:
    while True:
        for key, _ in selector.select():
            if key.data is None:
                return
            _receive(key, capture, BURST)


def _drain(selector: selectors.BaseSelector, capture: Capture) -> None:
    for key in selector.get_map().values():
        if key.data is None:
            continue
        while _receive(key, capture, BURST) == BURST:
            pass
        assert isinstance(key.fileobj, socket.socket)
        raw = key.fileobj.getsockopt(SOL_PACKET, PACKET_STATISTICS, STATISTICS.size)
        capture.lost += STATISTICS.unpack(raw)[1]


def _receive(key: selectors.SelectorKey, capture: Capture, at_most: int) -> int:
    """Take up to `at_most` frames from a socket; return how many there were."""
    assert isinstance(key.fileobj, socket.socket)
    buffer = bytearray(SNAP_LENGTH)
    for taken in range(at_most):
        try:
            # MSG_TRUNC: the length is that of the frame, not of the buffer.
            length, ancillary, _, address = key.fileobj.recvmsg_into(
                [buffer], ANCILLARY, socket.MSG_TRUNC
            )
        except BlockingIOError:
            return taken
        except OSError as error:
            if error.errno == errno.ENETDOWN:  # told once of a port that is down
                return taken
            raise
        to_host = address[2] == PACKET_OUTGOING
        data = bytes(buffer[:length])
        stamp_ns = _time_ns(ancillary)
        capture.keep(Frame(stamp_ns, key.data.host, to_host, data, length))
    return at_most


def _time_ns(ancillary: list[tuple[int, int, bytes]]) -> int:
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS):
            seconds, nanoseconds = TIMESPEC.unpack(data)
            return int(seconds) * 1_000_000_000 + int(nanoseconds)
    return 0
