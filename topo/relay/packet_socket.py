"""A packet socket on one interface, with receive stamps and offload headers."""

import fcntl
import socket
import struct
from pathlib import Path

SOL_PACKET = 263
PACKET_STATISTICS = 6
PACKET_VNET_HDR = 15
PACKET_QDISC_BYPASS = 20
PACKET_IGNORE_OUTGOING = 23
SO_SNDBUFFORCE = 32
SO_RCVBUFFORCE = 33
SO_TIMESTAMPNS = 35
ETH_P_ALL = 3

SIOCSIFFLAGS = 0x8914
IFF_UP = 0x1
IFF_NOARP = 0x80

# The kernel doubles it. Larger, an overload would turn into lateness, not drops.
RECEIVE_BUFFER_BYTES = 2 << 20
SEND_BUFFER_BYTES = 32 << 20

IPV6_DEFAULT = Path("/proc/sys/net/ipv6/conf/default/disable_ipv6")


def open_packet_socket(interface: str) -> socket.socket:
    """Return a socket that carries all frames of `interface`, which it brings up.

    Every frame has a struct virtio_net_hdr in front, so that partial checksums and
    segmentation requests pass as they are. Raises OSError when there is no such
    interface.
    """
    packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    try:
        for option in (PACKET_IGNORE_OUTGOING, PACKET_VNET_HDR, PACKET_QDISC_BYPASS):
            packets.setsockopt(SOL_PACKET, option, 1)
        packets.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        packets.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES)
        packets.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, SEND_BUFFER_BYTES)
        packets.setblocking(False)
        _bring_up(packets, interface)
        packets.bind((interface, ETH_P_ALL))
    except OSError:
        packets.close()
        raise
    return packets


def kernel_drops(packets: socket.socket) -> int:
    """Return how many frames found the socket full since the last call."""
    statistics = packets.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8)
    _, drops = struct.unpack("=II", statistics)
    return int(drops)


def silence_new_interfaces() -> None:
    """Have interfaces of this namespace say nothing of their own by IPv6."""
    if IPV6_DEFAULT.exists():
        IPV6_DEFAULT.write_text("1")


def _bring_up(packets: socket.socket, interface: str) -> None:
    # struct ifreq: name, then flags. Without ARP, the relay's end answers nothing.
    request = struct.pack("=16sh22x", interface.encode(), IFF_UP | IFF_NOARP)
    fcntl.ioctl(packets, SIOCSIFFLAGS, request)
